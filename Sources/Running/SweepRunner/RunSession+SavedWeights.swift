internal import Foundation
internal import Measurements
internal import SweepRecords
internal import SweepSpec
internal import SweepStore

extension RunSession {
  /// Refuses to start where the weights of points cannot be written under their names.
  ///
  /// **Throws**: `Failure` that names the files.
  static func checkSavedWeights(
    of sweep: SweepFile, _ points: some Sequence<Int>, output: String
  ) throws {
    guard let saved = sweep.savedWeights else { return }
    let obstacles = saved.obstacles(
      for: points, reserved: [output, Journal.path(besides: output)])
    guard !obstacles.isEmpty else { return }
    var lines = Array(obstacles.prefix(listedCount))
    let rest = obstacles.count - lines.count
    if rest > 0 { lines.append("and \(Show.count(rest)) more weights that cannot be written") }
    throw Failure(.cannotWrite, lines.joined(separator: "\n"))
  }

  /// So many files are named at most.
  private static let listedCount = 10

  /// The points of a results file that are ok and lack files of weights that the sweep saves.
  static func unsaved(
    _ sweep: SweepFile, in results: borrowing ResultReader, _ statuses: [PointStatus],
    asked: AskedPoints
  ) throws(StoreError) -> [Int] {
    guard let saved = sweep.savedWeights else { return [] }
    let suspects = Set(
      statuses.indices.filter {
        statuses[$0] == .ok && asked.contains($0) && saved.missingFile(of: $0) != nil
      })
    guard !suspects.isEmpty else { return [] }
    var unsaved: [Int] = []
    try results.forEachRecord(sweep.table) { record throws(StoreError) in
      guard suspects.contains(record.point),
        saved.missingFile(of: record.point, sweep.measurements.trainStatuses(in: record)) != nil
      else { return }
      unsaved.append(record.point)
    }
    return unsaved
  }

  /// The points of a journal that are ok and lack files of weights that the sweep saves.
  ///
  /// - Parameters:
  ///   - sweep: the sweep.
  ///   - journal: its journal.
  ///   - candidates: the points that are looked at.
  ///
  /// **Returns**: the points, and the first file that is missing.
  ///
  /// **Throws**: `Failure` where the journal cannot be read.
  static func unsaved(
    _ sweep: SweepFile, in journal: Journal, among candidates: (Int) -> Bool
  ) throws -> (points: [Int], file: String) {
    guard let saved = sweep.savedWeights else { return ([], "") }
    let suspects = (0..<sweep.plan.count).filter {
      journal.status(of: $0) == .ok && candidates($0) && saved.missingFile(of: $0) != nil
    }
    var points: [Int] = []
    var file = ""
    do throws(StoreError) {
      try journal.forEachRecord(of: suspects) { record throws(StoreError) in
        let statuses = sweep.measurements.trainStatuses(in: record)
        guard let missing = saved.missingFile(of: record.point, statuses) else { return }
        if points.isEmpty { file = missing }
        points.append(record.point)
      }
    } catch {
      throw Failure(error)
    }
    return (points, file)
  }
}
