/// A node as it stands in a file.
struct NodeRecord: Sendable {
  /// The node's name; exporters may leave it out.
  private(set) var name = ""
  /// The operator, such as `Conv`.
  private(set) var operatorName = ""
  /// The set that the operator is of; empty for ONNX's own.
  private(set) var domain = ""
  /// The names of the values that the node reads; empty for an optional one that is left out.
  private(set) var inputs: [String] = []
  /// The names of the values that the node makes.
  private(set) var outputs: [String] = []
  private(set) var attributes: [String: Attribute] = [:]

  /// Reads a `NodeProto`.
  init(_ message: ArraySlice<UInt8>) throws(ONNXError) {
    var reader = WireReader(message)
    while try reader.next() {
      switch reader.field {
      case 1: inputs.append(try reader.text())
      case 2: outputs.append(try reader.text())
      case 3: name = try reader.text()
      case 4: operatorName = try reader.text()
      case 5:
        let attribute = try Attribute(reader.bytes())
        attributes[attribute.name] = attribute
      case 7: domain = try reader.text()
      default: break
      }
    }
    if domain == "ai.onnx" { domain = "" }
    guard !operatorName.isEmpty else {
      throw ONNXError(
        place: name.isEmpty ? "a node without a name" : "node '\(name)'",
        problem: "it names no operator", expected: "a whole ONNX file")
    }
    while outputs.last == "" { outputs.removeLast() }
    while inputs.last == "" { inputs.removeLast() }
    guard let first = outputs.first, !first.isEmpty else {
      throw ONNXError(
        place: place, problem: "it makes no value", expected: "a name for its first output")
    }
  }

  /// What the node is called: its own name, or else that of its first output.
  var title: String { name.isEmpty ? outputs.first ?? "" : name }

  /// What messages call the node.
  var place: String {
    "node '\(title)' (\(domain.isEmpty ? "" : "\(domain).")\(operatorName))"
  }
}

/// A named setting of a node, as it stands in a file.
struct Attribute: Sendable {
  /// The kinds of settings that operators have.
  enum Value: Sendable {
    case float(Float)
    case integer(Int)
    case text(String)
    case tensor(TensorRecord)
    case floats([Float])
    case integers([Int])
    /// A kind that no supported operator has, such as a graph.
    case other
  }

  private(set) var name = ""
  private(set) var value = Value.other

  /// Reads an `AttributeProto`.
  init(_ message: ArraySlice<UInt8>) throws(ONNXError) {
    var reader = WireReader(message)
    var kind: Int?
    var (float, integer, bytes): (Float, Int, ArraySlice<UInt8>) = (0, 0, [])
    var (floats, integers): ([Float], [Int]) = ([], [])
    var tensor: ArraySlice<UInt8>?
    // Files of IR 1 and 2 say the kind by the field that is there.
    var implied = 0
    while try reader.next() {
      switch reader.field {
      case 1: name = try reader.text()
      case 2: (float, implied) = (try reader.single(), 1)
      case 3: (integer, implied) = (try reader.integer(), 2)
      case 4: (bytes, implied) = (try reader.bytes(), 3)
      case 5: (tensor, implied) = (try reader.bytes(), 4)
      case 7:
        try reader.append(to: &floats)
        implied = 6
      case 8:
        try reader.append(to: &integers)
        implied = 7
      case 20: kind = try reader.integer()
      default: break
      }
    }
    switch kind ?? implied {
    case 1: value = .float(float)
    case 2: value = .integer(integer)
    case 3:
      // Bytes that are no text can only belong to an operator that is not supported.
      if let text = String(validating: bytes, as: UTF8.self) { value = .text(text) }
    case 4: if let tensor { value = .tensor(try TensorRecord(tensor)) }
    case 6: value = .floats(floats)
    case 7: value = .integers(integers)
    default: break
    }
  }
}
