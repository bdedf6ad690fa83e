import ArgumentParser
import Foundation
import ImageData
import SweepRunner

/// Reads weights, so that a crash of the HDF5 library ends this process only.
struct WeightsProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe-weights",
    abstract: "Read weights; run and plan start it before weights are read.", shouldDisplay: false)

  @Argument(help: "Files, groups and bytes to read, in turn.")
  var locations: [String]

  /// Prints a byte before each group; the last that is begun is the one that ends this process.
  func run() throws {
    let starts = stride(from: 0, to: locations.count - 2, by: 3)
    // Every group may be as large as its file.
    ReadingAllowance(fileBytes: starts.reduce(0) { $0 + (Double(locations[$1 + 2]) ?? 0) }).apply()
    for start in starts {
      try standardOutputText(".")
      // What is wrong in good order is said where it is read for good.
      try? WeightsFile.readAll(locations[start], group: locations[start + 1])
    }
    endProcess(.ok)
  }
}
