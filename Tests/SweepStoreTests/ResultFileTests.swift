import Digest
import Foundation
import Measurements
import SweepRecords
import TestSupport
import Testing

@testable import SweepStore

/// One suite, run one test after the other: not every site's HDF5 may be entered twice at once.
@Suite("Results file", .serialized) struct ResultFileTests {
  let folder: TemporaryDirectory
  let output: String

  init() throws {
    folder = try TemporaryDirectory()
    output = folder.path("out.h5")
  }

  func journal(_ records: [Record], points: Int = 8) throws -> Journal {
    let path = Journal.path(besides: output)
    try? FileManager.default.removeItem(atPath: path)
    let journal = try Journal.create(at: path, planHash: Sample.planHash, planCount: points)
    _ = try journal.beginRun(["hosts": "node1\nnode2", "framesweep_version": "0.1"])
    for record in records { try journal.append(records: Sample.block([record])) }
    try journal.commit()
    return journal
  }

  /// Points 2, 3 and 5 are done, 4 failed, the others are pending.
  func some() throws -> Journal {
    try journal([
      Sample.record(5), Sample.record(2, draws: 1), Sample.record(4, status: .failed),
      Sample.record(3),
    ])
  }

  @Test("Columns hold the plan, the statuses and the measured values") func columns() throws {
    let summary = try ResultFile.write(Sample.description(points: 8), from: some(), to: output)
    #expect(summary.counts == [.pending: 4, .ok: 3, .failed: 1])
    #expect(!summary.isComplete)
    let reader = try ResultReader.open(output)
    let complete = reader.isComplete
    let count = reader.pointCount
    let coordinates = reader.coordinateNames
    #expect(!complete)
    #expect(count == 8)
    #expect(coordinates == ["width"])
    #expect(try reader.integers("point") == Array(0..<8))
    #expect(try reader.integers("layer") == Array(0..<5))
    #expect(try reader.integers("width") == [8, 16, 32, 64, 8, 16, 32, 64])
    #expect(try reader.integers("kernel") == Array(repeating: -1, count: 8))
    #expect(try reader.numbers("widen") == Array(repeating: 2.5, count: 8))
    #expect(
      try reader.integers("layer_width", points: 2..<4) == [0, 32, 32, 32, 0, 0, 64, 64, 64, 64])
    #expect(
      try reader.statuses()
        == [.pending, .pending, .ok, .ok, .failed, .ok, .pending, .pending])
    let parameters = try reader.integers("parameter_count")
    #expect(parameters == (0..<8).map { 10 * $0 })
    let minima = try reader.numbers("min_frame_potential")
    #expect(minima.map(\.isNaN) == [true, true, false, false, true, false, true, true])
    #expect(minima[5] == 5.125)
    let potentials = try reader.numbers("frame_potential", points: 2..<4)
    #expect(potentials[0] == 200)
    #expect(potentials[1].isNaN)
    #expect(potentials[3...] == [300, 301, 302])
    #expect(Set(minima.filter(\.isNaN).map(\.bitPattern)) == [0x7FF8_0000_0000_0000])
  }

  @Test(
    "Errors of points that the file does not have are damage", arguments: [.max, -1, 8] as [Int64])
  func foreignErrors(point: Int64) throws {
    let journal = try journal([
      Sample.record(4, status: .failed), Sample.record(6, status: .failed),
    ])
    try ResultFile.write(Sample.description(points: 8), from: journal, to: output)
    // The points lie in the file as they are, and nowhere else is a 6 behind a 4.
    func bytes(_ points: Int64...) -> [UInt8] {
      points.flatMap { point in (0..<8).map { UInt8(truncatingIfNeeded: point >> (8 * $0)) } }
    }
    var file = try contents(output)
    let places = file.indices.dropLast(16).filter { Array(file[$0..<$0 + 16]) == bytes(4, 6) }
    #expect(places.count == 1)
    let place = try #require(places.first)
    file.replaceSubrange(place..<place + 16, with: bytes(4, point))
    try replace(output, with: file)
    let reader = try ResultReader.open(output)
    let error = #expect(throws: StoreError.self) { _ = try reader.errors() }
    #expect(error?.kind == .damaged)
  }

  @Test("Groups hold texts, errors, execution and provenance") func groups() throws {
    try ResultFile.write(Sample.description(points: 8), from: some(), to: output)
    let reader = try ResultReader.open(output)
    #expect(try reader.texts("id", in: "points", points: 3..<4) == ["0000000000000003"])
    #expect(
      try reader.texts("layer_name", in: "labels")
        == ["input", "layer 1", "layer 2", "layer 3", "layer 4"])
    let errors = try reader.errors()
    #expect(errors.map(\.point) == [4])
    #expect(errors.map(\.message) == ["größer als 4"])
    #expect(
      try reader.texts("host", in: "execution")
        == ["", "", "node1", "node2", "node1", "node2", "", ""])
    let attempts = try reader.numbers("attempts", in: "execution")
    #expect(attempts == [0, 0, 1, 1, 1, 1, 0, 0])
    #expect(try reader.sweepText() == "format: 1\nname: größe\n")
    #expect(try reader.runs() == [["hosts": "node1\nnode2", "framesweep_version": "0.1"]])
  }

  @Test("The stored checksum is that of the data") func checksum() throws {
    let summary = try ResultFile.write(Sample.description(points: 8), from: some(), to: output)
    let reader = try ResultReader.open(output)
    let stored = reader.dataSHA256
    let plan = reader.planSHA256
    #expect(stored == summary.dataSHA256)
    #expect(try reader.recomputedDataSHA256() == stored)
    #expect(plan.hasPrefix("000102"))
  }

  @Test("The table depends on the newest records only, not on order, runs or machines")
  func independence() throws {
    let records = (0..<8).map { Sample.record($0) }
    let straight = try ResultFile.write(
      Sample.description(points: 8), from: journal(records), to: output)
    #expect(straight.isComplete)
    #expect(straight.isAllOK)
    var twice = [Sample.record(1, status: .failed), Sample.record(6, status: .lost)]
    for var record in records.reversed() {
      record.execution = Execution(run: 7, rank: 3, attempts: 2)
      twice.append(record)
    }
    let other = try ResultFile.write(
      Sample.description(points: 8), from: journal(twice), to: output)
    #expect(other == straight)
  }

  @Test("Dimensions that are not used are absent with their columns") func unused() throws {
    let layout = RecordLayout(
      Registry.schema, measuring: ["min_frame_potential"])
    let journal = try journal([])
    try ResultFile.write(
      Sample.description(points: 8, layout: layout, coordinates: []),
      from: journal, to: output)
    let reader = try ResultReader.open(output)
    let names = try reader.columns(among: Registry.schema).map(\.name)
    #expect(names.first == "point")
    let absent = ["draw", "layer", "layer_width", "frame_potential", "min_deep_frame_potential"]
    #expect(Set(names).isDisjoint(with: absent))
    #expect(try reader.texts("layer_name", in: "labels") == nil)
    #expect(try reader.errors().isEmpty)
    let expected = Registry.schema.columns.map(\.name).filter(names.contains)
    #expect(Array(names.dropFirst()) == expected)
  }

  @Test("A long table is the same whatever the size of its blocks") func blocks() throws {
    let points = 70_000
    let records = stride(from: 0, to: points, by: 7).map { Sample.record($0) }
    let journal = try Journal.create(
      at: Journal.path(besides: output), planHash: Sample.planHash, planCount: points)
    try journal.append(records: Sample.block(records))
    let summary = try ResultFile.write(
      Sample.description(points: points), from: journal, to: output)
    let reader = try ResultReader.open(output)
    #expect(try reader.recomputedDataSHA256() == summary.dataSHA256)
    let minima = try reader.numbers("min_frame_potential", points: 65_534..<65_542)
    #expect(minima[0] == 65_534.125)
    #expect(minima[1...6].map(\.isNaN) == Array(repeating: true, count: 6))
    #expect(minima[7] == 65_541.125)
    #expect(try reader.texts("id", in: "points", points: 69_999..<70_000) == ["000000000001116f"])
  }

  @Test("A new file takes the old one's place, and leaves nothing beside it") func rename() throws {
    try folder.write("old", to: "out.h5")
    try folder.write("left by a kill", to: "out.h5.partial")
    let journal = try some()
    try ResultFile.write(Sample.description(points: 8), from: journal, to: output)
    try journal.remove()
    #expect(try ResultReader.open(output).statuses().count == 8)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.h5"])
  }

  @Test("Where it cannot be written, the output stays what it was") func unwritable() throws {
    let journal = try some()
    let description = Sample.description(points: 8)
    let nowhere = folder.path("none/out.h5")
    let missing = #expect(throws: StoreError.self) {
      try ResultFile.write(description, from: journal, to: nowhere)
    }
    #expect(missing?.exitCode == 73)
    #expect(missing?.description.contains("No such file or directory") == true)
    let taken = folder.path("folder.h5")
    try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
    let occupied = #expect(throws: StoreError.self) {
      try ResultFile.write(description, from: journal, to: taken)
    }
    #expect(occupied?.exitCode == 73)
    #expect(!FileManager.default.fileExists(atPath: taken + ".partial"))
  }

  @Test("Records that do not fit the plan are an error") func misfit() throws {
    let journal = try journal([Sample.record(1, draws: 4)])
    let error = #expect(throws: StoreError.self) {
      try ResultFile.write(Sample.description(points: 8), from: journal, to: output)
    }
    #expect(error?.kind == .damaged)
    #expect(!FileManager.default.fileExists(atPath: output))
    let other = #expect(throws: StoreError.self) {
      try ResultFile.write(Sample.description(points: 9), from: journal, to: output)
    }
    #expect(other?.kind == .otherPlan)
  }

  @Test("Files that are no results files are refused with a reason") func foreign() throws {
    let text = try folder.write("format: 1", to: "sweep.yaml")
    let error = #expect(throws: StoreError.self) { _ = try ResultReader.open(text) }
    #expect(error?.kind == .damaged)
    #expect(error?.exitCode == 65)
    let missing = #expect(throws: StoreError.self) {
      _ = try ResultReader.open(folder.path("none.h5"))
    }
    #expect(missing?.kind == .cannotRead)
  }
}
