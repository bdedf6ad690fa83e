import Architectures
import ArgumentParser
import Digest
import Foundation
import Measurements
import OpenBLAS
import SweepSpec
import SweepStore

/// Expands and checks a sweep without computing anything.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Expand and check a sweep file without computing anything.",
    discussion: """
      Shows how many points there are, what they will cost, and how a run on some ranks would go. \
      Mistakes in the file are listed with line and column.

        framesweep plan jobs/quickstart.yaml --ranks 16
        framesweep plan jobs/quickstart.yaml --points | head
      """)

  @Argument(help: ArgumentHelp("The sweep file (YAML); - for standard input.", valueName: "sweep"))
  var path: String

  @Option(name: .long, parsing: .unconditional, help: "Ranks to plan for.")
  var ranks = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    name: .long, parsing: .unconditional,
    help: "The largest results file that is allowed, such as 64GiB.")
  var maxOutput = ByteCount(bytes: 0x1p34)

  @Flag(name: .long, help: "List the points: index, id, architecture, FLOPs, memory, seconds.")
  var points = false

  func validate() throws {
    guard ranks >= 1 else { throw ValidationError("--ranks is \(ranks), expected at least 1") }
  }

  func run() throws {
    var sweep = try SweepFile(path: path, bytes: SweepFile.bytes(at: path))
    sweep.showWarnings()
    try sweep.probeWeights()
    BLASLibrary.setThreadCount(1)
    sweep.calibrate()
    if points { listPoints(sweep) } else { summarise(sweep) }
    try sweep.check(maximumOutput: maxOutput)
  }

  private func listPoints(_ sweep: SweepFile) {
    var model = CostModel(sweep.recipe, rates: sweep.rates)
    for index in 0..<sweep.plan.count {
      let point = sweep.plan.point(at: index)
      let cost = model.cost(of: point)
      print(
        "\(index)\t\(point.shortID)\t\(point.networkText)\t"
          + "\(Show.flops(cost.flops))\t\(Show.bytes(cost.bytes))\t"
          + Show.duration(cost.seconds))
    }
  }

  private func summarise(_ sweep: SweepFile) {
    let plan = sweep.plan
    var model = CostModel(sweep.recipe, rates: sweep.rates)
    var seconds: [Float] = []
    seconds.reserveCapacity(plan.count)
    var flops = 0.0
    var bytes = 0.0
    var secondsAtMost = 0.0
    var longest = 0
    for index in 0..<plan.count {
      let point = plan.point(at: index)
      let cost = model.cost(of: point)
      seconds.append(Float(cost.seconds))
      flops += cost.flops
      bytes = max(bytes, cost.bytes)
      secondsAtMost += cost.secondsAtMost
      if seconds[index] > seconds[longest] { longest = index }
    }
    let total = seconds.reduce(0.0) { $0 + Double($1) }
    let makespan = SweepFile.makespan(seconds, workers: ranks)
    var rows = [
      ["sweep", sweep.spec.name],
      ["points", Show.count(plan.count) + dropped(plan)],
      ["plan hash", plan.planHash.hexadecimal],
      ["work", "\(Show.flops(flops)), \(Show.duration(total)) of CPU time (predicted)"],
      [
        "memory",
        "\(Show.bytes(bytes)) for the largest point, "
          + "\(Show.bytes(CostModel.processBytes)) for the process itself",
      ],
    ]
    if secondsAtMost > 0 {
      rows.append([
        "of it at most",
        "\(Show.duration(secondsAtMost)) for numerical minima; sweeps took 5 to 30 % of that",
      ])
    }
    if plan.count > 0 {
      let point = plan.point(at: longest)
      rows.append([
        "longest point",
        "\(longest): \(Show.duration(Double(seconds[longest]))), "
          + point.networkText,
      ])
      rows.append([
        "on \(Show.count(ranks)) ranks",
        String(
          format: "%@, %.0f %% efficient", Show.duration(makespan),
          100 * total / (makespan * Double(ranks))),
      ])
      rows.append([
        "useful ranks",
        "at most \(Show.count(Int((total / Double(seconds[longest])).rounded(.up)))), then the "
          + "longest point is the limit",
      ])
    }
    let shape = TableShape(sweep)
    rows.append(["results file", "about \(Show.bytes(shape.resultBytes(plan.count)))"])
    rows.append(["journal", "about \(Show.bytes(shape.journalBytes(plan.count)))"])
    if let saved = sweep.savedWeights {
      let extent = saved.extent
      rows.append([
        "trained weights",
        "\(Show.count(extent.files)) \(extent.files == 1 ? "file" : "files"), about "
          + Show.bytes(extent.bytes),
      ])
    }
    print(alignedTable(rows))
  }

  private func dropped(_ plan: Plan) -> String {
    var notes: [String] = []
    if plan.duplicateCount > 0 {
      notes.append("\(Show.count(plan.duplicateCount)) equal ones dropped")
    }
    if plan.excludedCount > 0 { notes.append("\(Show.count(plan.excludedCount)) excluded") }
    return notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
  }
}
