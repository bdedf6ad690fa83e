import NetworkGraphs
import ONNX
import TestSupport
import Testing

@Suite("Patterns of ONNX files") struct PatternTests {
  /// Checks that a file is recognised as patterns, and that its values stay what they are spelled out
  /// to be.
  private func expect(
    _ kinds: [String], of file: ONNXBuilder, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let network = try file.network()
    #expect(network.patterns.map(\.kind) == kinds, sourceLocation: sourceLocation)
    let image = numbers(network.inputShape.reduce(1, *)).map { 3 * $0 }
    let spelledOut = try outputs(of: network, image)
    let recognized = try outputs(of: network, image, isExact: false)
    // Constants of exporters are those of single precision.
    #expect(
      areClose(recognized, spelledOut, relative: 1e-6, absolute: 1e-6),
      sourceLocation: sourceLocation)
  }

  @Test("GELU is recognised in all its spellings")
  func gelu() throws {
    for order in 0..<3 {
      for divides in [false, true] {
        var file = ONNXBuilder(input: [1, 32])
        file.weights("root", [], [divides ? 1.4142135 : 0.70710677])
        file.weights("one", [], [1])
        file.weights("half", [1], [0.5])
        file.node(divides ? "Div" : "Mul", ["x", "root"], ["a"])
        file.node("Erf", ["a"], ["b"])
        file.node("Add", order == 0 ? ["b", "one"] : ["one", "b"], ["c"])
        switch order {
        case 0:
          file.node("Mul", ["x", "c"], ["d"])
          file.node("Mul", ["d", "half"])
        case 1:
          file.node("Mul", ["half", "c"], ["d"])
          file.node("Mul", ["d", "x"])
        default:
          file.node("Mul", ["x", "half"], ["d"])
          file.node("Mul", ["d", "c"])
        }
        try expect(["gelu"], of: file)
      }
    }
    var file = ONNXBuilder(input: [1, 32])
    file.weights("three", [], [3])
    file.weights("cubic", [], [0.044715])
    file.weights("factor", [], [0.7978846])
    file.weights("one", [], [1])
    file.weights("half", [], [0.5])
    file.node("Pow", ["x", "three"], ["a"])
    file.node("Mul", ["a", "cubic"], ["b"])
    file.node("Add", ["x", "b"], ["c"])
    file.node("Mul", ["c", "factor"], ["d"])
    file.node("Tanh", ["d"], ["e"])
    file.node("Add", ["e", "one"], ["f"])
    file.node("Mul", ["x", "half"], ["g"])
    file.node("Mul", ["g", "f"])
    try expect(["gelu (tanh)"], of: file)
  }

  @Test("What is nearly a function is computed as it is")
  func nearMiss() throws {
    var file = ONNXBuilder(input: [1, 32])
    file.weights("factor", [], [1.702])
    file.node("Mul", ["x", "factor"], ["a"])
    file.node("Sigmoid", ["a"], ["b"])
    file.node("Mul", ["x", "b"])
    try expect([], of: file)
  }

  @Test("Silu, hard-swish and hard-sigmoid are recognised")
  func swish() throws {
    var silu = ONNXBuilder(input: [1, 32])
    silu.node("Sigmoid", ["x"], ["a"])
    silu.node("Mul", ["a", "x"])
    try expect(["silu"], of: silu)
    var hard = ONNXBuilder(input: [1, 32])
    hard.node("HardSigmoid", ["x"], ["a"], ["alpha": .float(1 / 6)])
    hard.node("Mul", ["x", "a"])
    try expect(["hard swish"], of: hard)
    var spelledOut = ONNXBuilder(input: [1, 32])
    spelledOut.weights("three", [], [3])
    spelledOut.weights("zero", [], [0])
    spelledOut.weights("six", [], [6])
    spelledOut.node("Add", ["x", "three"], ["a"])
    spelledOut.node("Clip", ["a", "zero", "six"], ["b"])
    spelledOut.node("Div", ["b", "six"], ["c"])
    spelledOut.node("Mul", ["x", "c"])
    try expect(["hard swish"], of: spelledOut)
  }

  @Test("A value inside a pattern is there if it is asked for")
  func insideValues() throws {
    var silu = ONNXBuilder(input: [1, 3])
    silu.node("Sigmoid", ["x"], ["a"])
    silu.node("Mul", ["a", "x"])
    let network = try silu.network()
    #expect(network.standardRepresentations == ["y"])
    #expect(try outputs(of: network, [0, 0, 0], value: "a", isExact: false) == [0.5, 0.5, 0.5])
  }

  @Test("Layer normalisation is recognised in its spellings", arguments: 0..<3)
  func layerNormalization(spelling: Int) throws {
    var file = ONNXBuilder(input: [1, 4, 8])
    file.weights("two", [], [2])
    file.weights("epsilon", [], [1e-5])
    file.weights("scale", [8], numbers(8, seed: 4).map { Float($0) })
    file.weights("shift", [8], numbers(8, seed: 5).map { Float($0) })
    let axes: [String: ONNXBuilder.Setting] = ["axes": .integers([-1])]
    file.node("ReduceMean", ["x"], ["m"], axes)
    file.node("Sub", ["x", "m"], ["d"])
    if spelling == 1 {
      file.node("Mul", ["d", "d"], ["q"])
    } else {
      file.node("Pow", ["d", "two"], ["q"])
    }
    file.node("ReduceMean", ["q"], ["v"], axes)
    file.node("Add", ["v", "epsilon"], ["e"])
    file.node("Sqrt", ["e"], ["s"])
    if spelling == 2 {
      file.node("Reciprocal", ["s"], ["r"])
      file.node("Mul", ["d", "r"], ["n"])
    } else {
      file.node("Div", ["d", "s"], ["n"])
    }
    file.node("Mul", ["n", "scale"], ["a"])
    file.node("Add", ["a", "shift"])
    try expect(["layer normalization"], of: file)
    #expect(try file.network().standardRepresentations == ["y"])
  }

  /// Attention of two heads over three tokens of four channels, as exporters write it.
  private func attention(scalesFirst: Bool, mask: Bool = false) -> ONNXBuilder {
    var file = ONNXBuilder(input: [1, 3, 4])
    file.integers("split", [1, 3, 2, 2])
    file.integers("joined", [1, 3, 4])
    file.weights("scale", [], [scalesFirst ? 0.840896 : 1.41421356])
    for (index, name) in ["q", "k", "v"].enumerated() {
      file.weights("w\(name)", [4, 4], numbers(16, seed: index + 2).map { Float($0) })
      file.node("MatMul", ["x", "w\(name)"], ["\(name)1"])
      file.node("Reshape", ["\(name)1", "split"], ["\(name)2"])
      file.node(
        "Transpose", ["\(name)2"], ["\(name)3"],
        ["perm": .integers(name == "k" ? [0, 2, 3, 1] : [0, 2, 1, 3])])
    }
    if scalesFirst {
      file.node("Mul", ["q3", "scale"], ["q4"])
      file.node("Mul", ["k3", "scale"], ["k4"])
      file.node("MatMul", ["q4", "k4"], ["s"])
    } else {
      file.node("MatMul", ["q3", "k3"], ["s0"])
      file.node("Div", ["s0", "scale"], ["s"])
    }
    if mask {
      file.weights("mask", [3, 3], [0, -9, -9, 0, 0, -9, 0, 0, 0])
      file.node("Add", ["s", "mask"], ["t"])
    }
    file.node("Softmax", [mask ? "t" : "s"], ["p"], ["axis": .integer(-1)])
    file.node("MatMul", ["p", "v3"], ["o"])
    file.node("Transpose", ["o"], ["o1"], ["perm": .integers([0, 2, 1, 3])])
    file.node("Reshape", ["o1", "joined"])
    return file
  }

  @Test("Attention is recognised; with a mask it is computed as it is")
  func attention() throws {
    try expect(["attention"], of: attention(scalesFirst: false))
    try expect(["attention"], of: attention(scalesFirst: true))
    try expect([], of: attention(scalesFirst: false, mask: true))
    // Axes are moved nowhere: the exporter's reshaping and the pattern's cancel.
    let operations = try attention(scalesFirst: false).network().summary().map(\.operation)
    #expect(operations.filter { $0 == "transpose" }.isEmpty)
  }

  @Test("Recognised attention has the values of products and softmax")
  func attentionValues() throws {
    let network = try attention(scalesFirst: false).network()
    let image = numbers(12)
    // The weights are a value of the file, so asking for them computes the products.
    let weights = try outputs(of: network, image, value: "p")
    let values = try outputs(of: network, image, value: "v3")
    var expected: [Double] = []
    for token in 0..<3 {
      for head in 0..<2 {
        for channel in 0..<2 {
          var sum = 0.0
          for other in 0..<3 {
            sum +=
              weights[(head * 3 + token) * 3 + other] * values[(head * 3 + other) * 2 + channel]
          }
          expected.append(sum)
        }
      }
    }
    #expect(areClose(try outputs(of: network, image), expected, relative: 1e-12, absolute: 1e-12))
  }

  @Test("Biases join products and convolutions, zeros around an image join a convolution")
  func joined() throws {
    var linear = ONNXBuilder(input: [1, 3, 4])
    linear.weights("w", [4, 2], numbers(8).map { Float($0) })
    linear.weights("b", [2], [1, 2])
    linear.node("MatMul", ["x", "w"], ["a"], name: "product")
    linear.node("Add", ["b", "a"], ["y"], name: "sum")
    try expect(["linear"], of: linear)
    var convolution = ONNXBuilder(input: [1, 2, 4, 4])
    convolution.weights("w", [3, 2, 3, 3], numbers(54).map { Float($0) })
    convolution.weights("b", [3, 1, 1], [1, 2, 3])
    convolution.integers("p", [0, 0, 0, 1, 0, 0, 2, 1])
    convolution.node("Pad", ["x", "p"], ["a"])
    convolution.node("Conv", ["a", "w"], ["c"])
    convolution.node("Add", ["c", "b"])
    #expect(try convolution.network().summary().map(\.operation) == ["convolution"])
    try expect([], of: convolution)
  }

  @Test("A channel shuffle takes channels, and moves no axes")
  func shuffle() throws {
    var file = ONNXBuilder(input: [1, 6, 2, 2])
    file.integers("split", [1, 2, 3, 2, 2])
    file.integers("joined", [1, -1, 2, 2])
    file.node("Reshape", ["x", "split"], ["a"])
    file.node("Transpose", ["a"], ["b"], ["perm": .integers([0, 2, 1, 3, 4])])
    file.node("Reshape", ["b", "joined"])
    try expect(["channel shuffle"], of: file)
    let found = try outputs(of: file.network(), (0..<24).map { Double($0 / 4) })
    #expect(stride(from: 0, to: 24, by: 4).map { found[$0] } == [0, 3, 1, 4, 2, 5])
  }

  @Test("A sum of many values is one representation")
  func sums() throws {
    var file = ONNXBuilder(input: [1, 2])
    file.weights("one", [], [1])
    file.weights("two", [2], [2, 3])
    file.node("Neg", ["x"], ["a"])
    file.node("Abs", ["x"], ["b"])
    file.node("Sum", ["x", "one", "a", "two", "b"])
    let network = try file.network()
    #expect(network.standardRepresentations.count == 2)
    #expect(try outputs(of: network, [4, -5]) == [7, 9])
  }

  @Test("Gates of squeeze and excitation are no representations")
  func gates() throws {
    var file = ONNXBuilder(input: [1, 2, 2, 2])
    file.node("GlobalAveragePool", ["x"], ["a"])
    file.node("Sigmoid", ["a"], ["gate"])
    file.node("Mul", ["x", "gate"], ["b"])
    file.node("Sigmoid", ["b"])
    #expect(try file.network().standardRepresentations == ["a", "y"])
  }
}
