import Foundation
import SweepRecords
import TestSupport
import Testing

@testable import SweepStore

extension ResultFileTests {
  /// The plan of `some()`.
  private var description: TableDescription {
    Sample.description(points: 8, recordedDraws: [2: 1])
  }

  @Test("A results file gives its records back bit for bit") func records() throws {
    let journal = try some()
    try ResultFile.write(description, from: journal, to: output)
    var found: [Record] = []
    try ResultReader.open(output).forEachRecord(description) { record throws(StoreError) in
      found.append(record)
    }
    #expect(found.map(\.point) == [2, 3, 4, 5])
    for record in found { #expect(try journal.record(of: record.point) == record) }
  }

  @Test("A journal that was made from a results file gives the same file, and goes on")
  func restore() throws {
    let old = try some()
    let before = try ResultFile.write(description, from: old, to: output)
    try old.remove()
    let path = Journal.path(besides: output)
    let journal = try Journal.restore(at: path, from: ResultReader.open(output), description)
    #expect(journal.runs == old.runs)
    #expect(try ResultFile.write(description, from: journal, to: output) == before)
    try journal.append(records: Sample.block([Sample.record(0)]))
    try journal.commit()
    let again = try Journal.open(at: path, planHash: Sample.planHash, planCount: 8)
    #expect(again.recordedCount == 5)
    #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
  }

  @Test("Points that are tried again are pending, and keep the number of tries") func retry() throws
  {
    let journal = try some()
    try journal.reopen([4])
    #expect(journal.status(of: 4) == .pending)
    #expect(try journal.record(of: 4)?.execution.attempts == 1)
    let summary = try ResultFile.write(description, from: journal, to: output)
    #expect(summary.counts == [.pending: 5, .ok: 3])
    let reader = try ResultReader.open(output)
    #expect(try reader.errors().isEmpty)
    #expect(try reader.numbers("attempts", in: "execution")?[4] == 0)
  }

  @Test("Equal points of another plan are taken over, but only good ones") func reuse() throws {
    try ResultFile.write(description, from: some(), to: output)
    let path = folder.path("new.h5.journal")
    let journal = try Journal.create(
      at: path, planHash: [UInt8](repeating: 9, count: 32), planCount: 3)
    _ = try journal.beginRun(["hosts": "new"])
    try journal.append(records: Sample.block([Sample.record(1, attempt: 5)]))
    // Old point 3 is point 0 here, old 4 (failed) is 2, old 5 is 1, which has a record already.
    let count = try journal.reuse(ResultReader.open(output), description, as: Sample.layout) {
      [3: 0, 4: 2, 5: 1][$0]
    }
    #expect(count == 1)
    let record = try #require(try journal.record(of: 0))
    #expect(record.values == Sample.record(3).values)
    #expect(record.execution.run == 1)
    #expect(journal.runs.map { $0["hosts"] } == ["new", "node1\nnode2"])
    #expect(try journal.record(of: 1)?.execution.attempts == 5)
    #expect(journal.status(of: 2) == .pending)
  }

  @Test("Results of another plan, or whose data were changed, are refused") func refused() throws {
    try ResultFile.write(description, from: some(), to: output)
    var other = description
    other.planHash[0] = 7
    let path = folder.path("new.journal")
    let wrong = #expect(throws: StoreError.self) {
      _ = try Journal.restore(at: path, from: ResultReader.open(output), other)
    }
    #expect(wrong?.kind == .otherPlan)
    // The values of min_frame_potential lie in the file as they are: 5.125 becomes another number.
    var bytes = try contents(output)
    let value: [UInt8] = [0, 0, 0, 0, 0, 0x80, 0x14, 0x40]
    let places = bytes.indices.dropLast(8).filter { Array(bytes[$0..<$0 + 8]) == value }
    #expect(places.count == 1)
    bytes[try #require(places.first)] ^= 1
    try replace(output, with: bytes)
    let damaged = #expect(throws: StoreError.self) {
      _ = try Journal.restore(at: path, from: ResultReader.open(output), description)
    }
    #expect(damaged?.kind == .damaged)
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
