internal import Synchronization

/// The library as one thing that threads share.
public enum HDF5Library {
  // Only some sites build it so that several threads may be in it.
  private static let door = Mutex(())

  /// Does something with the library while no other thread that asks in this way is in it.
  ///
  /// It is to be called where more than one thread may use the library, and not within itself.
  public static func exclusively<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try door.withLock { _ throws(Failure) in try body() }
  }
}
