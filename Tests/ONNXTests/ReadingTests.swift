import Digest
import Foundation
import NetworkGraphs
import ONNX
import TestSupport
import Testing

@Suite("Reading of ONNX files") struct ReadingTests {
  /// y = x W + b, the weights in a given encoding.
  private func product(_ weight: [UInt8], input: [Int?] = [nil, 2]) -> ONNXBuilder {
    var file = ONNXBuilder(input: input)
    file.tensor(weight)
    file.node("MatMul", ["x", "w"])
    return file
  }

  private static let weight: [Float] = [1, -2, 0.5, 3]
  /// The product at (2, −1).
  private static let expected = [1.5, -7]

  @Test("Weights of every floating-point type, raw and typed, are the same")
  func elementTypes() throws {
    let raw = Wire.little(Self.weight)
    var (doubles, halves, packedHalves, brains): ([UInt8], [UInt8], [UInt8], [UInt8]) = (
      [], [], [], []
    )
    for number in Self.weight {
      let half = Float16(number).bitPattern
      doubles += Wire.little(Double(number).bitPattern)
      halves += Wire.little(half)
      packedHalves += Wire.varint(Int(half))
      brains += Wire.little(UInt16(number.bitPattern >> 16))
    }
    func head(_ type: Int) -> [UInt8] { ONNXBuilder.head("w", [2, 2], type: type) }
    let encodings: [[UInt8]] = [
      head(1) + Wire.bytes(9, raw), head(1) + Wire.bytes(4, raw),
      head(11) + Wire.bytes(9, doubles), head(11) + Wire.bytes(10, doubles),
      head(10) + Wire.bytes(9, halves), head(10) + Wire.bytes(5, packedHalves),
      head(16) + Wire.bytes(9, brains),
    ]
    for encoding in encodings {
      let network = try product(encoding).network()
      #expect(try outputs(of: network, [2, -1]) == Self.expected)
    }
  }

  @Test("Weights that are listed as inputs are weights")
  func listedWeights() throws {
    var file = product(
      ONNXBuilder.tensor("w", [2, 2], type: 1, raw: Wire.little(Self.weight)))
    file.formatVersion = 3
    file.operatorSet = 7
    file.listed = ["w"]
    let network = try file.network()
    #expect(network.input == "x")
    #expect(try outputs(of: network, [2, -1]) == Self.expected)
  }

  @Test("Weights beside the file are read from their part of it")
  func externalData() throws {
    let data: [UInt8] = [9, 9, 9, 9] + Wire.little(Self.weight) + [7]
    let file = product(
      ONNXBuilder.external("w", [2, 2], location: "data/w.bin", offset: 4, length: 16))
    let folder = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: folder.path("data"), withIntermediateDirectories: true)
    try Data(file.bytes).write(to: URL(filePath: folder.path("net.onnx")))
    try Data(data).write(to: URL(filePath: folder.path("data/w.bin")))
    let bytes = try ONNXBytes(path: folder.path("net.onnx"), name: "net.onnx")
    #expect(try outputs(of: ONNXNetwork(bytes), [2, -1]) == Self.expected)

    // A byte of the weights belongs to the identity, and so does nothing else.
    var other = data
    other[5] ^= 1
    let changed = ONNXBytes(name: "b", main: file.bytes, external: ["data/w.bin": other])
    let moved = ONNXBytes(name: "c", main: file.bytes, external: ["data/w.bin": data])
    #expect(bytes.digest != changed.digest)
    #expect(bytes.digest == moved.digest)
    #expect(ONNXBytes(name: "a", main: file.bytes).digest == SHA256.hash(file.bytes))

    try FileManager.default.removeItem(atPath: folder.path("data/w.bin"))
    let error = #expect(throws: ONNXError.self) {
      try ONNXBytes(path: folder.path("net.onnx"), name: "net.onnx")
    }
    #expect(error?.description.contains("data/w.bin") ?? false)
  }

  @Test(
    "Paths of external data stay in the folder",
    arguments: ["../w.bin", "a/../../w.bin", "/etc/passwd", "", "a//b", "a\\b"])
  func paths(location: String) throws {
    let file = product(ONNXBuilder.external("w", [2, 2], location: location))
    let error = #expect(throws: ONNXError.self) { try file.network() }
    #expect(error?.place == "tensor 'w'")
  }

  @Test(
    "Parts of external data lie inside their file",
    arguments: [(12, 16), (0, 20), (17, nil), (Int.max, 16), (0, Int.max)] as [(Int, Int?)])
  func parts(offset: Int, length: Int?) throws {
    let file = product(
      ONNXBuilder.external("w", [2, 2], location: "w.bin", offset: offset, length: length))
    let network = try file.network(external: ["w.bin": Array(repeating: 0, count: 16)])
    #expect(network.unsupported.first?.place == "tensor 'w'")
    #expect(throws: ONNXError.self) { try network.graph(of: ["y"]) }
  }

  @Test("Only known versions are read")
  func versions() throws {
    for (format, set) in [(3, 7), (10, 21), (8, 17)] {
      var file = ONNXBuilder(input: [1, 2])
      (file.formatVersion, file.operatorSet) = (format, set)
      file.node("Relu", ["x"])
      #expect(try outputs(of: file.network(), [2, -1]) == [2, 0])
    }
    for (format, set) in [(2, 17), (99, 17), (8, 6), (8, 22), (8, nil)] as [(Int, Int?)] {
      var file = ONNXBuilder(input: [1, 2])
      (file.formatVersion, file.operatorSet) = (format, set)
      file.node("Relu", ["x"])
      #expect(throws: ONNXError.self) { try file.network() }
    }
  }

  @Test("A batch that is open is one image, other open extents are asked for")
  func openExtents() throws {
    // Some exporters write −1 for an open extent.
    var file = ONNXBuilder(input: [-1, 1, nil, -1])
    file.node("GlobalAveragePool", ["x"])
    let error = #expect(throws: ONNXError.self) { try file.network() }
    #expect(error?.place == "input 'x'")
    let network = try ONNXNetwork(
      ONNXBytes(name: "n", main: file.bytes), shape: [1, 2, 3])
    #expect(network.inputShape == [1, 1, 2, 3])
    #expect(throws: ONNXError.self) {
      try ONNXNetwork(ONNXBytes(name: "n", main: file.bytes), shape: [3, 2, 3])
    }
    file.input = [8, 1, 2, 2]
    #expect(throws: ONNXError.self) { try file.network() }
  }

  @Test("Nodes in any order are read, loops are an error")
  func order() throws {
    var file = ONNXBuilder(input: [1, 2])
    file.node("Relu", ["a"], ["y"])
    file.node("Neg", ["x"], ["a"])
    #expect(try outputs(of: file.network(), [2, -1]) == [0, 1])
    var loop = ONNXBuilder(input: [1, 2])
    loop.node("Add", ["x", "y"], ["a"])
    loop.node("Relu", ["a"], ["y"])
    #expect(throws: ONNXError.self) { try loop.network() }
    var twice = ONNXBuilder(input: [1, 2])
    twice.node("Relu", ["x"], ["y"])
    twice.node("Neg", ["x"], ["y"])
    #expect(throws: ONNXError.self) { try twice.network() }
  }

  // MARK: Damage

  @Test("A file that is cut off is an error at every length")
  func cutOff() throws {
    let bytes = Self.sample.bytes
    // The last field is the operator set, without which a file is none.
    for count in 0..<bytes.count {
      #expect(throws: ONNXError.self) {
        try ONNXNetwork(ONNXBytes(name: "n", main: Array(bytes[..<count])))
      }
    }
  }

  @Test("Lengths are compared with the file before anything is made")
  func lengths() throws {
    for length in [1 << 40, Int.max, -1] {
      let bytes = Wire.integer(1, 8) + Wire.key(7, 2) + Wire.varint(length) + [0]
      #expect(throws: ONNXError.self) { try ONNXNetwork(ONNXBytes(name: "n", main: bytes)) }
    }
    // Shapes whose product is none, or far more than there are bytes.
    for shape in [[1 << 20, 1 << 20, 1 << 20, 1 << 20], [-1, 2], [1 << 40], [3, 2]] {
      var file = ONNXBuilder(input: [1, 2])
      file.tensor(ONNXBuilder.tensor("w", shape, type: 1, raw: [0, 0, 0, 0]))
      file.node("MatMul", ["x", "w"])
      #expect(try file.network().unsupported.first?.place == "tensor 'w'")
    }
  }

  @Test("Constants that a few bytes ask for are not made without limit")
  func limits() throws {
    for shape in [[1 << 30], [1 << 15, 1 << 15], [1 << 20, 1 << 20, 1 << 20]] {
      var file = ONNXBuilder(input: [1, 1])
      file.integers("s", shape)
      file.node("ConstantOfShape", ["s"], ["c"], name: "fill")
      file.node("Add", ["x", "c"])
      let error = try file.network().unsupported.first
      #expect(error?.place?.contains("fill") ?? false)
    }
    var file = ONNXBuilder(input: [1, 1])
    file.integers("s", [1 << 16, 1 << 16])
    file.node("Expand", ["x", "s"], name: "expand")
    #expect(try file.network().unsupported.count == 1)
  }

  @Test("Damaged files are errors or networks, and never the end of the program")
  func mutations() throws {
    var generator = SeededGenerator(seed: 17)
    for _ in 0..<Self.mutationCount {
      let bytes = Self.damaged(Self.sample.bytes, &generator)
      try compute(ONNXBytes(name: "n", main: bytes))
    }
  }

  @Test("Damaged files of weights, and damaged words on where they are, are errors or networks")
  func mutationsOfExternalData() throws {
    var generator = SeededGenerator(seed: 18)
    let numbers = (0..<40).flatMap { Wire.little([Float($0) / 8]) }
    var file = ONNXBuilder(input: [1, 4])
    file.tensor(ONNXBuilder.external("w", [4, 4], location: "w.bin", offset: 16, length: 64))
    file.tensor(ONNXBuilder.external("b", [4], location: "b.bin", offset: 0, length: 16))
    file.node("Gemm", ["x", "w", "b"])
    for turn in 0..<Self.mutationCount {
      let main = turn % 3 == 0 ? file.bytes : Self.damaged(file.bytes, &generator)
      var weights = turn % 3 == 1 ? numbers : Self.damaged(numbers, &generator)
      if turn % 5 == 0 { weights.removeLast(Int.random(in: 0...weights.count, using: &generator)) }
      try compute(
        ONNXBytes(name: "n", main: main, external: ["w.bin": weights, "b.bin": numbers]))
    }
  }

  /// How often a file is damaged; FRAMESWEEP_MUTATIONS asks for more.
  private static let mutationCount =
    ProcessInfo.processInfo.environment["FRAMESWEEP_MUTATIONS"].flatMap { Int($0) } ?? 2_000

  /// Bytes of which one to four are changed, taken out or put in.
  private static func damaged(
    _ bytes: [UInt8], _ generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: bytes.indices, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.remove(at: place)
      default:
        bytes.insert([0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0, at: place)
      }
    }
    return bytes
  }

  /// Reads a network, if it is one, and computes what is small of it.
  private func compute(_ bytes: ONNXBytes) throws {
    guard let network = try? ONNXNetwork(bytes) else { return }
    _ = try? network.graph(of: network.knownOutputs + network.standardRepresentations)
    _ = try? network.representations(matching: ["*"])
    let size = try network.summary().reduce(0.0) { $0 + $1.flops + Double($1.byteCount) }
    guard size < 1e5, let output = network.knownOutputs.first else { return }
    _ = try outputs(of: network, numbers(network.inputShape.reduce(1, *)), value: output)
  }

  /// A small network with most kinds of operators, shapes that are computed, and weights.
  private static let sample: ONNXBuilder = {
    var file = ONNXBuilder(input: [nil, 2, 6, 6])
    file.weights("w", [4, 1, 3, 3], (0..<36).map { Float($0) / 36 })
    file.weights("b", [4], [0, 1, 2, 3])
    file.node(
      "Conv", ["x", "w", "b"], ["c"],
      ["pads": .integers([1, 1, 1, 1]), "strides": .integers([2, 1]), "group": .integer(2)])
    for name in ["g", "h", "m", "v"] { file.weights(name, [4], [1, 2, 3, 4]) }
    file.node("BatchNormalization", ["c", "g", "h", "m", "v"], ["n"], ["epsilon": .float(0.1)])
    file.node("Relu", ["n"], ["r"])
    file.node(
      "MaxPool", ["r"], ["p"],
      ["kernel_shape": .integers([2, 2]), "ceil_mode": .integer(1), "auto_pad": .text("NOTSET")])
    file.integers("starts", [0, -1])
    file.integers("ends", [Int.max, Int.min])
    file.integers("axes", [2, 3])
    file.integers("steps", [1, -2])
    file.node("Slice", ["p", "starts", "ends", "axes", "steps"], ["s"])
    file.node("Shape", ["s"], ["shape"])
    file.integers("zero", [0], shape: [])
    file.node("Gather", ["shape", "zero"], ["batch"])
    file.integers("front", [0])
    file.node("Unsqueeze", ["batch", "front"], ["row"])
    file.integers("rest", [-1])
    file.node("Concat", ["row", "rest"], ["target"], ["axis": .integer(0)])
    file.node("Reshape", ["s", "target"], ["f"])
    file.node("Softmax", ["f"], ["q"], ["axis": .integer(-1)])
    file.node("Mul", ["f", "q"], ["z"])
    file.integers("pads", [0, 1, 0, 2])
    file.node("Pad", ["z", "pads"], ["padded"])
    file.node("Split", ["padded"], ["one", "two"], ["axis": .integer(1)])
    file.node("Sub", ["one", "two"])
    return file
  }()
}
