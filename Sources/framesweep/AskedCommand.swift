import ArgumentParser
import Digest
import Foundation
import Paths
import SweepJobs
import SweepMPI
import SweepRunner
import SweepRuntime

/// A command that all ranks of a job work on; of any other command rank 0 does everything.
protocol RankedCommand: ParsableCommand {
  /// What all ranks must have been asked alike.
  var terms: [StartRequest.Term] { get }

  /// Prepares this process before it meets other ranks, for which it may wait.
  func prepare()

  /// Runs the command as a rank of a job, or alone.
  func run(in job: RankedJob?) throws
}

extension RankedCommand {
  func prepare() {}

  func run() throws { try run(in: nil) }
}

/// What the command line of this process asks for, and whether other ranks have to be asked.
struct AskedCommand {
  /// Which ranks this process has to compare its command line with before it does anything.
  enum Company {
    /// None: this process does its work alone.
    case none
    /// All ranks of its job, which work together, or must not wait for one that was asked wrongly.
    case needed
    /// All ranks of its job, of which one does the work. MPI starts only once in each process that a
    /// launcher started, and a script may need that for a later command.
    case welcome
  }

  /// The command, or why the arguments are none.
  let command: Result<any ParsableCommand, any Error>

  /// Parses the command line.
  init() {
    command = Result {
      try Framesweep.checkCommand(Array(CommandLine.arguments.dropFirst()))
      return try Framesweep.parseAsRoot()
    }
  }

  /// The ranks that have to agree on the command.
  var company: Company {
    switch command {
    case .success(let command):
      if command is ProbeCommand || command is WeightsProbeCommand { return .none }
      return command is any RankedCommand ? .needed : .welcome
    case .failure(let error):
      // Help and versions are no work.
      if Framesweep.exitCode(for: error) == .success { return .none }
      let name = CommandLine.arguments.dropFirst().first
      let type = Framesweep.configuration.subcommands.first { $0.configuration.commandName == name }
      return type is any RankedCommand.Type || type == nil ? .needed : .welcome
    }
  }

  /// What other ranks have to be asked for as well.
  var request: StartRequest {
    let arguments = CommandLine.arguments.dropFirst().map { shellQuoted($0) }
    var request = StartRequest.ofThisProcess(
      command: "", arguments: arguments.joined(separator: " "))
    switch command {
    case .success(let command):
      request.command = type(of: command).configuration.commandName ?? ""
      request.terms =
        (command as? any RankedCommand)?.terms
        ?? [
          StartRequest.Term("the arguments", request.arguments), .path("the working folder", "."),
        ]
    case .failure(let error):
      request.problem = (error as? Failure)?.message ?? Framesweep.message(for: error)
    }
    return request
  }
}

extension StartRequest.Term {
  /// An option; nil and false if it was not given.
  static func option(_ name: String, _ value: (some CustomStringConvertible)?) -> Self {
    Self(name, value?.description ?? "")
  }

  /// A file or folder, which may not exist.
  static func path(_ name: String, _ path: String) -> Self {
    Self(name, paths: [path])
  }

  /// Files or folders in their order.
  init(_ name: String, paths: [String]) {
    let here = FileManager.default.currentDirectoryPath
    let whole = paths.map { PathName.resolved($0, in: here) }
    self.init(
      name, whole.joined(separator: "\n"),
      resolved: whole.map(PathName.real).joined(separator: "\n"))
  }

  /// A file that rank 0 reads for all, or standard input for "-".
  ///
  /// Other ranks may see another file of that name, or none.
  static func text(_ name: String, at path: String) -> Self {
    guard path != "-" else { return Self(name, path) }
    var term = Self.path(name, path)
    // Only rank 0 may read what can be read once.
    let type = try? URL(filePath: term.resolved).resourceValues(forKeys: [.isRegularFileKey])
    term.isAbsent = type == nil
    if type?.isRegularFile == true, let data = try? Data(contentsOf: URL(filePath: path)) {
      term.content = SHA256.hash(Array(data)).hexadecimal
    }
    return term
  }
}
