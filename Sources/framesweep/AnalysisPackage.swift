import Foundation
import SweepJobs
import SweepRunner

/// The Python package that draws figures and writes reports, and a Python that has it.
struct AnalysisPackage {
  /// The Python.
  let python: String

  /// Looks for a Python that has the package.
  ///
  /// **Throws**: `Failure` with the commands that install it.
  static func find() throws(Failure) -> AnalysisPackage {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment["FRAMESWEEP_PYTHON"], !named.isEmpty {
      guard hasPackage(named) else {
        throw Failure(
          .usage,
          "FRAMESWEEP_PYTHON is '\(named)', which does not have framesweep_analysis, expected a "
            + "Python that has it\n\(advice)")
      }
      return AnalysisPackage(python: named)
    }
    let candidates = candidates(environment, folders)
    guard let python = candidates.first(where: hasPackage) else {
      throw Failure(
        .usage,
        "figures and reports need the Python package framesweep_analysis, which was not found\n"
          + advice)
    }
    return AnalysisPackage(python: python)
  }

  /// The Pythons of the active environment, of folders, and of the search path.
  static func candidates(_ environment: [String: String], _ folders: [String]) -> [String] {
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].compactMap { environment[$0] }
      .filter { !$0.isEmpty }
    return active.map { "\($0)/bin/python" } + folders.map { "\($0)/.venv/bin/python" } + [
      "python3"
    ]
  }

  /// Where an environment may lie: the repository in which the program was built, and the folder of an
  /// installed program's files.
  static var folders: [String] {
    let files = FileManager.default
    guard var folder = ProgramFile.folder else { return [] }
    var folders: [String] = []
    let shared = folder.appending(path: "../share/framesweep").standardizedFileURL
    while folder.pathComponents.count > 1 {
      if files.fileExists(atPath: folder.appending(path: "analysis/pyproject.toml").path) {
        folders.append(folder.path)
      }
      folder.deleteLastPathComponent()
    }
    if files.fileExists(atPath: shared.path) { folders.append(shared.path) }
    return folders
  }

  /// The commands that install the package.
  static var advice: String {
    let source = folders.first.map { shellQuoted("\($0)/analysis") } ?? "REPOSITORY/analysis"
    return """
      to install it:
        python3 -m venv framesweep-venv
        framesweep-venv/bin/pip install \(source)
        export FRAMESWEEP_PYTHON=$PWD/framesweep-venv/bin/python
      """
  }

  /// Whether a Python runs and finds the package; it is not loaded, which takes a second.
  private static func hasPackage(_ python: String) -> Bool {
    if python.contains("/"), !FileManager.default.isExecutableFile(atPath: python) { return false }
    let test =
      "import importlib.util as u, sys; sys.exit(u.find_spec('framesweep_analysis') is None)"
    let found = try? ChildProcess.capture([python, "-c", test], seconds: 20)
    return found?.end == .exited(code: 0)
  }

  /// Becomes the package's program, so that signals and the exit code are its own; returns why not.
  func replaceProcess(_ arguments: [String]) -> Failure {
    // Its help then names the command that was typed.
    unsafe setenv("FRAMESWEEP_COMMAND", "framesweep", 1)
    let error = ChildProcess.replaceProcess([python, "-m", "framesweep_analysis"] + arguments)
    return Failure(.internalError, "\(python): cannot be started: \(error.reason)")
  }
}
