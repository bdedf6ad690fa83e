/// What job scripts need to know of a site: how it starts MPI, its nodes, and its Slurm.
///
/// Profiles are small YAML files; `cluster/README.md` lists their keys.
public struct SiteProfile: Hashable, Sendable {
  /// The site's Slurm.
  public struct Scheduler: Hashable, Sendable {
    /// The partition; nil leaves it to the site's default.
    public var partition: String?
    /// The account that pays; nil leaves it to the site's default.
    public var account: String?
    /// Further options of every script, such as `--exclusive`, one an item.
    public var options: [String] = []
    /// The longest wall time of a job, in seconds.
    public var maximumSeconds = 86_400.0
    /// Slurm's MaxArraySize: one more than the largest index of an array.
    public var maximumArraySize = 1_001
    /// The most elements of an array that run at the same time; nil for no limit.
    public var maximumRunning: Int?
    /// How long before its end a job is told to come to an end, in seconds.
    public var noticeSeconds = 120.0
    /// How often a job goes on by itself after its wall time.
    public var maximumRequeues = 20

    /// Slurm as it comes.
    public init() {}

    /// The last of the options that ask for memory, which every job then asks for; nil where none does.
    public var memoryOption: String? {
      options.last { option in
        let name = option.prefix { $0 != "=" && !$0.isWhitespace }
        return ["--mem", "--mem-per-cpu", "--mem-per-gpu"].contains(name)
      }
    }
  }

  /// The nodes that a job may use.
  public struct Nodes: Hashable, Sendable {
    /// The most nodes of one MPI job.
    public var count = 1
    /// The cores of a node.
    public var cores: Int
    /// The memory of a node that jobs may use, in bytes.
    public var memoryBytes: Double
    /// Whether jobs share nodes; else every job has whole ones, and asks for no memory.
    public var areShared = true
  }

  /// What the profile is called.
  public var name: String
  /// What it is for, in a sentence.
  public var description: String
  /// The site's Slurm; nil for a machine of one's own without a scheduler.
  public var scheduler: Scheduler?
  /// The nodes.
  public var nodes: Nodes
  /// The words that start ranks, in front of the program; `{ranks}` stands for their number.
  public var launch: [String]
  /// Shell lines that come before everything else, such as `module load`.
  public var setup: String
  /// The program, as the shell finds it on a compute node; nil for the one that writes the script.
  public var program: String?
  /// The wall time asked for over the predicted one.
  public var margin: Double

  /// Describes a site with the usual Slurm.
  public init(name: String, nodes: Nodes, scheduler: Scheduler? = Scheduler()) {
    self.name = name
    self.nodes = nodes
    self.scheduler = scheduler
    description = ""
    launch = ["mpirun", "-n", "{ranks}"]
    setup = ""
    program = nil
    margin = 1.5
  }
}

extension SiteProfile.Nodes {
  /// Describes nodes that are alike.
  public init(cores: Int, memoryBytes: Double) {
    self.cores = cores
    self.memoryBytes = memoryBytes
  }
}
