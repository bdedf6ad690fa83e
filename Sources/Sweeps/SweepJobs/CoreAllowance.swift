/// The cores that the processes of a job may use on one node.
public struct CoreAllowance: Hashable, Sendable {
  /// The cores that one process may fill with threads, at least 1.
  public let coresOfProcess: Int
  /// The cores that all processes of the job on this node share, at least 1.
  public let coresOfNode: Int
  /// Whether Slurm says so; else it is what the system says.
  public let isOfSlurm: Bool
  /// Why a process may fill no more cores, in words; nil if the node has no more.
  private let reason: String?

  /// Reads what Slurm allots, and takes the rest from the system.
  ///
  /// Not every site confines processes to what was allotted to them, so the system may report more
  /// cores than belong to the job.
  ///
  /// - Parameters:
  ///   - environment: the environment variables.
  ///   - schedulable: the cores that the system lets this process run on.
  ///   - online: the cores of the node.
  ///   - quota: the CPU time per time that the process's control group may take.
  ///   - binding: the cores that the system lets this process run on, such as `0-3,8`; empty if unknown.
  public init(
    _ environment: [String: String], schedulable: Int, online: Int, quota: Double = .infinity,
    binding: String = ""
  ) {
    func count(_ name: String) -> Int? {
      environment[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
    let isInJob = environment["SLURM_JOB_ID"] != nil
    let ofNode = isInJob ? count("SLURM_CPUS_ON_NODE") : nil
    let ofTask = isInJob ? count("SLURM_CPUS_PER_TASK") : nil
    isOfSlurm = ofNode != nil || ofTask != nil
    coresOfNode = max(ofNode ?? online, 1)
    let allotted = max(ofTask ?? coresOfNode, 1)
    let most = max(min(schedulable, allotted), 1)
    // A share of a core keeps no thread busy.
    let ofQuota = quota < Double(most) ? max(Int(quota), 1) : most
    coresOfProcess = ofQuota
    reason =
      if ofQuota < most {
        "that the control group's CPU quota of \(quota.formattedCores) allows"
      } else if schedulable < allotted, !binding.isEmpty {
        "that the process is bound to (\(binding); see taskset and the launcher's --bind-to)"
      } else if isOfSlurm {
        "that Slurm allots (--cpus-per-task)"
      } else { nil }
  }

  /// What is said where one process has more worker threads than cores; nil where it has not.
  public func warning(workers: Int) -> String? {
    guard workers > coresOfProcess else { return nil }
    return "\(workers) worker threads share \(coresOfProcess) \(Self.cores(coresOfProcess))"
      + (reason.map { " \($0)" } ?? "") + "; --workers takes fewer"
  }

  /// What is said where a node has more ranks than cores; nil where it has not.
  public func warning(ranksOnNode ranks: Int) -> String? {
    guard ranks > coresOfNode else { return nil }
    return "\(ranks) ranks share \(coresOfNode) \(Self.cores(coresOfNode)) of a node"
      + (isOfSlurm ? " that Slurm allots (--ntasks)" : "") + "; start no more ranks than cores"
  }

  fileprivate static func cores(_ count: Int) -> String { count == 1 ? "core" : "cores" }
}

extension Double {
  /// Such as 1.5, or 2 for whole numbers.
  fileprivate var formattedCores: String {
    self == rounded() ? "\(Int(self))" : "\((100 * self).rounded() / 100)"
  }
}

/// The cores that the system lets a rank run on.
public struct CoreBinding: Hashable, Sendable {
  /// The node.
  public var host: String
  /// The cores, such as `0-3,8`; empty if unknown.
  public var cores: String

  /// Collects the facts.
  public init(host: String, cores: String) {
    self.host = host
    self.cores = cores
  }

  /// The numbers in a list such as `0-3,8`; empty if it is not such a list.
  static func numbers(_ list: String) -> Set<Int> {
    var numbers: Set<Int> = []
    for part in list.split(separator: ",") {
      let ends = part.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first <= last, last < 1 << 16
      else { return [] }
      numbers.formUnion(first...last)
    }
    return numbers
  }

  /// How many cores a list such as `0-3,8` has; nil if it is not such a list.
  public static func count(_ list: String) -> Int? {
    let numbers = numbers(list)
    return numbers.isEmpty ? nil : numbers.count
  }

  /// What is said if ranks are bound to fewer cores than there are such ranks; nil if none are.
  ///
  /// A rank has one thread that computes.
  public static func warning(_ ranks: [CoreBinding]) -> String? {
    for (host, ranks) in Dictionary(grouping: ranks, by: \.host).sorted(by: { $0.key < $1.key }) {
      let bindings = Dictionary(grouping: ranks, by: \.cores)
        .map { (list: $0.key, cores: numbers($0.key), count: $0.value.count) }
        .filter { !$0.cores.isEmpty }
        .sorted { ($0.cores.count, $0.list) < ($1.cores.count, $1.list) }
      for binding in bindings {
        let count = bindings.reduce(0) {
          $1.cores.isSubset(of: binding.cores) ? $0 + $1.count : $0
        }
        guard count > binding.cores.count else { continue }
        return "\(count) ranks on \(host) are bound to \(binding.cores.count) "
          + "\(CoreAllowance.cores(binding.cores.count)) (\(binding.list)), which makes each of them "
          + "slow; see taskset and the launcher's --bind-to"
      }
    }
    return nil
  }
}
