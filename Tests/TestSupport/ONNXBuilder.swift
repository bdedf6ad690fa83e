/// Writes small ONNX files, field by field, as protobuf has it.
public struct ONNXBuilder: Sendable {
  /// A setting of a node.
  public enum Setting: Sendable {
    case integer(Int)
    case float(Float)
    case text(String)
    case integers([Int])
    case tensor([UInt8])
  }

  /// The version of the file format.
  public var formatVersion = 8
  /// The version of the operators; nil for a file that does not say it.
  public var operatorSet: Int? = 17
  /// The extents of the input `x`; nil for one that is open.
  public var input: [Int?]
  /// The names of the outputs.
  public var outputs = ["y"]
  private var nodes: [[UInt8]] = []
  private var tensors: [[UInt8]] = []
  /// Names of tensors that are listed as inputs too, as before IR 4.
  public var listed: [String] = []

  /// Begins a file with an input `x`.
  public init(input: [Int?]) { self.input = input }

  /// Adds a node.
  public mutating func node(
    _ operatorName: String, _ inputs: [String], _ outputs: [String] = ["y"],
    _ settings: [String: Setting] = [:], name: String = "", domain: String = ""
  ) {
    var node: [UInt8] = []
    for input in inputs { node += Wire.text(1, input) }
    for output in outputs { node += Wire.text(2, output) }
    if !name.isEmpty { node += Wire.text(3, name) }
    node += Wire.text(4, operatorName)
    for (name, setting) in settings.sorted(by: { $0.key < $1.key }) {
      var attribute = Wire.text(1, name)
      switch setting {
      case .integer(let value): attribute += Wire.integer(3, value) + Wire.integer(20, 2)
      case .float(let value):
        attribute += Wire.key(2, 5) + Wire.little(value.bitPattern) + Wire.integer(20, 1)
      case .text(let value): attribute += Wire.text(4, value) + Wire.integer(20, 3)
      case .integers(let values):
        for value in values { attribute += Wire.integer(8, value) }
        attribute += Wire.integer(20, 7)
      case .tensor(let tensor): attribute += Wire.bytes(5, tensor) + Wire.integer(20, 4)
      }
      node += Wire.bytes(5, attribute)
    }
    if !domain.isEmpty { node += Wire.text(7, domain) }
    nodes.append(node)
  }

  /// Adds a tensor in single precision, as raw data.
  public mutating func weights(_ name: String, _ shape: [Int], _ values: [Float]) {
    tensors.append(
      Self.tensor(name, shape, type: 1, raw: Wire.little(values)))
  }

  /// Adds a tensor of integers, as packed data.
  public mutating func integers(_ name: String, _ values: [Int], shape: [Int]? = nil) {
    var packed: [UInt8] = []
    for value in values { packed += Wire.varint(value) }
    tensors.append(
      Self.head(name, shape ?? [values.count], type: 7) + Wire.bytes(7, packed))
  }

  /// Adds a tensor that is written by the caller.
  public mutating func tensor(_ bytes: [UInt8]) { tensors.append(bytes) }

  /// A tensor without its numbers.
  public static func head(_ name: String, _ shape: [Int], type: Int) -> [UInt8] {
    shape.flatMap { Wire.integer(1, $0) } + Wire.integer(2, type) + Wire.text(8, name)
  }

  /// A tensor with its numbers as raw data.
  public static func tensor(_ name: String, _ shape: [Int], type: Int, raw: [UInt8]) -> [UInt8] {
    head(name, shape, type: type) + Wire.bytes(9, raw)
  }

  /// A tensor whose numbers are in another file.
  public static func external(
    _ name: String, _ shape: [Int], location: String, offset: Int? = nil, length: Int? = nil
  ) -> [UInt8] {
    var tensor = head(name, shape, type: 1) + Wire.integer(14, 1)
    let entries = [
      ("location", location), ("offset", offset.map(String.init)),
      ("length", length.map(String.init)),
    ]
    for case (let key, let value?) in entries {
      tensor += Wire.bytes(13, Wire.text(1, key) + Wire.text(2, value))
    }
    return tensor
  }

  /// The whole file.
  public var bytes: [UInt8] {
    var graph = nodes.flatMap { Wire.bytes(1, $0) } + tensors.flatMap { Wire.bytes(5, $0) }
    graph += Wire.bytes(11, Self.declaration("x", input))
    for name in listed { graph += Wire.bytes(11, Self.declaration(name, [])) }
    for name in outputs { graph += Wire.bytes(12, Wire.text(1, name)) }
    var model = Wire.integer(1, formatVersion) + Wire.text(2, "tests") + Wire.bytes(7, graph)
    if let operatorSet { model += Wire.bytes(8, Wire.text(1, "") + Wire.integer(2, operatorSet)) }
    return model
  }

  private static func declaration(_ name: String, _ extents: [Int?]) -> [UInt8] {
    let shape = extents.flatMap { extent in
      Wire.bytes(1, extent.map { Wire.integer(1, $0) } ?? Wire.text(2, "n"))
    }
    let tensor = Wire.integer(1, 1) + Wire.bytes(2, shape)
    return Wire.text(1, name) + Wire.bytes(2, Wire.bytes(1, tensor))
  }
}

/// The encodings of protobuf.
public enum Wire {
  /// An integer of variable length.
  public static func varint(_ value: Int) -> [UInt8] {
    var (rest, bytes): (UInt64, [UInt8]) = (UInt64(bitPattern: Int64(value)), [])
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// What stands in front of a field.
  public static func key(_ field: Int, _ kind: Int) -> [UInt8] { varint(field << 3 | kind) }

  /// A field with an integer.
  public static func integer(_ field: Int, _ value: Int) -> [UInt8] {
    key(field, 0) + varint(value)
  }

  /// A field with bytes, or with a message.
  public static func bytes(_ field: Int, _ content: [UInt8]) -> [UInt8] {
    key(field, 2) + varint(content.count) + content
  }

  /// A field with a text.
  public static func text(_ field: Int, _ content: String) -> [UInt8] {
    bytes(field, Array(content.utf8))
  }

  /// Numbers in single precision, least significant byte first.
  public static func little(_ numbers: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in numbers { bytes += little(number.bitPattern) }
    return bytes
  }

  /// A number, least significant byte first.
  public static func little<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    (0..<Word.bitWidth / 8).map { UInt8(truncatingIfNeeded: word >> Word($0 * 8)) }
  }
}
