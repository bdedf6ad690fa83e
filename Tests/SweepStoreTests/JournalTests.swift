import Foundation
import SweepRecords
import TestSupport
import Testing

@testable import SweepStore

@Suite("Journal") struct JournalTests {
  let folder: TemporaryDirectory
  let path: String

  init() throws {
    folder = try TemporaryDirectory()
    path = folder.path("out.h5.journal")
  }

  private func create(points: Int = 10) throws -> Journal {
    try Journal.create(at: path, planHash: Sample.planHash, planCount: points)
  }

  private func reopen(points: Int = 10) throws -> Journal {
    try Journal.open(at: path, planHash: Sample.planHash, planCount: points)
  }

  /// A journal of a run and two blocks, and where its last frame begins.
  private func twoBlocks(commitBetween: Bool = false) throws -> Int {
    let journal = try create()
    _ = try journal.beginRun(["host": "node1"])
    try journal.append(records: Sample.block([Sample.record(1), Sample.record(2)]))
    if commitBetween { try journal.commit() } else { try journal.flush() }
    let end = journal.writtenByteCount
    try journal.append(records: Sample.block([Sample.record(3), Sample.record(4)]))
    try journal.commit()
    return end
  }

  @Test("What was committed is there after reopening") func reopening() throws {
    do {
      let journal = try create()
      let run = try journal.beginRun(["host": "node1", "start": "now"])
      #expect(run == 0)
      try journal.append(records: Sample.block([Sample.record(3), Sample.record(7)]))
      try journal.append(records: Sample.block([Sample.record(5, status: .failed)]))
      try journal.note(["end": "later"], run: run)
      try journal.commit()
    }
    let journal = try reopen()
    #expect(journal.recordedCount == 3)
    #expect(journal.tornByteCount == 0)
    #expect(journal.status(of: 5) == .failed)
    #expect(journal.status(of: 4) == .pending)
    #expect(try journal.record(of: 7) == Sample.record(7))
    #expect(try journal.record(of: 4) == nil)
    #expect(journal.runs == [["host": "node1", "start": "now", "end": "later"]])
    #expect(try journal.beginRun(["host": "node2"]) == 1)
  }

  @Test("Records are there before they are committed, and after appending on") func append() throws
  {
    do {
      let journal = try create()
      try journal.append(records: Sample.block([Sample.record(0)]))
      #expect(try journal.record(of: 0) == Sample.record(0))
      try journal.commit()
    }
    do {
      let journal = try reopen()
      try journal.append(records: Sample.block([Sample.record(9)]))
      try journal.commit()
    }
    let journal = try Journal.read(at: path)
    #expect(journal.recordedCount == 2)
    #expect(try journal.record(of: 9) == Sample.record(9))
    #expect(journal.planHash == Sample.planHash)
  }

  @Test("Of several records of a point the last counts") func lastWins() throws {
    do {
      let journal = try create()
      try journal.append(
        records: Sample.block([Sample.record(2, status: .timeout), Sample.record(3)]))
      try journal.append(records: Sample.block([Sample.record(2, attempt: 2)]))
      try journal.commit()
      #expect(journal.recordedCount == 2)
    }
    let journal = try reopen()
    #expect(try journal.record(of: 2) == Sample.record(2, attempt: 2))
    #expect(journal.status(of: 2) == .ok)
    #expect(journal.recordedCount == 2)
  }

  @Test("Records of a range come back whole, however they lie in the file") func ranges() throws {
    let points = 400
    let journal = try create(points: points)
    for point in (0..<points).reversed() where point % 3 > 0 {
      let long = point % 50 == 1 ? 500 : 3
      try journal.append(records: Sample.block([Sample.record(point, draws: long)]))
    }
    var found: [Int: Record] = [:]
    try journal.forEachRecord(of: 100..<300) { record in found[record.point] = record }
    let expected = (100..<300).filter { $0 % 3 > 0 }
    #expect(found.keys.sorted() == expected)
    for point in expected {
      #expect(found[point] == Sample.record(point, draws: point % 50 == 1 ? 500 : 3))
    }
  }

  @Test("A torn last frame is left out, wherever it was torn") func tornEnd() throws {
    let end = try twoBlocks()
    let whole = try contents(path)
    for count in end..<whole.count {
      try replace(path, with: whole[..<count])
      #expect(try Journal.read(at: path).recordedCount == 2)
      do {
        let journal = try reopen()
        #expect(journal.tornByteCount == count - end)
        #expect(journal.status(of: 3) == .pending)
        try journal.append(records: Sample.block([Sample.record(8)]))
        try journal.commit()
      }
      let journal = try reopen()
      #expect(journal.tornByteCount == 0)
      #expect(try journal.record(of: 8) == Sample.record(8))
      #expect(try journal.record(of: 2) == Sample.record(2))
    }
  }

  @Test("A byte changed in the last frame leaves that frame out") func changedEnd() throws {
    let end = try twoBlocks()
    let whole = try contents(path)
    for place in end..<whole.count {
      var bytes = whole
      bytes[place] ^= 0x40
      try replace(path, with: bytes)
      #expect(try reopen().recordedCount == 2)
    }
  }

  @Test("Damage to what was safe on disk is an error") func damagedMiddle() throws {
    let end = try twoBlocks(commitBetween: true)
    let whole = try contents(path)
    for place in JournalHeader.byteCount..<end {
      var bytes = whole
      bytes[place] ^= 0x40
      try replace(path, with: bytes)
      let error = #expect(throws: StoreError.self) { _ = try reopen() }
      #expect(error?.kind == .damaged)
      #expect(error?.exitCode == 65)
    }
    #expect(try contents(path).count == whole.count)
  }

  @Test("A damaged header is an error, a missing one a fresh journal") func header() throws {
    _ = try twoBlocks()
    let whole = try contents(path)
    for place in 0..<JournalHeader.byteCount {
      var bytes = whole
      bytes[place] ^= 1
      try replace(path, with: bytes)
      let error = #expect(throws: StoreError.self) { _ = try reopen() }
      #expect(error?.kind == .damaged)
    }
    for count in 0..<JournalHeader.byteCount {
      try replace(path, with: whole[..<count])
      #expect(throws: StoreError.self) { _ = try Journal.read(at: path) }
      let journal = try reopen()
      #expect(journal.recordedCount == 0)
      try journal.append(records: Sample.block([Sample.record(1)]))
      try journal.commit()
      #expect(try Journal.read(at: path).recordedCount == 1)
    }
  }

  @Test("The journal of another plan is refused and left alone") func otherPlan() throws {
    _ = try twoBlocks()
    let whole = try contents(path)
    for points in [9, 11] {
      let error = #expect(throws: StoreError.self) { _ = try reopen(points: points) }
      #expect(error?.kind == .otherPlan)
      #expect(error?.exitCode == 65)
    }
    let other = Array(Sample.planHash.reversed())
    let error = #expect(throws: StoreError.self) {
      _ = try Journal.open(at: path, planHash: other, planCount: 10)
    }
    #expect(error?.kind == .otherPlan)
    #expect(try contents(path) == whole)
  }

  @Test("An existing journal is never started over") func existing() throws {
    _ = try twoBlocks()
    let error = #expect(throws: StoreError.self) { _ = try create() }
    #expect(error?.kind == .occupied)
    #expect(error?.exitCode == 73)
  }

  @Test("A journal that is cut behind the reader's back gives no record of another point")
  func cutWhileRead() throws {
    let journal = try create()
    let records = (0..<10).map { Sample.record($0) }
    try journal.append(records: Sample.block(records))
    try journal.commit()
    let whole = try contents(path)
    let reader = try Journal.read(at: path)
    let last = Int(reader.offsets[9])
    for end in [last, last + 3, last + 50, whole.count - 1] {
      try replace(path, with: whole[..<end])
      var seen: [Int] = []
      let error = #expect(throws: StoreError.self) {
        // The window is that of the first record, and holds the others but the last.
        try reader.forEachRecord(of: 0..<10) { record throws(StoreError) in
          seen.append(record.point)
        }
      }
      #expect(error?.kind == .damaged)
      #expect(seen == Array(0..<9))
    }
  }

  @Test("A folder that is not there is named, with the system's reason") func noFolder() {
    let error = #expect(throws: StoreError.self) {
      _ = try Journal.create(
        at: folder.path("none/out.h5.journal"), planHash: Sample.planHash, planCount: 1)
    }
    #expect(error?.kind == .cannotWrite)
    #expect(error?.exitCode == 73)
    #expect(error?.reason == "No such file or directory")
  }

  @Test("Bytes that are no records are refused as a whole") func noRecords() throws {
    let journal = try create()
    let good = Sample.block([Sample.record(1)])
    for bytes in [good + [1, 2, 3], good + Sample.block([Sample.record(10)])] {
      let error = #expect(throws: StoreError.self) { try journal.append(records: bytes) }
      #expect(error?.kind == .damaged)
      #expect(journal.recordedCount == 0)
    }
  }

  @Test("A full disk is an error, and what was safe stays") func fullDisk() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let journal = Journal(
      path: "/dev/full", header: JournalHeader(planCount: 4, planHash: Sample.planHash),
      file: try FileDescriptor.open("/dev/full", .update), isReadOnly: false)
    try journal.append(records: Sample.block([Sample.record(1)]))
    let error = #expect(throws: StoreError.self) { try journal.commit() }
    #expect(error?.kind == .cannotWrite)
    #expect(error?.reason == "No space left on device")
  }
}
