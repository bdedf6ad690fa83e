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
enum Probes {
  private static let ends = Mutex<[String: StoreError?]>([:])

  fileprivate static func check(_ path: String) throws(StoreError) {
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
    do throws(StoreError) {
      _ = try output(of: ["probe", path], path, by: program)
      return nil
    } catch {
      return error
    }
  }

  /// What the reading program says of a file; nil where it cannot be started, which a warning says.
  ///
  /// **Throws**: `StoreError` if it could not read the file, or crashed.
  static func output(
    of arguments: [String], _ path: String, by program: ReadingProgram
  ) throws(StoreError) -> Data? {
    let allowance = ReadingAllowance(fileBytes: Double(FileManager.default.fileSize(path)))
    let (end, output): (ChildProcess.End, Data)
    do throws(ChildProcess.StartFailure) {
      (end, output) = try ChildProcess.run(program, arguments)
    } catch {
      say(
        "warning: \(path): no process of its own for reading can be started (\(error.reason)); this one "
          + "reads it")
      return nil
    }
    return try judged(end, output, allowance, path).get()
  }

  private static func judged(
    _ end: ChildProcess.End, _ output: Data, _ allowance: ReadingAllowance, _ path: String
  ) -> Result<Data, StoreError> {
    func failure(_ kind: StoreError.Kind, _ reason: String) -> Result<Data, StoreError> {
      .failure(
        StoreError(kind, path: path, operation: "reading the results file", reason: reason))
    }
    switch ReadingEnd(end, allowance) {
    case .ended where end == .exited(code: 0): return .success(output)
    case .ended:
      let reason = String(decoding: output, as: UTF8.self)
      // Errors of an allocation look like any others.
      guard let shortage = allowance.shortage else { return failure(.damaged, reason) }
      return failure(.notRead, "\(reason) (maybe for want of memory: \(shortage))")
    case .damaged(let reason): return failure(.damaged, reason)
    case .notRead(let reason): return failure(.notRead, reason)
    }
  }
}
