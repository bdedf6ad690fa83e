import Foundation
import HDF5Fixtures
import TestSupport
import Testing

/// What `inspect` and `schema` print, on the results of a sweep of a moment.
@Suite("Inspect") struct InspectTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(
      """
      format: 1
      name: inspected
      architecture: {input: {channels: 12, size: 1}}
      grid: {family: [chain, dense], form: [synthesis], stage_depth: [1, 2, 3], width: [4, 8, 16]}
      weights: {init: he, draws: 2}
      measure: {frame: {minimum: true, statistics: true}}
      """, to: "sweep.yaml")
    #expect(try framesweep("run", "sweep.yaml", "-o", "out.h5").status == 0)
  }

  /// The cells of a table of points.
  private func table(_ arguments: String...) throws -> [[String]] {
    let result = try framesweep(["inspect", "out.h5", "--csv"] + arguments)
    #expect(result.status == 0, "\(result.errorOutput)")
    return result.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test("The summary fits a line of 80 characters and has a line for each family")
  func summary() throws {
    let lines = try framesweep("inspect", "out.h5").output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("status         18 ok") })
    // One layer of up to 12 units on 12 inputs can be orthonormal.
    #expect(lines.contains { $0.hasPrefix("chain synthesis") && $0.hasSuffix(" 7, 2 of 0") })
    #expect(lines.contains { $0.hasPrefix("dense synthesis") && $0.hasSuffix(" 7, 2 of 0") })
    #expect(lines.contains { $0 == "slowest points" })
    #expect(!lines.contains { $0.contains("\u{1B}") })
    // A path and a checksum have no place to break.
    #expect(lines.filter { $0.count > 80 && !$0.contains("/") }.isEmpty)
  }

  @Test("The median of an even number of values is the mean of the two in the middle")
  func median() throws {
    struct Summary: Decodable {
      struct Range: Decodable {
        let column: String
        let median: Double?
      }
      let ranges: [Range]
    }
    let column = "min_deep_frame_potential"
    let sorted = try table("--columns", column).dropFirst().map { try #require(Double($0[0])) }
      .sorted()
    let json = try framesweep("inspect", "out.h5", "--json").output
    let summary = try JSONDecoder().decode(Summary.self, from: Data(json.utf8))
    let shown = try #require(summary.ranges.first { $0.column == column }?.median)
    #expect(sorted.count == 18 && sorted[8] < sorted[9])
    #expect(shown == (sorted[8] + sorted[9]) / 2)
  }

  @Test("Conditions select, --sort orders and --limit cuts, with every digit")
  func selection() throws {
    let all = try table("--columns", "point,width,min_deep_frame_potential")
    #expect(all[0] == ["point", "width", "min_deep_frame_potential"])
    #expect(all.count == 19)
    let wide = try table("--where", "family=dense", "--where", "width>=8", "--columns", "point")
    #expect(wide.dropFirst().map { $0[0] } == ["10", "11", "13", "14", "16", "17"])
    let some = try table("--where", "width=4,16", "--where", "stage_depth!=2", "--columns", "point")
    #expect(some.dropFirst().map { $0[0] } == ["0", "2", "6", "8", "9", "11", "15", "17"])
    let best = try table(
      "--sort", "min_deep_frame_potential", "--descending", "--limit", "4", "--columns",
      "min_deep_frame_potential")
    let values = try all.dropFirst().map { try #require(Double($0[2])) }
    #expect(
      try best.dropFirst().map { try #require(Double($0[0])) }
        == Array(values.sorted(by: >).prefix(4)))
  }

  @Test("A part of a column's name suggests the columns that have it") func partsOfNames() throws {
    let result = try framesweep("inspect", "out.h5", "--sort", "potential")
    #expect(result.status == 64)
    #expect(
      result.errorOutput.contains("did you mean 'layerwise_welch_potential', 'min_frame_potential'")
    )
    let two = try framesweep("inspect", "out.h5", "--where", "min_potential>1").errorOutput
    #expect(
      two.contains("did you mean 'min_frame_potential', 'min_deep_frame_potential' or"), "\(two)")
    let near = try framesweep("inspect", "out.h5", "--sort", "widht").errorOutput
    #expect(near.hasSuffix("did you mean 'width'?\n"), "\(near)")
  }

  @Test("Several draws are shown as their mean") func draws() throws {
    let point = try framesweep("inspect", "out.h5", "--point", "5").output
    let line = try #require(
      point.split(separator: "\n").first { $0.hasPrefix("mutual_coherence") })
    let draws = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    #expect(draws.count == 2)
    let mean = try #require(
      Double(try table("--where", "point=5", "--columns", "mutual_coherence")[1][0]))
    // Draws are printed with six digits.
    #expect(abs(mean - (draws[0] + draws[1]) / 2) < 2e-6)
    #expect(point.contains("\nhost ") && point.contains("\nrank ") && point.contains("\nrun "))
  }

  @Test("JSON is what any reader of JSON takes") func json() throws {
    let points = try framesweep(
      "inspect", "out.h5", "--points", "--json", "--columns", "point,family,shortcut,kernel")
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(points.output.utf8)) as? [[String: Any]])
    #expect(rows.count == 18)
    #expect(rows[9]["family"] as? String == "dense")
    #expect(rows[9]["shortcut"] as? String == "none")
    #expect(rows[9]["point"] as? Int == 9)
    let summary = try framesweep("inspect", "out.h5", "--json")
    let facts = try #require(
      try JSONSerialization.jsonObject(with: Data(summary.output.utf8)) as? [String: Any])
    #expect(facts["points"] as? Int == 18)
    #expect(facts["complete"] as? Bool == true)
    let none = try framesweep("inspect", "out.h5", "--json", "--where", "width>99")
    #expect(none.output == "[\n]\n")
  }

  @Test("Infinite values are texts in JSON, of points and of the summary") func infiniteValues()
    throws
  {
    // One unit has the same state for many images, so that the determinant of NASWOT is 0.
    try folder.write(
      """
      format: 1
      name: infinite
      architecture: {input: {channels: 64, size: 1}, stage_depth: 1, family: chain}
      grid: {width: [1]}
      measure: {companions: {data: digits, images: 16}}
      """, to: "infinite.yaml")
    let run = try framesweep("run", "infinite.yaml", "-o", "infinite.h5")
    #expect(run.status == 0, "\(run.errorOutput)")
    let points = try framesweep(
      "inspect", "infinite.h5", "--points", "--json", "--columns", "naswot,synflow_log")
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(points.output.utf8)) as? [[String: Any]])
    #expect(rows[0]["naswot"] as? String == "-inf")
    #expect(rows[0]["synflow_log"] is Double)
    let summary = try framesweep("inspect", "infinite.h5", "--json")
    let facts = try #require(
      try JSONSerialization.jsonObject(with: Data(summary.output.utf8)) as? [String: Any])
    let ranges = try #require(facts["ranges"] as? [[String: Any]])
    let range = try #require(ranges.first { $0["column"] as? String == "naswot" })
    #expect(range["smallest"] as? String == "-inf")
  }

  @Test("A family whose values are all 0 has a line in the plot") func allZero() throws {
    // A layer of as many units as inputs, or of fewer, can be orthonormal.
    try folder.write(
      """
      format: 1
      name: zeros
      architecture: {input: {channels: 12, size: 1}, form: synthesis}
      grid: {family: [chain], stage_depth: [1], width: [4, 8]}
      include:
        - {family: dense, stage_depth: 3, width: 16, input: {channels: 12, size: 1}, form: synthesis}
      measure: {frame: {minimum: true}}
      """, to: "zeros.yaml")
    let run = try framesweep("run", "zeros.yaml", "-o", "zeros.h5")
    #expect(run.status == 0, "\(run.errorOutput)")
    let lines = try framesweep("inspect", "zeros.h5").output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("chain synthesis") && $0.hasSuffix(" 0, 2 of 0") })
    #expect(lines.contains { $0.hasPrefix("dense synthesis") && $0.hasSuffix(" 1") })
  }

  @Test(
    "Conditions that cannot hold are wrong usage",
    arguments: [
      ("family=dens", "expected one of chain, residual, dense"), ("widht=3", "no column 'widht'"),
      ("width", "compares nothing"), ("width>3,4", "has 2 values"), ("width=", "has 0 values"),
      ("width=wide", "expected a number"),
    ])
  func wrongConditions(condition: String, reason: String) throws {
    let result = try framesweep("inspect", "out.h5", "--where", condition)
    #expect(result.status == 64)
    #expect(result.errorOutput.contains(reason), "\(result.errorOutput)")
  }

  @Test("Options that exclude each other are wrong usage") func exclusions() throws {
    for arguments in [
      ["--point", "1", "--csv"], ["--csv", "--json"], ["--sweep", "--json"], ["--descending"],
      ["--point", "1", "--failed"],
    ] {
      let result = try framesweep(["inspect", "out.h5"] + arguments)
      #expect(result.status == 64, "\(arguments)")
    }
  }

  @Test("Numbers out of range are wrong usage, and the range is said, below zero as well")
  func ranges() throws {
    for (arguments, range) in [
      (["inspect", "out.h5", "--point", "18"], "expected 0 to 17"),
      (["inspect", "out.h5", "--point", "-1"], "expected 0 to 17"),
      (["inspect", "out.h5", "--limit", "-1"], "expected 0 or more"),
      (["plan", "sweep.yaml", "--ranks", "-2"], "expected at least 1"),
      (["run", "sweep.yaml", "-o", "new.h5", "--points", "2-18"], "expected 0 to 17"),
      (["run", "sweep.yaml", "-o", "new.h5", "--points", "-1"], "counted from 0"),
      (["run", "sweep.yaml", "-o", "new.h5", "--points", "3-1"], "such as 17,40-60"),
      (["run", "sweep.yaml", "-o", "new.h5", "--workers", "-1"], "expected at least 1"),
    ] {
      let result = try framesweep(arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.errorOutput.contains(range), "\(result.errorOutput)")
    }
  }

  @Test("A journal has a summary and points, and other questions to it are wrong usage")
  func journal() throws {
    #expect(
      try framesweep("run", "sweep.yaml", "-o", "some.h5", "--points", "3", "--refresh", "0s")
        .status == 0)
    let name = "some.h5.journal"
    #expect(try framesweep("inspect", name).output.contains("pending: 17"))
    #expect(try framesweep("inspect", name, "--points").output.hasPrefix("3\tok\t"))
    for arguments in [["--point", "3"], ["--failed"], ["--points", "--csv"], ["--sweep"]] {
      let result = try framesweep(["inspect", name] + arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.errorOutput.contains("is a journal"), "\(result.errorOutput)")
    }
  }

  @Test("The documents of the columns are what the program prints")
  func documents() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for (document, arguments) in [
      ("docs/schema.json", ["schema"]), ("docs/columns.md", ["schema", "--markdown"]),
    ] {
      let stored = try String(contentsOf: root.appending(path: document), encoding: .utf8)
      let printed = try framesweep(arguments).output
      #expect(
        stored == printed, "framesweep \(arguments.joined(separator: " ")) > \(document) renews it")
    }
  }

  @Test("A name that is nearly right is answered with the right one") func suggestions() throws {
    for (arguments, word) in [
      (["--sort", "mutual_coherense"], "mutual_coherence"), (["--columns", "widht"], "width"),
      (["--where", "family=chian"], "chain"),
    ] {
      let result = try framesweep(["inspect", "out.h5", "--points"] + arguments)
      #expect(result.status == 64)
      #expect(result.errorOutput.contains("did you mean '\(word)'?"), "\(result.errorOutput)")
    }
  }

  @Test("Jobs for a finished output are not submitted") func finishedOutput() throws {
    let profile = "format: 1\nname: here\nslurm: {}\nnodes: {cores: 2, memory: 2GiB}\n"
    try folder.write(profile + "launch: [mpirun, -n, \"{ranks}\"]\n", to: "here.yaml")
    let done = try framesweep("submit", "sweep.yaml", "--profile", "here.yaml", "-o", "out.h5")
    #expect(done.status == 64)
    #expect(done.errorOutput.contains("out.h5: is complete"), "\(done.errorOutput)")
    let new = try framesweep("submit", "sweep.yaml", "--profile", "here.yaml", "-o", "new.h5")
    #expect(new.status == 0, "\(new.errorOutput)")
    let unknown = try framesweep("submit", "sweep.yaml", "--profile", "hree", "-o", "new.h5")
    #expect(unknown.status == 64)
    #expect(unknown.errorOutput.contains("no profile 'hree' in "))
  }

  @Test("A data set that was added to the table is called by its name; one in a group does no harm")
  func addedDataset() throws {
    for (name, isRefused) in [("mine", true), ("own/mine", false)] {
      let file = "\(isRefused).h5"
      try FileManager.default.copyItem(atPath: folder.path("out.h5"), toPath: folder.path(file))
      try HDF5Fixture.halfDataset(name, shape: [2], [1, 2], in: folder.path(file))
      for command in ["verify", "inspect"] {
        let result = try framesweep(command, file)
        #expect(result.status == (isRefused ? 65 : 0), "\(result.errorOutput)")
        #expect(result.errorOutput.contains("reading failed on /mine: ") == isRefused)
      }
    }
  }
}
