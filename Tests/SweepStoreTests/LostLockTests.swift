import Foundation
import SweepRecords
import TestSupport
import Testing

@testable import SweepStore

/// Waits until a lock is read again.
func waitForTheNextLook() { Thread.sleep(forTimeInterval: 1.5 * OutputLock.trustSeconds) }

/// What a run may still do whose output another run took over.
@Suite("Lost lock") struct LostLockTests {
  let folder: TemporaryDirectory
  let output: String
  var path: String { Journal.path(besides: output) }

  init() throws {
    folder = try TemporaryDirectory()
    output = folder.path("out.h5")
  }

  /// A journal with records that wait to be written, after another run took it over and went on in it.
  private func robbed() throws -> (journal: Journal, bytes: [UInt8]) {
    let journal = try Journal.create(at: path, planHash: Sample.planHash, planCount: 10)
    journal.lock = try OutputLock(output: output)
    _ = try journal.beginRun(["host": "node1"])
    try journal.append(records: Sample.block([Sample.record(1)]))
    try journal.commit()
    try journal.append(records: Sample.block([Sample.record(2), Sample.record(3)]))
    try folder.write("host: elsewhere.example\nprocess: 12\nstart: 17\njob: 2\n", to: "out.h5.lock")
    let other = try Journal.open(at: path, planHash: Sample.planHash, planCount: 10)
    try other.append(records: Sample.block([Sample.record(4)]))
    try other.commit()
    waitForTheNextLook()
    return (journal, try contents(path))
  }

  @Test("What waits to be written when a journal is given up does not reach another run's")
  func end()
    throws
  {
    var robbed: (journal: Journal, bytes: [UInt8])? = try robbed()
    let bytes = try #require(robbed?.bytes)
    robbed = nil
    #expect(try contents(path) == bytes)
    let journal = try Journal.open(at: path, planHash: Sample.planHash, planCount: 10)
    #expect(journal.tornByteCount == 0)
    #expect(journal.status(of: 4) == .ok)
    #expect(journal.status(of: 2) == .pending)
  }

  @Test("Nothing is written or removed after another run took the output over") func writing()
    throws
  {
    let (journal, bytes) = try robbed()
    func expectRefusal(_ body: () throws -> Void) {
      let error = #expect(throws: StoreError.self) { try body() }
      #expect(error?.kind == .occupied)
      #expect(error?.reason.hasPrefix("another run took the output over") == true)
    }
    expectRefusal { try journal.commit() }
    expectRefusal { try journal.note(.assigned, points: [5]) }
    expectRefusal { try journal.remove() }
    expectRefusal {
      try ResultFile.write(Sample.description(points: 10), from: journal, to: output)
    }
    #expect(try contents(path) == bytes)
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
