internal import Bytes

/// Bytes that are no record.
public struct RecordError: Error, Equatable, CustomStringConvertible {
  /// What is wrong with the bytes.
  public let description: String
}

extension Record {
  /// Appends the record's bytes.
  public func encode(into bytes: inout [UInt8]) {
    let text = Self.cut(message)
    let length = Self.headerByteCount - 4 + values.count + text.count
    bytes.append(little: UInt32(length))
    bytes.append(little: UInt32(point))
    bytes.append(little: UInt8(bitPattern: status.rawValue))
    bytes.append(little: UInt8(0))
    bytes.append(little: UInt16(clamping: execution.attempts))
    bytes.append(little: UInt32(clamping: execution.run))
    bytes.append(little: UInt32(clamping: execution.rank))
    bytes.append(little: UInt32(draws))
    bytes.append(little: execution.start.bitPattern)
    bytes.append(little: execution.wallSeconds.bitPattern)
    bytes.append(little: execution.cpuSeconds.bitPattern)
    bytes.append(little: execution.predictedSeconds.bitPattern)
    bytes.append(little: UInt64(clamping: execution.peakMemory))
    bytes.append(little: UInt32(values.count))
    bytes.append(little: UInt32(text.count))
    bytes.append(contentsOf: values)
    bytes.append(contentsOf: text)
  }

  /// Reads the record that starts at an offset, and returns the offset after it.
  ///
  /// **Throws**: `RecordError` where the bytes are no whole record.
  public static func decode(
    _ bytes: Span<UInt8>, at start: Int
  ) throws(RecordError) -> (record: Record, end: Int) {
    let (point, end) = try extent(bytes, at: start)
    guard let status = PointStatus(rawValue: Int8(bitPattern: bytes[start + 8])) else {
      throw RecordError(description: "unknown status \(bytes[start + 8])")
    }
    let valueCount = Int(bytes.little(UInt32.self, at: start + 64))
    let messageCount = Int(bytes.little(UInt32.self, at: start + 68))
    guard headerByteCount + valueCount + messageCount == end - start else {
      throw RecordError(description: "lengths of values and message do not add up")
    }
    let values = start + headerByteCount
    let execution = Execution(
      run: Int(bytes.little(UInt32.self, at: start + 12)),
      rank: Int(bytes.little(UInt32.self, at: start + 16)),
      attempts: Int(bytes.little(UInt16.self, at: start + 10)),
      start: Double(bitPattern: bytes.little(UInt64.self, at: start + 24)),
      wallSeconds: Double(bitPattern: bytes.little(UInt64.self, at: start + 32)),
      cpuSeconds: Double(bitPattern: bytes.little(UInt64.self, at: start + 40)),
      predictedSeconds: Double(bitPattern: bytes.little(UInt64.self, at: start + 48)),
      peakMemory: Int(clamping: bytes.little(UInt64.self, at: start + 56)))
    let record = Record(
      point: point, status: status, draws: Int(bytes.little(UInt32.self, at: start + 20)),
      values: array(bytes, values..<values + valueCount),
      message: messageCount == 0
        ? "" : String(decoding: array(bytes, values + valueCount..<end), as: UTF8.self),
      execution: execution)
    return (record, end)
  }

  private static func array(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
  }

  /// The point and the end of the record that starts at an offset, without reading all of it.
  ///
  /// **Throws**: `RecordError` where the bytes are too few.
  public static func extent(
    _ bytes: Span<UInt8>, at start: Int
  ) throws(RecordError) -> (point: Int, end: Int) {
    guard start >= 0, bytes.count - start >= headerByteCount else {
      throw RecordError(description: "\(bytes.count - start) bytes are too few for a record")
    }
    let length = Int(bytes.little(UInt32.self, at: start))
    guard length >= headerByteCount - 4, length <= bytes.count - start - 4 else {
      throw RecordError(description: "a record of \(length) bytes does not fit")
    }
    return (Int(bytes.little(UInt32.self, at: start + 4)), start + 4 + length)
  }

  /// Adds earlier tries to those that records, one behind the other, speak of.
  ///
  /// **Throws**: `RecordError` where the bytes are no records.
  public static func addTries(
    _ earlier: (_ point: Int) -> Int, to bytes: inout [UInt8]
  ) throws(RecordError) {
    var start = 0
    while start < bytes.count {
      let (point, end) = try extent(bytes.span, at: start)
      let tries = earlier(point)
      if tries > 0 {
        let sum = UInt16(clamping: Int(bytes.span.little(UInt16.self, at: start + 10)) + tries)
        bytes.store(little: UInt64(sum), byteCount: 2, at: start + 10)
      }
      start = end
    }
  }

  /// The message's bytes, cut between characters where they are too many.
  private static func cut(_ message: String) -> [UInt8] {
    guard message.utf8.count > maximumMessageBytes else { return Array(message.utf8) }
    var kept = ""
    for character in message {
      guard kept.utf8.count + character.utf8.count <= maximumMessageBytes - 3 else { break }
      kept.append(character)
    }
    return Array((kept + "…").utf8)
  }
}
