import Foundation
import Measurements
import SweepRecords
import TestSupport
import Testing

@testable import SweepStore

extension ResultFileTests {
  /// A journal of 400 points that holds a run and point 0: what shards are merged into.
  private func merged() throws -> Journal {
    let path = folder.path("merged.h5.journal")
    let journal = try Journal.create(at: path, planHash: Sample.planHash, planCount: 400)
    _ = try journal.beginRun(["hosts": "here"])
    try journal.append(records: Sample.block([Sample.record(0)]))
    return journal
  }

  /// Expects that a journal holds what `merged()` put into it, in memory and on disk, and goes on.
  private func expectUntouched(_ journal: Journal) throws {
    #expect(journal.runs == [["hosts": "here"]])
    #expect(journal.recordedCount == 1)
    try journal.append(records: Sample.block([Sample.record(7)]))
    try journal.commit()
    let again = try Journal.read(at: journal.path)
    #expect(again.runs == [["hosts": "here"]])
    #expect(again.tornByteCount == 0)
    #expect((0..<400).filter { again.status(of: $0) == .ok } == [0, 7])
  }

  @Test("A results file without a column of its plan leaves nothing in a merge") func lacksColumn()
    throws
  {
    let layout = RecordLayout(
      Registry.schema, measuring: ["min_frame_potential"],
      extents: TableExtents(draws: 3, layers: 5))
    let records = (0..<400).map { Record(point: $0, status: .failed, message: "no") }
    try ResultFile.write(
      Sample.description(points: 400, layout: layout), from: journal(records, points: 400),
      to: output)
    let journal = try merged()
    let error = #expect(throws: StoreError.self) {
      _ = try journal.merge(ResultReader.open(output), Sample.description(points: 400))
    }
    #expect(error?.kind == .damaged)
    try expectUntouched(journal)
  }

  @Test("A journal that is found damaged behind its first records leaves nothing in a merge")
  func damagedMiddle() throws {
    let shard = try journal((1..<400).map { Sample.record($0) }, points: 400)
    let other = try Journal.read(at: shard.path)
    // Records are taken over in blocks of 64 KiB: some are written before the damaged one is met.
    #expect(Sample.block((1..<390).map { Sample.record($0) }).count > 1 << 16)
    var bytes = try contents(shard.path)
    for place in 0..<4 { bytes[Int(other.offsets[390]) + 64 + place] = 0xFF }
    try replace(shard.path, with: bytes)
    let journal = try merged()
    let error = #expect(throws: StoreError.self) { _ = try journal.merge(other) }
    #expect(error?.kind == .damaged)
    try expectUntouched(journal)
  }
}
