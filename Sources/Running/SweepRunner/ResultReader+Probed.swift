package import Foundation
package import SweepStore
internal import Synchronization

extension FileManager {
  /// The size of a file in bytes; 0 where there is none.
  package func fileSize(_ path: String) -> Int {
    (try? attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }
}

extension ResultReader {
  /// Opens a results file after the reading program has read all of it, if there is one.
  ///
  /// Where there can be no child, a warning says so and this process reads it.
  ///
  /// **Throws**: `StoreError` where the child could not read it, or crashed; its kind is `notRead` where
  /// that may be no fault of the file.
  package static func openProbed(_ path: String) throws(StoreError) -> ResultReader {
    try Probes.check(path)
    return try ResultReader.open(path)
  }
}

/// The results files that children have read, so that each is read so once.
private enum Probes {
  private static let ends = Mutex<[String: StoreError?]>([:])

  static func check(_ path: String) throws(StoreError) {
    guard let program = Surroundings.current.reader else { return }
    let facts = try? FileManager.default.attributesOfItem(atPath: path)
    // Where there is no file, opening it says so.
    guard let facts, let number = facts[.systemFileNumber] as? Int,
      let date = facts[.modificationDate] as? Date
    else { return }
    let key = "\(number) \(date.timeIntervalSince1970) \(path)"
    let end = ends.withLock { $0[key] } ?? probe(path, by: program)
    ends.withLock { $0[key] = .some(end) }
    if let end { throw end }
  }

  /// What is wrong with a file; nil where all of it can be read.
  private static func probe(_ path: String, by program: ReadingProgram) -> StoreError? {
    let operation = "reading the results file"
    do throws(ChildProcess.StartFailure) {
      let allowance = ReadingAllowance(fileBytes: Double(FileManager.default.fileSize(path)))
      let (end, output) = try ChildProcess.run(program, ["probe", path])
      switch ReadingEnd(end, allowance) {
      case .ended where end == .exited(code: 0): return nil
      case .ended:
        var reason = String(decoding: output, as: UTF8.self)
        // Errors of an allocation look like any others.
        let shortage = allowance.shortage
        if let shortage { reason += " (maybe for want of memory: \(shortage))" }
        return StoreError(
          shortage == nil ? .damaged : .notRead, path: path, operation: operation, reason: reason)
      case .damaged(let reason):
        return StoreError(.damaged, path: path, operation: operation, reason: reason)
      case .notRead(let reason):
        return StoreError(.notRead, path: path, operation: operation, reason: reason)
      }
    } catch {
      say(
        "warning: \(path): no process of its own for reading can be started (\(error.reason)); this one "
          + "reads it")
      return nil
    }
  }
}
