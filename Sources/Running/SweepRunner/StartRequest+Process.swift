internal import Foundation
internal import SweepJobs
public import SweepRuntime
internal import SweepStore

extension StartRequest {
  /// What this process was asked for and what it runs on.
  ///
  /// - Parameters:
  ///   - command: the command's name; empty if the arguments were not understood.
  ///   - arguments: the arguments as a shell takes them.
  ///   - terms: what all ranks must have been asked alike.
  public static func ofThisProcess(
    command: String, arguments: String, terms: [Term] = []
  ) -> StartRequest {
    var identity = ProcessIdentity.current()
    identity.cores = CoreBinding.ofThisProcess
    return StartRequest(
      version: framesweepVersion, command: command, arguments: arguments,
      folder: FileManager.default.currentDirectoryPath, terms: terms, host: identity.host,
      process: identity.text, machine: Provenance.machine)
  }
}
