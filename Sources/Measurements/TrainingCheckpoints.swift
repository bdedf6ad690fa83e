public import Digest
internal import Foundation
internal import Training

/// Keeps the state of long trainings in files, so that a run that was killed goes on from the last
/// epoch with the same bits.
///
/// A file belongs to one plan, point and draw. Whatever cannot be read or written is as if it were
/// not there: it costs time and never changes a result. Numbers are little-endian, as on every machine
/// that this program runs on.
public struct TrainingCheckpoints: Sendable {
  /// The folder of the files, made when the first is written.
  public let folder: String
  /// The least time between two files of one training.
  public let interval: Duration
  /// How long files stay after the point's record is made, which must reach the journal meanwhile.
  let grace: Duration
  /// The next file of a training is written no sooner than so many times what the last one took.
  static let pauseRatio = 50
  private let plan: Digest256

  /// Keeps files in a folder.
  ///
  /// - Parameters:
  ///   - folder: the folder.
  ///   - plan: the hash of the plan that the files belong to.
  ///   - interval: the least time between two files of one training; shorter trainings leave none.
  ///   - grace: how long files stay after the point's record is made.
  public init(
    folder: String, plan: Digest256, interval: Duration = .seconds(1),
    grace: Duration = .seconds(600)
  ) {
    self.folder = folder
    self.plan = plan
    self.interval = interval
    self.grace = grace
  }

  /// What was kept of a training; nil where there is nothing, or nothing that fits.
  func state(of point: Digest256, draw: Int, parameterCount: Int) -> TrainingState? {
    guard let data = FileManager.default.contents(atPath: path(point, draw)) else { return nil }
    let bytes = [UInt8](data)
    let header = header(point, draw, parameterCount)
    let length = header.count + 24 + 8 * parameterCount
    guard bytes.count == length + 4, bytes.starts(with: header) else { return nil }
    func word(_ place: Int, _ count: Int) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }
    guard UInt32(word(length, 4)) == crc32c(Array(bytes[..<length])) else { return nil }
    func numbers(_ place: Int) -> [Float] {
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe [Float](unsafeUninitializedCapacity: parameterCount) { numbers, count in
          let part = unsafe UnsafeRawBufferPointer(
            rebasing: bytes[place..<place + 4 * parameterCount])
          unsafe UnsafeMutableRawBufferPointer(numbers).copyMemory(from: part)
          count = parameterCount
        }
      }
    }
    let start = header.count + 24
    var state = TrainingState(parameters: numbers(start))
    state.velocity = numbers(start + 4 * parameterCount)
    state.epoch = Int(word(header.count, 8))
    let converged = Int(word(header.count + 8, 8))
    state.convergedAfter = converged > 0 ? converged : nil
    state.hasDiverged = word(header.count + 16, 8) != 0
    return state
  }

  /// Keeps the state of a training, replacing what was kept before in one step.
  ///
  /// - Returns: how long the next file shall wait.
  @discardableResult
  func keep(_ state: TrainingState, of point: Digest256, draw: Int) -> Duration {
    let start = ContinuousClock.now
    var bytes = header(point, draw, state.parameters.count)
    func append(_ value: UInt64, _ count: Int = 8) {
      for byte in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
    }
    append(UInt64(state.epoch))
    append(UInt64(state.convergedAfter ?? 0))
    append(state.hasDiverged ? 1 : 0)
    bytes.reserveCapacity(bytes.count + 8 * state.parameters.count + 4)
    for numbers in [state.parameters, state.velocity] {
      unsafe numbers.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    append(UInt64(crc32c(bytes)), 4)
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    try? Data(bytes).write(to: URL(fileURLWithPath: path(point, draw)), options: .atomic)
    return pause(afterWriting: ContinuousClock.now - start)
  }

  /// The least time from the end of one file to the next: trainings do not wait for the disk for more
  /// than a fiftieth of their time.
  func pause(afterWriting time: Duration) -> Duration { max(interval, time * Self.pauseRatio) }

  /// Removes what was kept of a point, and the folder where nothing else is in it.
  func remove(_ point: Digest256, draws: Int) {
    var removed = 0
    for draw in 0..<draws where unsafe unlink(path(point, draw)) == 0 { removed += 1 }
    if removed > 0 { unsafe rmdir(folder) }
  }

  /// Removes everything that was kept.
  public func removeAll() { try? FileManager.default.removeItem(atPath: folder) }

  private func path(_ point: Digest256, _ draw: Int) -> String {
    "\(folder)/\(point.hexadecimal)-\(draw)"
  }

  private func header(_ point: Digest256, _ draw: Int, _ count: Int) -> [UInt8] {
    var bytes = Array("framesweep training 1\n".utf8) + plan.bytes + point.bytes
    for value in [draw, count] {
      for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }
    return bytes
  }
}
