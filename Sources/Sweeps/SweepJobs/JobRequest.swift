/// A sweep as Slurm shall run it.
public struct JobRequest: Hashable, Sendable {
  /// How the sweep is spread over the machine.
  public enum Shape: Hashable, Sendable {
    /// One MPI job of some ranks, a core each.
    case ranks(Int)
    /// An array whose elements are processes of their own, each with some cores; then a merge.
    case shards(Int, cores: Int)
  }

  /// How the sweep is spread.
  public var shape: Shape
  /// The sweep's name, from which that of the jobs follows.
  public var name: String
  /// The absolute path of the sweep file.
  public var sweep: String
  /// The absolute path of the results file.
  public var output: String
  /// The program that compute nodes start.
  public var program: String
  /// The wall time of a job, in seconds.
  public var wallSeconds: Double
  /// The wall time of the merge, in seconds.
  public var mergeSeconds = 1_800.0
  /// The memory of each core, in bytes.
  public var memoryBytesPerCore: Double
  /// The memory of the merge, in bytes.
  public var mergeMemoryBytes = 0x1p31
  /// The command that asked for the jobs; scripts quote it.
  public var origin: String

  /// Describes jobs.
  public init(
    shape: Shape, name: String, sweep: String, output: String, program: String,
    wallSeconds: Double, memoryBytesPerCore: Double, origin: String
  ) {
    self.shape = shape
    self.name = name
    self.sweep = sweep
    self.output = output
    self.program = program
    self.wallSeconds = wallSeconds
    self.memoryBytesPerCore = memoryBytesPerCore
    self.origin = origin
  }

  /// The folder of scripts, logs and shards, beside the results file.
  public var folder: String { Self.folder(of: output) }

  /// The folder of scripts, logs and shards for a results file.
  public static func folder(of output: String) -> String {
    (output.hasSuffix(".h5") ? String(output.dropLast(3)) : output) + ".jobs"
  }

  /// The folder of the shards' results files.
  public var shardFolder: String { folder + "/shards" }

  /// The ranks that fit a node's cores and memory, at least 1.
  public static func ranksPerNode(
    of nodes: SiteProfile.Nodes, memoryBytesPerCore: Double
  ) -> Int {
    let byMemory = (nodes.memoryBytes / memoryBytesPerCore).rounded(.down)
    return max(1, byMemory < Double(nodes.cores) ? Int(byMemory) : nodes.cores)
  }

  /// Why a site cannot run this, in sentences; empty where it can.
  public func obstacles(at profile: SiteProfile) -> [String] {
    var obstacles: [String] = []
    let nodes = profile.nodes
    let coresOfOne: Int
    switch shape {
    case .ranks(let count):
      coresOfOne = 1
      let perNode = Self.ranksPerNode(of: nodes, memoryBytesPerCore: memoryBytesPerCore)
      if count > nodes.count * perNode {
        obstacles.append(
          "\(count) ranks are more than fit \(nodes.count) nodes with \(nodes.cores) cores and "
            + "\(mebibytes(nodes.memoryBytes)) MiB each (nodes of the profile)")
      }
    case .shards(_, let cores):
      coresOfOne = cores
      if cores > nodes.cores {
        obstacles.append("\(cores) cores for a shard are more than the \(nodes.cores) of a node")
      }
    }
    if memoryBytesPerCore * Double(coresOfOne) > nodes.memoryBytes {
      obstacles.append(
        "\(mebibytes(memoryBytesPerCore * Double(coresOfOne))) MiB are needed on a node, more than "
          + "the \(mebibytes(nodes.memoryBytes)) MiB that nodes have (nodes of the profile)")
    }
    if let scheduler = profile.scheduler {
      if wallSeconds > scheduler.maximumSeconds {
        obstacles.append(
          "the wall time \(WallTime.slurmText(wallSeconds)) is above the site's "
            + WallTime.slurmText(scheduler.maximumSeconds))
      }
      if wallSeconds <= scheduler.noticeSeconds {
        obstacles.append(
          "the wall time \(WallTime.slurmText(wallSeconds)) is not above the notice before its end, "
            + WallTime.slurmText(scheduler.noticeSeconds))
      }
    }
    return obstacles
  }
}

/// Bytes in whole mebibytes, rounded up.
func mebibytes(_ bytes: Double) -> Int { Int(min(max(bytes / 0x1p20, 1), 0x1p62).rounded(.up)) }

/// A word as the shell reads it back, in quotes where it needs them.
public func shellQuoted(_ word: String) -> String {
  let isPlain =
    !word.isEmpty
    && word.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || "_-./:,+@%=".unicodeScalars.contains(scalar))
    }
  return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
}
