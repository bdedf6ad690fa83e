/// Writes small safetensors files.
public struct SafetensorsBuilder: Sendable {
  /// A tensor: its name, its type, its extents, and its bytes.
  public struct Tensor: Sendable {
    let name: String
    let type: String
    let shape: [Int]
    let bytes: [UInt8]
  }

  /// The tensors, in the order of their bytes.
  public private(set) var tensors: [Tensor] = []
  /// Text for the header's `__metadata__`, as JSON; nil for none.
  public var metadata: String?

  /// Begins an empty file.
  public init() {}

  /// Adds a tensor of any type.
  public mutating func add(_ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) {
    tensors.append(Tensor(name: name, type: type, shape: shape, bytes: bytes))
  }

  /// Adds a tensor in double precision.
  public mutating func add(_ name: String, _ shape: [Int], _ numbers: [Double]) {
    add(name, "F64", shape, numbers.flatMap { Wire.little($0.bitPattern) })
  }

  /// The file.
  public var bytes: [UInt8] {
    var entries = metadata.map { ["\"__metadata__\":\($0)"] } ?? []
    var start = 0
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = start + tensor.bytes.count
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(start),\(end)]}")
      start = end
    }
    return Self.file("{\(entries.joined(separator: ","))}", tensors.flatMap(\.bytes))
  }

  /// A file of a header and of bytes.
  public static func file(_ header: String, _ bytes: [UInt8]) -> [UInt8] {
    let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let text = [UInt8]((header + padding).utf8)
    return Wire.little(UInt64(text.count)) + text + bytes
  }
}
