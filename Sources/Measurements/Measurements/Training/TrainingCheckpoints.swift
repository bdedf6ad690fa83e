internal import Bytes
public import Digest
internal import Foundation
internal import Training

/// Keeps the state of long trainings in files, so that a run that was killed goes on from the last
/// epoch with the same bits.
///
/// A file belongs to one plan, point and draw. Whatever cannot be read or written is as if it were
/// not there: it costs time and never changes a result. What cannot be written is reported. Numbers are little-endian, as on every machine
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
  private let failed: @Sendable (_ problem: String) -> Void

  /// Keeps files in a folder.
  ///
  /// - Parameters:
  ///   - folder: the folder.
  ///   - plan: the hash of the plan that the files belong to.
  ///   - interval: the least time between two files of one training; shorter trainings leave none.
  ///   - grace: how long files stay after the point's record is made.
  ///   - failed: hears of each file that could not be written, with the system's reason.
  public init(
    folder: String, plan: Digest256, interval: Duration = .seconds(1),
    grace: Duration = .seconds(600),
    failed: @escaping @Sendable (_ problem: String) -> Void = { _ in }
  ) {
    self.folder = folder
    self.plan = plan
    self.interval = interval
    self.grace = grace
    self.failed = failed
  }

  /// What was kept of a training; nil where there is nothing, or nothing that fits.
  func state(
    of point: Digest256, draw: Int, parameterCount: Int, _ optimizer: Optimizer
  ) -> TrainingState? {
    guard let data = FileManager.default.contents(atPath: path(point, draw)) else { return nil }
    let bytes = [UInt8](data)
    var state = TrainingState(
      parameters: Array(repeating: 0, count: parameterCount), optimizer)
    let momentCount = state.descent.moments.count
    let header = header(point, draw, parameterCount, momentCount)
    let length = header.count + 24 + 4 * (parameterCount + momentCount)
    guard bytes.count == length + 4, bytes.starts(with: header) else { return nil }
    guard bytes.little(UInt32.self, at: length) == crc32c(Array(bytes[..<length])) else {
      return nil
    }
    func numbers(_ place: Int, count: Int) -> [Float] {
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe [Float](unsafeUninitializedCapacity: count) { numbers, filled in
          let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[place..<place + 4 * count])
          unsafe UnsafeMutableRawBufferPointer(numbers).copyMemory(from: part)
          filled = count
        }
      }
    }
    let start = header.count + 24
    state.descent.parameters = numbers(start, count: parameterCount)
    state.descent.moments = numbers(start + 4 * parameterCount, count: momentCount)
    state.epoch = Int(bytes.little(Int64.self, at: header.count))
    let converged = Int(bytes.little(Int64.self, at: header.count + 8))
    state.convergedAfter = converged > 0 ? converged : nil
    state.hasDiverged = bytes.little(Int64.self, at: header.count + 16) != 0
    return state
  }

  /// Keeps the state of a training, replacing what was kept before in one step.
  ///
  /// - Returns: how long the next file shall wait.
  @discardableResult
  func keep(_ state: TrainingState, of point: Digest256, draw: Int) -> Duration {
    let start = ContinuousClock.now
    let descent = state.descent
    var bytes = header(point, draw, descent.parameters.count, descent.moments.count)
    for number in [state.epoch, state.convergedAfter ?? 0, state.hasDiverged ? 1 : 0] {
      bytes.append(little: Int64(number))
    }
    bytes.reserveCapacity(bytes.count + 4 * (descent.parameters.count + descent.moments.count) + 4)
    for numbers in [descent.parameters, descent.moments] {
      unsafe numbers.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    bytes.append(little: crc32c(bytes))
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: path(point, draw)), options: .atomic)
    } catch {
      failed("\(folder): the state of a training cannot be kept: \(error.localizedDescription)")
    }
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

  private func header(
    _ point: Digest256, _ draw: Int, _ parameterCount: Int, _ momentCount: Int
  ) -> [UInt8] {
    var bytes = Array("framesweep training 2\n".utf8) + plan.bytes + point.bytes
    for value in [draw, parameterCount, momentCount] { bytes.append(little: Int64(value)) }
    return bytes
  }
}
