/// Bytes that are no message of this version.
public struct MessageError: Error, Equatable, CustomStringConvertible {
  /// What is wrong with the bytes.
  public let description: String
}

/// Messages as bytes: a version, a kind, then the fields, little-endian, lists after their length.
public enum MessageCodec {
  /// The first byte of every message; ranks of different versions refuse each other.
  public static let version: UInt8 = 3

  /// The bytes of a coordinator's message.
  public static func encode(_ message: CoordinatorMessage) -> [UInt8] {
    var writer = ByteWriter(kind: message.kind)
    if case .assign(let points) = message { writer.append(points) }
    return writer.bytes
  }

  /// The bytes of a worker's message.
  public static func encode(_ message: WorkerMessage) -> [UInt8] {
    var writer = ByteWriter(kind: message.kind)
    switch message {
    case .ready(let planHash, let host):
      writer.append(planHash)
      writer.append(Array(host.utf8))
    case .results(let block):
      writer.append(block.points)
      writer.append(block.records)
      writer.append(UInt64(block.notOK))
      writer.append(block.busySeconds.bitPattern)
    case .dropped(let points): writer.append(points)
    case .heartbeat: break
    case .unyielding(let point, let seconds):
      writer.append(point)
      writer.append(seconds.bitPattern)
    }
    return writer.bytes
  }

  /// Reads a coordinator's message.
  public static func coordinatorMessage(
    _ bytes: [UInt8]
  ) throws(MessageError) -> CoordinatorMessage {
    var reader = try ByteReader(bytes)
    let message: CoordinatorMessage
    switch reader.kind {
    case 1: message = .assign(points: try reader.points())
    case 2: message = .drain
    case 3: message = .finish
    case 4: message = .leave
    case 5: message = .ping
    default: throw MessageError(description: "unknown message \(reader.kind) to a worker")
    }
    try reader.end()
    return message
  }

  /// Reads a worker's message.
  public static func workerMessage(_ bytes: [UInt8]) throws(MessageError) -> WorkerMessage {
    var reader = try ByteReader(bytes)
    let message: WorkerMessage
    switch reader.kind {
    case 11:
      let hash = try reader.byteList()
      message = .ready(
        planHash: hash, host: String(decoding: try reader.byteList(), as: UTF8.self))
    case 12:
      var block = ResultBlock()
      block.points = try reader.points()
      block.records = try reader.byteList()
      block.notOK = Int(clamping: try reader.integer(as: UInt64.self))
      block.busySeconds = Double(bitPattern: try reader.integer(as: UInt64.self))
      message = .results(block)
    case 13: message = .dropped(points: try reader.points())
    case 14: message = .heartbeat
    case 15:
      let point = try reader.integer(as: Int32.self)
      let bits = try reader.integer(as: UInt64.self)
      message = .unyielding(point: point, seconds: Double(bitPattern: bits))
    default: throw MessageError(description: "unknown message \(reader.kind) to the coordinator")
    }
    try reader.end()
    return message
  }
}

extension CoordinatorMessage {
  fileprivate var kind: UInt8 {
    switch self {
    case .assign: 1
    case .drain: 2
    case .finish: 3
    case .leave: 4
    case .ping: 5
    }
  }
}

extension WorkerMessage {
  fileprivate var kind: UInt8 {
    switch self {
    case .ready: 11
    case .results: 12
    case .dropped: 13
    case .heartbeat: 14
    case .unyielding: 15
    }
  }
}

private struct ByteWriter {
  private(set) var bytes: [UInt8]

  init(kind: UInt8) { bytes = [MessageCodec.version, kind] }

  mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
    for byte in 0..<MemoryLayout<Integer>.size {
      bytes.append(UInt8(truncatingIfNeeded: value >> Integer(8 * byte)))
    }
  }

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

private struct ByteReader {
  let kind: UInt8
  private let bytes: [UInt8]
  private var offset = 2

  init(_ bytes: [UInt8]) throws(MessageError) {
    guard bytes.count >= 2 else { throw MessageError(description: "a message without a kind") }
    guard bytes[0] == MessageCodec.version else {
      throw MessageError(
        description: "message version \(bytes[0]), expected \(MessageCodec.version): "
          + "all ranks must run the same framesweep")
    }
    self.bytes = bytes
    kind = bytes[1]
  }

  mutating func integer<Integer: FixedWidthInteger>(
    as type: Integer.Type
  ) throws(MessageError) -> Integer {
    let size = MemoryLayout<Integer>.size
    guard bytes.count - offset >= size else { throw MessageError(description: "cut short") }
    var value: Integer = 0
    for byte in 0..<size {
      value |= Integer(truncatingIfNeeded: bytes[offset + byte]) << (8 * byte)
    }
    offset += size
    return value
  }

  mutating func byteList() throws(MessageError) -> [UInt8] {
    let count = try integer(as: UInt64.self)
    guard count <= UInt64(bytes.count - offset) else {
      throw MessageError(description: "cut short")
    }
    defer { offset += Int(count) }
    return Array(bytes[offset..<offset + Int(count)])
  }

  mutating func points() throws(MessageError) -> [Int32] {
    let count = try integer(as: UInt64.self)
    guard count <= UInt64((bytes.count - offset) / 4) else {
      throw MessageError(description: "cut short")
    }
    var points: [Int32] = []
    points.reserveCapacity(Int(count))
    for _ in 0..<count { points.append(try integer(as: Int32.self)) }
    return points
  }

  func end() throws(MessageError) {
    guard offset == bytes.count else {
      throw MessageError(description: "\(bytes.count - offset) bytes too many")
    }
  }
}
