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
    var writer = MessageWriter(kind: message.kind)
    if case .assign(let points) = message { writer.append(points) }
    return writer.bytes
  }

  /// The bytes of a worker's message.
  public static func encode(_ message: WorkerMessage) -> [UInt8] {
    var writer = MessageWriter(kind: message.kind)
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
    var reader = try MessageReader(bytes)
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
    var reader = try MessageReader(bytes)
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
