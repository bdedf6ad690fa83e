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

  /// Prints why the file cannot be read; nothing where it can.
  func run() throws {
    ReadingAllowance(fileBytes: Double(FileManager.default.fileSize(path))).apply()
    do throws(StoreError) {
      try ResultReader.open(path).readAll(among: Registry.schema)
    } catch {
      print(error.reason, terminator: "")
      // After an error the library may not come to an end with closing the file.
      endProcess(.badInput)
    }
  }
}
