import ArgumentParser
import OpenBLAS
import SweepJobs
import SweepRunner
import SweepSpec

/// Expands and checks a sweep without computing anything.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Expand and check a sweep file without computing anything.",
    usage: "framesweep plan <sweep> [<options>]",
    discussion: """
      Shows how many points there are, what they will cost, and how a run on some ranks would go. \
      Mistakes in the file are listed with line and column.

        framesweep plan jobs/quickstart.yaml --ranks 16
        framesweep plan jobs/quickstart.yaml --points | head
      """)

  @Argument(help: ArgumentHelp("The sweep file (YAML); - for standard input.", valueName: "sweep"))
  var path: String

  @Option(name: .long, parsing: .unconditional, help: "Ranks to plan for.")
  var ranks = CoreAllowance.ofThisProcess.coresOfProcess

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "The largest results file that is allowed, such as 64G (default: 16G).", valueName: "size"),
    transform: ByteCount.argument)
  var maxOutput = ByteCount(bytes: RunRequest.usualOutputBytes)

  @Flag(name: .long, help: "List the points: index, id, architecture, FLOPs, memory, seconds.")
  var points = false

  @Flag(name: .long, help: "As JSON; docs/json.md lists the keys.")
  var json = false

  func validate() throws {
    guard ranks >= 1 else { throw ValidationError("--ranks is \(ranks), expected at least 1") }
  }

  func run() throws {
    var sweep = try SweepFile(path: path, bytes: SweepFile.bytes(at: path))
    sweep.showWarnings()
    for note in sweep.spec.notes { standardError("\(note.text(file: path)) (note)") }
    try sweep.probeWeights()
    BLASLibrary.setThreadCount(1)
    try WorkerRoom.takeForCalibration()
    sweep.calibrate()
    let frameWarnings = sweep.frameWarnings
    if points {
      listPoints(sweep)
    } else {
      let forecast = PlanForecast(sweep, ranks: ranks, frameWarnings: frameWarnings)
      print(json ? forecast.json : forecast.text(Terminal.standardOutput))
    }
    for warning in frameWarnings { standardError("\(warning) (warning)") }
    try sweep.check(maximumOutputBytes: maxOutput.bytes)
  }

  private func listPoints(_ sweep: SweepFile) {
    guard json else { return PlanForecast.points(of: sweep) { print($0.row) } }
    var points: [PlanForecast.PointForecast] = []
    PlanForecast.points(of: sweep) { points.append($0) }
    print(jsonText(points))
  }
}
