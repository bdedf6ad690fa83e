import ArgumentParser
import Foundation
import Measurements
import SweepRunner
import SweepStore

/// Reads all of a results file, so that a crash of the HDF5 library ends this process only.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Read all of a results file; other commands start it before they read one.",
    shouldDisplay: false)

  @Argument(help: "The results file.")
  var path: String

  @Flag(help: "Read what a summary needs, and print that.")
  var summary = false

  /// Prints why the file cannot be read; else nothing, or the summary.
  func run() throws {
    ReadingAllowance(fileBytes: Double(FileManager.default.fileSize(path))).apply()
    do throws(StoreError) {
      guard !summary else {
        FileHandle.standardOutput.write(try ResultSummary(reading: path).transfer)
        return
      }
      try ResultReader.open(path).readAll(among: Registry.schema)
    } catch {
      print(error.reason, terminator: "")
      // After an error the library may not come to an end with closing the file.
      endProcess(.badInput)
    }
  }
}
