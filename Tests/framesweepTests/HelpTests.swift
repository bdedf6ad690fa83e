import Foundation
import TestSupport
import Testing

/// Help and lists fit a terminal of 80 columns.
@Suite("Help") struct HelpTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
  }

  private func check(_ arguments: [String]) throws {
    let result = try framesweep(arguments, environment: ["COLUMNS": "80"])
    #expect(result.status == 0, "\(result.errorOutput)")
    for line in result.output.split(separator: "\n") where line.count > 80 {
      Issue.record("\(arguments): \(line)")
    }
  }

  @Test("Help of every command") func commands() throws {
    let help = try framesweep("--help").output
    try check(["--help"])
    let list = try #require(help.split(separator: "SUBCOMMANDS:\n").last)
    let names = list.split(separator: "\n").compactMap { line in
      line.hasPrefix("  ") && line.dropFirst(2).first != " " && !line.hasPrefix("  See ")
        ? line.split(separator: " ").first.map(String.init) : nil
    }
    #expect(names.count >= 14 && names.contains("watch"), "\(names)")
    for name in names { try check(["help", name]) }
  }

  @Test("The presets, all and each") func presets() throws {
    let list = try framesweep("presets").output
    try check(["presets"])
    for line in list.split(separator: "\n").dropFirst().prefix(17) where !line.hasPrefix(" ") {
      try check(["presets", String(line.prefix { $0 != " " })])
    }
  }
}
