import ArgumentParser
import SweepRunner

/// Draws a figure with the analysis package.
struct FigureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figure",
    abstract: "Draw a figure of a results file.",
    usage: "framesweep figure <name> <file> ... -o <picture>",
    discussion: """
      Calls the Python package framesweep_analysis, which `make demo` installs; analysis/README.md \
      lists the figures and their options. The program looks for the package in FRAMESWEEP_PYTHON \
      (a Python), the active environment, .venv beside the program's repository, the folder where \
      the program is installed, and python3.

        framesweep figure potential first.h5 -o first.png
        framesweep figure trend first.h5 --column mutual_coherence --over width -o trend.pdf
        framesweep figure -h                     (the package's own help)
      """)

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("What the package is called with.", valueName: "arguments"))
  var arguments: [String] = []

  func run() throws { throw try AnalysisPackage.find().replaceProcess(["figure"] + arguments) }
}

/// Writes a report with the analysis package.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a page about a results file that opens in any browser.",
    usage: "framesweep report <file> -o <page>",
    discussion: """
      Calls the Python package framesweep_analysis; `framesweep help figure` says where it is looked \
      for.

        framesweep report first.h5 -o first.html
      """)

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("What the package is called with.", valueName: "arguments"))
  var arguments: [String] = []

  func run() throws { throw try AnalysisPackage.find().replaceProcess(["report"] + arguments) }
}
