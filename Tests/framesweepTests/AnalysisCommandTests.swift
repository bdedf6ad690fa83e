import Foundation
import TestSupport
import Testing

/// `figure` and `report`, which become the analysis package's own program.
@Suite("Figure and report") struct AnalysisCommandTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
  }

  /// A Python that says that it has the package, and otherwise what it is called with.
  private func python(at name: String) throws -> String {
    let path = folder.path(name)
    try FileManager.default.createDirectory(
      at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try folder.write(
      """
      #!/bin/sh
      test "$1" = -c && exit 0
      echo "$0:" "$@"
      exit 7

      """, to: name)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  @Test("Arguments and the exit code pass through", arguments: ["figure", "report"])
  func passing(command: String) throws {
    let python = try python(at: "own/python")
    let result = try framesweep(
      [command, "potential", "a b.h5", "-o", "x.png", "--caption", "--help"],
      environment: ["FRAMESWEEP_PYTHON": python])
    #expect(result.status == 7)
    #expect(
      result.output
        == "\(python): -m framesweep_analysis \(command) potential a b.h5 -o x.png --caption --help\n"
    )
  }

  @Test("The active environment is used; one without the package is passed over") func active()
    throws
  {
    let python = try python(at: "env/bin/python")
    let result = try framesweep(
      ["report", "a.h5"],
      environment: [
        "VIRTUAL_ENV": folder.path("nothing"), "CONDA_PREFIX": folder.path("env"),
        "FRAMESWEEP_PYTHON": nil,
      ])
    #expect(result.output == "\(python): -m framesweep_analysis report a.h5\n")
  }

  @Test(
    "An installed program looks in its own folder, and otherwise names the commands that install")
  func installed() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("prefix/bin"), withIntermediateDirectories: true)
    let copy = folder.path("prefix/bin/framesweep")
    try FileManager.default.copyItem(atPath: program, toPath: copy)
    let bare: [String: String?] = [
      "PATH": folder.path("empty"), "VIRTUAL_ENV": nil, "CONDA_PREFIX": nil,
      "FRAMESWEEP_PYTHON": nil,
    ]
    let none = try RunningProcess(
      copy, ["figure", "potential", "a.h5"], environment: bare, directory: folder.url
    ).wait()
    #expect(none.status == 64)
    #expect(none.errorOutput.contains("-m venv"), "\(none.errorOutput)")
    #expect(none.errorOutput.contains("bin/pip install REPOSITORY/analysis"))
    let python = try python(at: "prefix/share/framesweep/.venv/bin/python")
    let found = try RunningProcess(
      copy, ["figure", "potential", "a.h5"], environment: bare, directory: folder.url
    ).wait()
    #expect(found.status == 7, "\(found.errorOutput)")
    #expect(found.output == "\(python): -m framesweep_analysis figure potential a.h5\n")
  }

  @Test("A Python that was named and lacks the package is refused") func named() throws {
    let result = try framesweep(
      ["figure", "potential", "a.h5"], environment: ["FRAMESWEEP_PYTHON": "/bin/false"])
    #expect(result.status == 64)
    #expect(result.errorOutput.contains("FRAMESWEEP_PYTHON is '/bin/false'"))
  }
}
