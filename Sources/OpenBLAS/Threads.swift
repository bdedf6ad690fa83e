internal import COpenBLAS

/// The OpenBLAS library that the program runs with.
public enum BLASLibrary {
  /// The number of threads that a call may use.
  ///
  /// The library reads its environment variables when it is loaded, so only this sets it reliably.
  static var threadCount: Int { Int(openblas_get_num_threads()) }

  /// Sets the number of threads that a call may use; 1 keeps results apart from the machine's size.
  ///
  /// - Precondition: `count >= 1`.
  public static func setThreadCount(_ count: Int) {
    precondition(count >= 1, "BLAS cannot work with \(count) threads")
    openblas_set_num_threads(narrowed(count))
  }

  /// The processor core whose kernels the library chose, such as "SkylakeX".
  ///
  /// Different kernels give different last bits.
  public static var coreName: String { unsafe text(openblas_get_corename()) }

  /// The library's version and build options, such as "OpenBLAS 0.3.21 NO_LAPACKE …".
  public static var configuration: String { unsafe text(openblas_get_config()) }

  private static func text(_ characters: UnsafePointer<CChar>?) -> String {
    guard let characters = unsafe characters else { return "" }
    return unsafe String(cString: characters)
      .split(separator: " ").joined(separator: " ")
  }
}
