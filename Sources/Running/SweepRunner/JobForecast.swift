internal import Measurements
package import SweepJobs
internal import SweepRuntime
internal import SweepSpec

/// What a sweep will take of a site, as the cost model has it.
package struct JobForecast {
  /// The jobs.
  package let shape: JobRequest.Shape
  /// The core time of the whole sweep, in seconds.
  package let totalSeconds: Double
  /// The time from the first point to the last of a job, in seconds.
  package let spanSeconds: Double
  /// The core time of the shard with the least to do.
  package let lightestSeconds: Double
  /// The core time of the shard with the most to do.
  package let heaviestSeconds: Double
  /// The cores past which the longest point is the limit.
  package let usefulCores: Int
  /// The memory of each core, in bytes.
  package let memoryBytesPerCore: Double

  /// The cores of all jobs.
  package var cores: Int {
    switch shape {
    case .ranks(let count): count
    case .shards(let count, let cores): count * cores
    }
  }

  /// A job of its own is worth that many seconds.
  private static let wantedSeconds = 3_600.0

  package init(_ sweep: SweepFile, shards: Int?, cores: Int?, ranks: Int?, site: SiteProfile) {
    let costs = PredictedCosts(sweep, 0..<Int32(sweep.plan.count))
    let seconds = costs.seconds
    let pointBytes = costs.total.bytes
    let total = seconds.reduce(0.0) { $0 + Double($1) }
    totalSeconds = total
    // The program, its libraries and caches, and the largest point with a quarter to spare.
    memoryBytesPerCore = 0x1p28 + 1.25 * pointBytes + 50 * Double(sweep.plan.count)
    let longest = Double(seconds.max() ?? 0)
    usefulCores = longest > 0 ? Int((total / longest).rounded(.up)) : 1
    if let shards {
      let cores = cores ?? (site.nodes.areShared ? 1 : site.nodes.cores)
      shape = .shards(shards, cores: cores)
      let deal = sweep.deal(into: shards)
      var loads = [Double](repeating: 0, count: shards)
      for (point, shard) in deal.shards.enumerated() {
        loads[Int(shard)] += Double(seconds[point])
      }
      lightestSeconds = loads.min() ?? 0
      heaviestSeconds = loads.max() ?? 0
      spanSeconds = max(heaviestSeconds / Double(cores), longest)
    } else {
      let wanted = Int(min(max(total * site.margin / Self.wantedSeconds, 1), 1e9).rounded(.up))
      let perNode = JobRequest.ranksPerNode(
        of: site.nodes, memoryBytesPerCore: memoryBytesPerCore)
      // Cores of whole nodes are paid for whether they work or not.
      let unit = site.nodes.areShared ? 1 : perNode
      let rounded = (min(wanted, usefulCores) + unit - 1) / unit * unit
      let count = ranks ?? min(rounded, site.nodes.count * perNode)
      shape = .ranks(count)
      lightestSeconds = total
      heaviestSeconds = total
      spanSeconds = costs.makespan(workers: count)
    }
  }
}
