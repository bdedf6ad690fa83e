internal import Architectures
internal import Digest
internal import Foundation
internal import Measurements
internal import SweepSpec

/// What a sweep will take, as `plan` shows it.
package struct PlanForecast: Encodable {
  /// A point and what it will take.
  package struct PointForecast: Encodable {
    let point: Int
    let id: String
    let architecture: String
    let flops: Double
    let bytes: Double
    let seconds: PredictedTime
  }

  /// A run on some ranks.
  struct Ranks: Encodable {
    let ranks: Int
    let seconds: PredictedTime
    /// The part of the ranks' time in which they compute, 0 … 1.
    let efficiency: Double
    /// With more ranks, the longest point is the limit.
    let usefulRanks: Int
  }

  /// The files that trained weights are written to.
  struct WeightsFiles: Encodable {
    let files: Int
    let bytes: Double
  }

  package let sweep: String
  package let points: Int
  let equalPointsDropped: Int
  let excludedPoints: Int
  let planSha256: String
  let flops: Double
  /// CPU time of all points.
  let cpuSeconds: PredictedTime
  /// What searches for minima take if no descent converges; 0 without any.
  let searchSecondsAtMost: Double
  /// The memory of the largest point.
  let pointBytes: Double
  /// The memory of a process besides its points.
  let processBytes: Double
  /// Nil for a sweep without points.
  let longestPoint: PointForecast?
  let run: Ranks?
  let resultBytes: Double
  let journalBytes: Double
  /// Nil if none are written.
  let trainedWeights: WeightsFiles?
  /// What is worth a second look, a sentence each.
  let warnings: [String]

  /// - Parameters:
  ///   - sweep: the sweep, with the rates of this machine.
  ///   - ranks: the ranks to plan for.
  ///   - frameWarnings: those of the sweep.
  package init(_ sweep: SweepFile, ranks: Int, frameWarnings: [String]) {
    let plan = sweep.plan
    let costs = PredictedCosts(sweep, 0..<Int32(plan.count))
    let total = costs.total
    self.sweep = sweep.spec.name
    points = plan.count
    equalPointsDropped = plan.duplicateCount
    excludedPoints = plan.excludedCount
    planSha256 = plan.planHash.hexadecimal
    flops = total.flops
    searchSecondsAtMost = total.searchSecondsAtMost
    cpuSeconds = PredictedTime(total)
    pointBytes = total.bytes
    processBytes = CostModel.processBytes
    if let longest = costs.longest {
      longestPoint = PointForecast(longest.place, plan.point(at: longest.place), longest.cost)
      let span = costs.makespan(workers: ranks)
      run = Ranks(
        ranks: ranks, seconds: costs.time(workers: ranks),
        efficiency: min(1, total.seconds / (span * Double(ranks))),
        usefulRanks: Int((total.seconds / longest.cost.seconds).rounded(.up)))
    } else {
      longestPoint = nil
      run = nil
    }
    let shape = TableShape(sweep)
    resultBytes = shape.resultBytes(plan.count)
    journalBytes = shape.journalBytes(plan.count)
    trainedWeights = sweep.savedWeights.map {
      WeightsFiles(files: $0.extent.files, bytes: Double($0.extent.bytes))
    }
    warnings =
      (plan.warnings + sweep.inputs.warnings).map { $0.text(file: sweep.path) }
      + frameWarnings
  }

  /// Every point, one after the other.
  package static func points(of sweep: SweepFile, _ body: (PointForecast) -> Void) {
    var model = CostModel(sweep.measurements, rates: sweep.rates)
    var points = PointCursor(sweep.plan)
    for index in 0..<sweep.plan.count {
      let point = points.point(at: index)
      body(PointForecast(index, point, model.cost(of: point, isFirst: index == 0)))
    }
  }

  /// The forecast for other programs.
  package var json: String { jsonText(self) }

  /// The forecast for a person.
  package func text(_ terminal: Terminal) -> String {
    var rows = [
      ["sweep", sweep], ["points", Show.count(points) + dropped], ["plan hash", planSha256],
      ["work", "\(Show.flops(flops)), \(cpuSeconds.text) of CPU time"],
    ]
    if searchSecondsAtMost > 0.01 * cpuSeconds.high {
      rows.append([
        "minima",
        "searches that do not converge end after \(Show.duration(searchSecondsAtMost)) at most",
      ])
    }
    rows.append([
      "memory",
      "\(Show.bytes(pointBytes)) for the largest point, \(Show.bytes(processBytes)) for the process",
    ])
    if let point = longestPoint {
      rows.append(["longest point", "\(point.point): \(point.seconds.text), \(point.architecture)"])
    }
    if let run {
      rows.append([
        "on \(Show.count(run.ranks)) rank\(run.ranks == 1 ? "" : "s")",
        String(format: "%@, %.0f %% efficient", run.seconds.text, 100 * run.efficiency),
      ])
      rows.append([
        "useful ranks",
        "at most \(Show.count(run.usefulRanks)), then the longest point is the limit",
      ])
    }
    rows.append(["results file", "about \(Show.bytes(resultBytes))"])
    rows.append(["journal", "about \(Show.bytes(journalBytes))"])
    if let weights = trainedWeights {
      rows.append([
        "trained weights",
        "\(Show.count(weights.files)) \(weights.files == 1 ? "file" : "files"), about "
          + Show.bytes(weights.bytes),
      ])
    }
    return terminal.wrapped(rows)
  }

  private var dropped: String {
    var notes: [String] = []
    if equalPointsDropped > 0 {
      notes.append("\(Show.count(equalPointsDropped)) equal ones dropped")
    }
    if excludedPoints > 0 { notes.append("\(Show.count(excludedPoints)) excluded") }
    return notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
  }
}

extension PlanForecast.PointForecast {
  fileprivate init(_ index: Int, _ point: Point, _ cost: PointCost) {
    self.init(
      point: index, id: point.shortID, architecture: point.networkText, flops: cost.flops,
      bytes: cost.bytes, seconds: PredictedTime(cost))
  }

  /// A row for other programs: index, id, architecture, FLOPs, memory, seconds.
  package var row: String {
    "\(point)\t\(id)\t\(architecture)\t\(Show.flops(flops))\t\(Show.bytes(bytes))\t"
      + Show.range(seconds.low, seconds.high)
  }
}

extension Terminal {
  /// Rows of a name and words, the words in lines of this terminal's width.
  package func wrapped(_ rows: [[String]]) -> String {
    let width = (rows.map { $0[0].count }.max() ?? 0) + 2
    return rows.map { row in
      wrapped(
        row[1].split(separator: " ").map(String.init),
        head: row[0].padding(toLength: width, withPad: " ", startingAt: 0), separator: " ")
    }.joined(separator: "\n")
  }
}
