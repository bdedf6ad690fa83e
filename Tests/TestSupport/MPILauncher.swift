import Foundation

/// The machine's `mpirun`.
///
/// `FRAMESWEEP_MPIRUN` names another one. A build against MPICH looks for `mpirun.mpich` first,
/// because a machine may have both.
public struct MPILauncher: Sendable {
  /// The launcher, or nil if there is none.
  public static let installed = MPILauncher()

  /// Why tests that need the launcher are skipped where there is none.
  public static let missing = "there is no mpirun in the search path"

  /// The launcher's path.
  public let path: String

  /// Tells whether the launcher is Open MPI's.
  public let isOpenMPI: Bool

  private init?() {
    let environment = ProcessInfo.processInfo.environment
    let isMPICH = environment["FRAMESWEEP_MPI_PKG"]?.contains("mpich") ?? false
    let names = isMPICH ? ["mpirun.mpich", "mpirun"] : ["mpirun", "mpiexec"]
    let named = environment["FRAMESWEEP_MPIRUN"]
    guard let path = named ?? names.lazy.compactMap(installedExecutable).first else { return nil }
    guard let version = try? RunningProcess(path, ["--version"]).wait(upTo: .seconds(300)) else {
      return nil
    }
    self.path = path
    isOpenMPI = version.output.contains("Open MPI") || version.output.contains("OpenRTE")
  }

  /// Starts a program with a number of ranks.
  ///
  /// `options` go to the launcher, ahead of the program.
  public func start(
    _ executable: String, _ arguments: [String], ranks: Int, options: [String] = [],
    environment: [String: String?] = [:]
  ) throws -> RunningProcess {
    var changes = environment
    changes["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    changes["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    let more = isOpenMPI ? ["--oversubscribe"] : []
    return try RunningProcess(
      path, ["-n", "\(ranks)"] + more + options + [executable] + arguments, environment: changes)
  }

  /// Runs a program with a number of ranks to its end.
  public func run(
    _ executable: String, _ arguments: [String], ranks: Int, options: [String] = [],
    environment: [String: String?] = [:], upTo limit: Duration = .seconds(600)
  ) throws -> ProcessResult {
    try start(executable, arguments, ranks: ranks, options: options, environment: environment)
      .wait(upTo: limit)
  }
}
