/// A model as it stands in a file: nodes, tensors, inputs and outputs by name.
struct ModelRecord: Sendable {
  /// The versions of ONNX's operators that are known.
  static let knownOperatorSets = 7...21
  /// The versions of the file format that are known; 11 and 12 add nothing that networks need.
  static let knownFormats = 3...12

  /// A value that a graph declares.
  struct Declaration: Sendable {
    /// An extent of a declared shape.
    enum Extent: Sendable, Hashable {
      case known(Int)
      /// An extent that a name stands for, or nothing.
      case open(String)
    }

    var name = ""
    /// The code of the element type; 0 if it is not said.
    var typeCode = 0
    /// The extents; nil if the rank is not said.
    var extents: [Extent]?
  }

  private(set) var formatVersion = 0
  private(set) var operatorSet: Int?
  private(set) var producer = ""
  private(set) var nodes: [NodeRecord] = []
  private(set) var tensors: [TensorRecord] = []
  /// The names of tensors that are mostly zeros and written so; they are not supported.
  private(set) var sparseTensors: [String] = []
  private(set) var inputs: [Declaration] = []
  private(set) var outputs: [Declaration] = []

  /// Reads a `ModelProto`.
  init(_ bytes: ArraySlice<UInt8>) throws(ONNXError) {
    var reader = WireReader(bytes)
    var hasGraph = false
    while try reader.next() {
      switch reader.field {
      case 1: formatVersion = try reader.integer()
      case 2: producer = try reader.text()
      case 7:
        hasGraph = true
        try readGraph(reader.message())
      case 8: try readOperatorSet(reader.message())
      default: break
      }
    }
    guard hasGraph, formatVersion != 0 else {
      throw WireReader.damage(hasGraph ? "it has no format version (IR)" : "it has no graph")
    }
    guard Self.knownFormats.contains(formatVersion) else {
      throw ONNXError(
        problem: "its format version (IR) is \(formatVersion)",
        expected: "\(Self.knownFormats.lowerBound) to \(Self.knownFormats.upperBound)")
    }
    guard let operatorSet, Self.knownOperatorSets.contains(operatorSet) else {
      let found = operatorSet.map { "it is written for operator set (opset) \($0)" }
      throw ONNXError(
        problem: found ?? "it names no operator set (opset)",
        expected: "\(Self.knownOperatorSets.lowerBound) to \(Self.knownOperatorSets.upperBound); "
          + "exporters have an option for it, and onnx.version_converter changes it")
    }
  }

  /// The files beside this one that hold elements, each once, sorted.
  var externalLocations: [String] {
    let values = nodes.lazy.flatMap(\.attributes.values).compactMap {
      if case .tensor(let tensor) = $0.value { tensor } else { nil as TensorRecord? }
    }
    return Set((tensors + values).compactMap(\.external?.location)).sorted()
  }

  private mutating func readOperatorSet(_ message: WireReader) throws(ONNXError) {
    var reader = message
    var (domain, version) = ("", 0)
    while try reader.next() {
      switch reader.field {
      case 1: domain = try reader.text()
      case 2: version = try reader.integer()
      default: break
      }
    }
    if domain.isEmpty || domain == "ai.onnx" { operatorSet = version }
  }

  private mutating func readGraph(_ message: WireReader) throws(ONNXError) {
    var reader = message
    while try reader.next() {
      switch reader.field {
      case 1: nodes.append(try NodeRecord(reader.bytes()))
      case 5: tensors.append(try TensorRecord(reader.bytes()))
      case 11: inputs.append(try Self.declaration(reader.message()))
      case 12: outputs.append(try Self.declaration(reader.message()))
      case 15: try readSparseTensor(reader.message())
      default: break
      }
    }
  }

  /// Reads the name of a `SparseTensorProto`, which is that of its values.
  private mutating func readSparseTensor(_ message: WireReader) throws(ONNXError) {
    var reader = message
    while try reader.next() {
      guard reader.field == 1 else { continue }
      sparseTensors.append(try TensorRecord(reader.bytes()).name)
    }
  }

  private static func declaration(_ message: WireReader) throws(ONNXError) -> Declaration {
    var reader = message
    var declaration = Declaration()
    while try reader.next() {
      switch reader.field {
      case 1: declaration.name = try reader.text()
      case 2:
        var type = try reader.message()
        while try type.next() {
          guard type.field == 1 else { continue }
          try readTensorType(type.message(), &declaration)
        }
      default: break
      }
    }
    return declaration
  }

  private static func readTensorType(
    _ message: WireReader, _ declaration: inout Declaration
  ) throws(ONNXError) {
    var reader = message
    while try reader.next() {
      switch reader.field {
      case 1: declaration.typeCode = try reader.integer()
      case 2:
        var extents: [Declaration.Extent] = []
        var shape = try reader.message()
        while try shape.next() {
          guard shape.field == 1 else { continue }
          extents.append(try extent(shape.message()))
        }
        declaration.extents = extents
      default: break
      }
    }
  }

  private static func extent(_ message: WireReader) throws(ONNXError) -> Declaration.Extent {
    var reader = message
    var extent = Declaration.Extent.open("")
    while try reader.next() {
      switch reader.field {
      case 1:
        // Some exporters write an open extent as −1.
        let number = try reader.integer()
        extent = number > 0 ? .known(number) : .open("")
      case 2: extent = .open(try reader.text())
      default: break
      }
    }
    return extent
  }
}
