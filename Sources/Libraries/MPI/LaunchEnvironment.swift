/// What the environment variables of a process say about how it was started.
public struct LaunchEnvironment: Hashable, Sendable {
  /// What starts processes.
  public enum Launcher: String, Sendable {
    /// Open MPI's `mpirun`.
    case openMPI = "Open MPI's mpirun"
    /// A launcher that speaks PMI, version 1 or 2: MPICH's and Intel's `mpiexec`, `srun --mpi=pmi2`.
    case pmi = "an mpiexec that speaks PMI"
    /// A launcher that speaks PMIx: `prterun`, `srun --mpi=pmix`.
    case pmix = "a launcher that speaks PMIx"
    /// A task of a Slurm step that got no MPI start-up at all.
    case slurm = "srun without --mpi"
  }

  /// What started the process; nil if nothing shows that it was a launcher.
  public let launcher: Launcher?

  /// The number of processes that the launcher says it started; nil if it does not say.
  public let claimedSize: Int?

  /// Tells whether MPI should be started at all.
  ///
  /// A process that no launcher started, as on a login node, must not start MPI: some libraries
  /// end the process there.
  public var isUnderLauncher: Bool { launcher != nil }

  /// Describes a way of starting.
  public init(launcher: Launcher?, claimedSize: Int?) {
    self.launcher = launcher
    self.claimedSize = claimedSize
  }

  /// Explains why MPI cannot start; nil if it may.
  ///
  /// Asked before MPI is started: some libraries end a process that Slurm started without MPI
  /// themselves, with a message that leads astray.
  public func missingStartExplanation(libraryVersion: String) -> String? {
    guard launcher == .slurm else { return nil }
    return singletonExplanation(worldSize: 1, libraryVersion: libraryVersion)
  }

  /// Explains why a world is too small; nil if it is not.
  ///
  /// When the launcher and the library do not know each other's protocol, each of the processes
  /// finds itself alone in a world of its own.
  public func singletonExplanation(worldSize: Int, libraryVersion: String) -> String? {
    guard let launcher, let claimedSize, claimedSize > 1, worldSize == 1 else { return nil }
    let cause =
      switch launcher {
      case .slurm:
        "srun did not connect the processes: use srun --mpi=pmix or srun --mpi=pmi2, of those that "
          + "srun --mpi=list shows, or mpirun inside the job"
      case .openMPI, .pmi, .pmix:
        "the launcher belongs to another MPI: use the mpirun of the library named here, or srun "
          + "with the --mpi option that it understands"
      }
    return "\(launcher.rawValue) started \(claimedSize) processes, but each finds itself alone; "
      + "this program is built against \(libraryVersion); \(cause)"
  }
}

/// Reads from environment variables how a process was started.
///
/// The launcher nearest to the process wins: `mpirun` inside a Slurm step is `mpirun`.
public func launchEnvironment(_ environment: [String: String]) -> LaunchEnvironment {
  func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
  if environment["OMPI_COMM_WORLD_SIZE"] != nil {
    return LaunchEnvironment(launcher: .openMPI, claimedSize: number("OMPI_COMM_WORLD_SIZE"))
  }
  let stepSize = number("SLURM_STEP_NUM_TASKS") ?? number("SLURM_NTASKS")
  if environment["PMI_SIZE"] != nil || environment["MPI_LOCALNRANKS"] != nil {
    // MPI_LOCALNRANKS counts one node, so it only shows the launcher.
    return LaunchEnvironment(launcher: .pmi, claimedSize: number("PMI_SIZE"))
  }
  let isTask = isTaskOfSlurmStep(environment)
  if environment["PMIX_RANK"] != nil {
    return LaunchEnvironment(launcher: .pmix, claimedSize: isTask ? stepSize : nil)
  }
  // Start-ups of vendors have variables of their own, whose names begin alike.
  let hasOtherStart = environment.keys.contains { $0.hasPrefix("PMI_") || $0.hasPrefix("PMIX_") }
  if isTask, hasOtherStart { return LaunchEnvironment(launcher: .pmi, claimedSize: stepSize) }
  // One task alone needs no MPI, and some libraries would end it.
  if isTask, stepSize != 1 { return LaunchEnvironment(launcher: .slurm, claimedSize: stepSize) }
  return LaunchEnvironment(launcher: nil, claimedSize: nil)
}

/// The rank that the launcher nearest to the process gave it; nil if none says so.
///
/// MPI knows better, but only once it has started, and what a command line gets wrong is said before.
public func launchRank(_ environment: [String: String]) -> Int? {
  let names =
    switch launchEnvironment(environment).launcher {
    case .openMPI: ["OMPI_COMM_WORLD_RANK"]
    case .pmi: ["PMI_RANK"]
    case .pmix: ["PMIX_RANK"]
    case .slurm: ["SLURM_PROCID"]
    case nil: [String]()
    }
  return names.lazy.compactMap { environment[$0] }.compactMap { Int($0) }.first
}

/// Tells whether the launcher itself started a program; false if it does not say.
///
/// A script may start several programs one after the other in one place of the job, and MPI lets only
/// one of them join the others. Open MPI's `mpirun` names the file that it starts, without its folder, and
/// its arguments.
///
/// - Parameter commandLine: the name of the program as it was started, and its arguments.
public func isStartedByLauncher(
  _ environment: [String: String], commandLine: [String]
) -> Bool {
  guard launchEnvironment(environment).launcher == .openMPI,
    let name = commandLine.first?.split(separator: "/").last,
    let started = environment["OMPI_COMMAND"]?.split(separator: "/").last
  else { return false }
  return started == name
    && environment["OMPI_ARGV"] ?? "" == commandLine.dropFirst().joined(separator: " ")
}

/// Tells whether a process is a task that `srun` started.
///
/// The shells of `sbatch` and `salloc` are steps too, with reserved numbers just below 2³², and
/// carry SLURM_PROCID and SLURM_NTASKS; nothing was launched in them.
private func isTaskOfSlurmStep(_ environment: [String: String]) -> Bool {
  guard let step = (environment["SLURM_STEP_ID"] ?? environment["SLURM_STEPID"]).flatMap(UInt.init)
  else { return false }
  let isReserved = step >= 0xFFFF_FFF0
  return !isReserved && environment["SLURM_PROCID"] != nil
}
