internal import Bytes

/// Writes a message: the version, its kind, then fields, little-endian, lists after their length.
struct MessageWriter {
  private(set) var bytes: [UInt8]

  init(kind: UInt8) { bytes = [MessageCodec.version, kind] }

  mutating func append<Integer: FixedWidthInteger>(_ value: Integer) { bytes.append(little: value) }

  mutating func append(_ list: [UInt8]) {
    append(UInt64(list.count))
    bytes.append(contentsOf: list)
  }

  mutating func append(_ points: [Int32]) {
    append(UInt64(points.count))
    bytes.reserveCapacity(bytes.count + 4 * points.count)
    for point in points { append(point) }
  }
}

/// Reads what `MessageWriter` wrote.
struct MessageReader {
  let kind: UInt8
  private var reader: ByteReader

  init(_ bytes: [UInt8]) throws(MessageError) {
    guard bytes.count >= 2 else { throw MessageError(description: "a message without a kind") }
    guard bytes[0] == MessageCodec.version else {
      throw MessageError(
        description: "message version \(bytes[0]), expected \(MessageCodec.version): "
          + "all ranks must run the same framesweep")
    }
    kind = bytes[1]
    reader = ByteReader(bytes, at: 2)
  }

  private mutating func read<Value>(
    _ body: (inout ByteReader) throws(CutShort) -> Value
  ) throws(MessageError) -> Value {
    do throws(CutShort) {
      return try body(&reader)
    } catch {
      throw MessageError(description: "cut short")
    }
  }

  mutating func integer<Integer: FixedWidthInteger>(
    as type: Integer.Type
  ) throws(MessageError) -> Integer {
    try read { reader throws(CutShort) in try reader.little(type) }
  }

  mutating func byteList() throws(MessageError) -> [UInt8] {
    try read { reader throws(CutShort) in try reader.bytes(try reader.little(UInt64.self)) }
  }

  /// The list that ends the message, in the message's own memory: it can be large.
  mutating func lastByteList() throws(MessageError) -> [UInt8] {
    let count = try integer(as: UInt64.self)
    guard count == UInt64(reader.left) else {
      throw MessageError(description: "cut short, or bytes too many")
    }
    return reader.rest()
  }

  mutating func points() throws(MessageError) -> [Int32] {
    let count = try integer(as: UInt64.self)
    guard count <= UInt64(reader.left / 4) else { throw MessageError(description: "cut short") }
    var points: [Int32] = []
    points.reserveCapacity(Int(count))
    for _ in 0..<count { points.append(try integer(as: Int32.self)) }
    return points
  }

  func end() throws(MessageError) {
    guard reader.left == 0 else {
      throw MessageError(description: "\(reader.left) bytes too many")
    }
  }
}
