internal import Foundation
public import MPI
public import SweepRuntime

/// A launcher started several processes that cannot find each other.
public struct WrongLauncher: Error, CustomStringConvertible {
  /// What happened, and what to do.
  public let description: String
}

/// This process's membership in an MPI job.
///
/// Used on the main thread only, as MPI_THREAD_FUNNELED asks. A class, because the transport and the
/// program share one membership; it is not Sendable.
public final class MPIWorld: RankGroup {
  private var environment: MPIEnvironment?
  let communicator: Communicator
  /// The version text of the MPI library.
  public let libraryVersion: String

  /// The version text of the MPI library that the program is built against.
  public static var builtAgainst: String { MPIEnvironment.libraryVersion }

  /// How many processes the launcher says it started, known before MPI starts; nil without a launcher,
  /// and if it does not say.
  public static var launchSize: Int? {
    launchEnvironment(ProcessInfo.processInfo.environment).claimedSize
  }

  /// The rank that a launcher gave this process, known before MPI starts; nil without a launcher.
  public static var launchRank: Int? { MPI.launchRank(ProcessInfo.processInfo.environment) }

  /// Whether the launcher certainly started this program itself, and no script in which other ranks of
  /// the same place in the job may follow.
  public static var isStartedByLauncher: Bool {
    MPI.isStartedByLauncher(
      ProcessInfo.processInfo.environment, commandLine: CommandLine.arguments)
  }

  /// Joins the job if this process was launched into one; nil if it stands alone.
  ///
  /// Without a launcher MPI is not initialised at all: a singleton start costs time and can fail.
  ///
  /// **Throws**: `WrongLauncher` where the launcher and the library do not belong together; `MPIError`.
  public static func joinIfLaunched() throws -> MPIWorld? {
    let launch = launchEnvironment(ProcessInfo.processInfo.environment)
    guard launch.isUnderLauncher else { return nil }
    if let explanation = launch.missingStartExplanation(libraryVersion: builtAgainst) {
      throw WrongLauncher(description: explanation)
    }
    let world = try MPIWorld()
    let explanation = launch.singletonExplanation(
      worldSize: world.size, libraryVersion: world.libraryVersion)
    if let explanation {
      // A singleton leaves by itself; finalising it may wait for a launcher that is not there.
      throw WrongLauncher(description: explanation)
    }
    return world
  }

  /// Initialises MPI and joins the world.
  public init() throws(MPIError) {
    let environment = try MPIEnvironment()
    let world = try environment.world()
    communicator = try world.duplicate()
    libraryVersion = MPIEnvironment.libraryVersion
    self.environment = consume environment
  }

  /// This process's rank, 0 … size − 1.
  public var rank: Int { communicator.rank }
  /// The number of ranks.
  public var size: Int { communicator.size }

  /// Gives every rank the bytes of rank 0; nil everywhere if rank 0 has none.
  ///
  /// Collective.
  public func share(_ bytes: [UInt8]?) throws(MPIError) -> [UInt8]? {
    let present = try communicator.broadcast([bytes == nil ? 0 : 1], from: 0)
    guard present == [1] else { return nil }
    return try communicator.broadcast(bytes ?? [], from: 0)
  }

  /// The bytes of all ranks by rank, on rank 0; nil on the others.
  ///
  /// Collective.
  public func gather(_ bytes: [UInt8]) throws(MPIError) -> [[UInt8]]? {
    try communicator.gather(bytes, to: 0)
  }

  /// A transport between the ranks, with the coordinator on rank 0.
  public func makeTransport() -> any Transport { MPITransport(world: self) }

  /// Leaves the job in good order; nothing of MPI may be used afterwards.
  ///
  /// Collective.
  public func leave() throws(MPIError) {
    guard let environment = environment.take() else { return }
    try environment.finalize()
  }

  /// Ends all ranks of the job at once.
  public func abort(code: Int32) -> Never { MPIEnvironment.abort(code: Int(code)) }
}
