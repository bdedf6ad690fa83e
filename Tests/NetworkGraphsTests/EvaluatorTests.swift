import MemoryBudgets
import NetworkGraphs
import TestSupport
import Testing

@Suite("Evaluator of graphs")
struct EvaluatorTests {
  /// A rectified image, and two maps of its channels.
  private static func rectified() throws -> (
    graph: Graph, parameters: GraphParameters, value: ValueID, statistics: [Operand]
  ) {
    var graph = Graph(shape: [1, 3, 4, 4])
    var parameters = GraphParameters()
    let value = try graph.add(Activation(.relu), of: graph.input)
    let statistics = [[2, 3, 4], [1, -1, 0], [0.5, 1, 1.5], [1, 2, 3]].map { numbers in
      let parameter = graph.addParameter("statistics", shape: [3])
      parameters[parameter] = .double(numbers)
      return Operand.parameter(parameter)
    }
    return (graph, parameters, value, statistics)
  }

  private static func inputs(_ count: Int) -> [[[Double]]] {
    var generator = SeededGenerator(seed: 5)
    return (0..<2).map { _ in (0..<3).map { _ in generator.numbers(count) } }
  }

  @Test("A value that is mapped and added to itself is not overwritten before")
  func mappedAndAdded() throws {
    var (graph, parameters, value, statistics) = try Self.rectified()
    let mapped = try graph.add(BatchNormalization(), [.value(value)] + statistics)
    let sum = try graph.add(Sum(), of: mapped, value)
    let inputs = Self.inputs(48)
    let apart = try RandomGraphTests.evaluateApart(graph, parameters, inputs: inputs)
    let found = try RandomGraphTests.evaluate(
      graph, parameters, [sum], inputs: inputs, as: Double.self)
    #expect(try largestDistance(Self.flat(#require(found[sum])), Self.flat(apart[3])) < 1e-14)
  }

  @Test(
    "Values beyond the range of numbers are those within it, with a power of 2 in front of them",
    arguments: [30, -30], [DerivativeOrder.none, .gradientTangents])
  func scaled(exponent: Int, order: DerivativeOrder) throws {
    // Forty layers that multiply by 2^30 or 2^-30; double precision ends at 2^1024 and 2^-1074.
    let factor = Double(sign: .plus, exponent: exponent, significand: 1)
    var graph = Graph(shape: [1, 3, 2, 2])
    var (small, large) = (GraphParameters(), GraphParameters())
    var generator = SeededGenerator(seed: 4)
    var layers: [ValueID] = []
    for _ in 0..<40 {
      let weight = graph.addParameter("weight", shape: [3, 3, 1, 1])
      let change: [Double] = generator.numbers(9)
      let numbers = change.enumerated().map { ($0.isMultiple(of: 4) ? 1 : 0) + 0.1 * abs($1) }
      small[weight] = .double(numbers)
      large[weight] = .double(numbers.map { factor * $0 })
      let response = try graph.add(
        Convolution(Window(square: 1)),
        [.value(layers.last ?? graph.input), .parameter(weight)])
      layers.append(try graph.add(Activation(.relu), of: response))
    }
    let input: [Double] = generator.numbers(24)
    func evaluator(_ parameters: GraphParameters) throws -> Evaluator<Double> {
      let evaluator = try Evaluator<Double>(
        graph, parameters: parameters, representations: layers, images: 1, vectors: 2, order: order)
      evaluator.store(input.span, vectorsFrom: 0, ofImage: 0)
      if order != .none { try evaluator.setParameterDirection(parameters, vector: 1) }
      return evaluator
    }
    func numbers(_ found: Representation<Double>) -> [Double] {
      found.vector(0, ofImage: 0) + found.vector(1, ofImage: 0)
    }
    var expected: [[Double]] = []
    try evaluator(small).run { expected.append(numbers($0)) }
    var layer = 0
    try evaluator(large).runScaled { found, power in
      let rest = Double(sign: .plus, exponent: power - (layer + 1) * exponent, significand: 1)
      let values = numbers(found)
      #expect(values.contains { $0 != 0 } && values.map { rest * $0 } == expected[layer])
      layer += 1
    }
    #expect(layer == 40)
  }

  @Test("Two convolutions that are added are each computed once")
  func addedConvolutions() throws {
    var graph = Graph(shape: [1, 2, 4, 4])
    var parameters = GraphParameters()
    var generator = SeededGenerator(seed: 9)
    let responses = try (0..<2).map { _ in
      let weight = graph.addParameter("weight", shape: [3, 2, 3, 3])
      parameters[weight] = .double(generator.numbers(54))
      return try graph.add(
        Convolution(Window(square: 3, padding: 1)), [.value(graph.input), .parameter(weight)])
    }
    let sum = try graph.add(Sum(), of: responses[0], responses[1])
    let output = try graph.add(Activation(.relu), of: sum)
    let inputs = Self.inputs(32)
    let apart = try RandomGraphTests.evaluateApart(graph, parameters, inputs: inputs)
    let found = try RandomGraphTests.evaluate(
      graph, parameters, [output], inputs: inputs, as: Double.self)
    #expect(try largestDistance(Self.flat(#require(found[output])), Self.flat(apart[4])) < 1e-14)
  }

  @Test("Vectors that are computed a few at a time are those that are computed all at once")
  func chunks() throws {
    // Two images of 19 vectors of 64 KiB: chunks of ten, of which the second one begins within the
    // first.
    var graph = Graph(shape: [1, 2, 64, 64])
    var parameters = GraphParameters()
    var generator = SeededGenerator(seed: 10)
    let weight = graph.addParameter("weight", shape: [4, 2, 1, 1])
    parameters[weight] = .double(generator.numbers(8))
    let response = try graph.add(
      Convolution(Window(square: 1)), [.value(graph.input), .parameter(weight)])
    let output = try graph.add(Activation(.gelu), of: response)
    let inputs: [[[Double]]] = (0..<2).map { _ in (0..<19).map { _ in generator.numbers(8_192) } }
    func evaluate(_ wanted: [ValueID]) throws -> [Double] {
      let found = try RandomGraphTests.evaluate(
        graph, parameters, wanted, inputs: inputs, as: Float.self)
      return try Self.flat(#require(found[output]))
    }
    // What is asked for is computed at once, and the function is applied to it afterwards.
    let apart = try evaluate([response, output])
    #expect(try largestDistance(evaluate([output]), apart) < 0x1p-20)
  }

  private static func flat(_ numbers: [[[Double]]]) -> [Double] { Array(numbers.joined().joined()) }

  @Test("At a kink the derivative is 0, whatever the function")
  func kinks() throws {
    let kinks: [(ScalarFunction, [Double])] = [
      (.relu, [0]), (.leakyReLU(slope: 0.1), [0]), (.clip(minimum: 0, maximum: 6), [0, 6]),
      (.elu(alpha: 0.5), [0]), (.hardSwish, [-3, 3]),
      (.hardSigmoid(alpha: 0.25, beta: 0.5), [-2, 2]), (.absolute, [0]), (.squareRoot, [0]),
      (.power(0.5), [0]),
    ]
    for (function, points) in kinks {
      var graph = Graph(shape: [1, points.count])
      let output = try graph.add(Activation(function), of: graph.input)
      let inputs = [[points, points.map { _ in 1 }]]
      let found = try RandomGraphTests.evaluate(
        graph, GraphParameters(), [output], inputs: inputs, as: Float.self)
      #expect(try #require(found[output])[0][1].allSatisfy { $0 == 0 }, "\(function)")
    }
  }

  @Test("Bits do not depend on the run, the other images or the other directions")
  func bits() throws {
    var random = try RandomGraph(seed: 77, operations: 20)
    let inputs = random.inputs(images: 3, vectors: 4)
    func output(_ inputs: [[[Double]]]) throws -> [[[Double]]] {
      let found = try RandomGraphTests.evaluate(
        random.graph, random.parameters, [random.output], inputs: inputs, as: Double.self)
      return try #require(found[random.output])
    }
    let first = try output(inputs)
    #expect(try output(inputs) == first)
    var others = inputs
    others[1] = inputs[2]
    #expect(try output(others)[0] == first[0])
  }

  @Test("A graph larger than the memory budget is refused before memory is taken")
  func budget() throws {
    let (graph, parameters, value, _) = try Self.rectified()
    let budget = MemoryBudget(limit: 10_000)
    try MemoryBudget.$current.withValue(budget) {
      // Input and value are 48 numbers each; the value may not overwrite the input.
      let size = 2 * 48 * MemoryLayout<Float>.stride
      func evaluator(images: Int) throws -> Evaluator<Float> {
        try Evaluator(
          graph, parameters: parameters, representations: [value], images: images, vectors: 1)
      }
      _ = try evaluator(images: 10_000 / size)
      #expect(throws: MemoryRefused.self) { try evaluator(images: 10_000 / size + 1) }
      #expect(budget.takenByteCount == 0)
    }
  }

  @Test("What an evaluation takes is known beforehand")
  func cost() throws {
    var graph = Graph(shape: [1, 3, 8, 8])
    let weight = graph.addParameter("weight", shape: [4, 3, 3, 3])
    let response = try graph.add(
      Convolution(Window(square: 3, padding: 1)), [.value(graph.input), .parameter(weight)])
    let first = try graph.add(Activation(.relu), of: response)
    let second = try graph.add(Activation(.relu), of: first)
    let third = try graph.add(MaxPool(Window(square: 2, stride: 2)), of: second)
    let cost = EvaluationCost(
      graph, representations: [second, third], images: 2, vectors: 5, scalarBytes: 4)
    // Two operations for each of 27 products, one for each of the entries of both activations, and one
    // for each of the four that a maximum is taken of.
    #expect(cost.flops == 10 * Double(2 * 27 * 256 + 2 * 256 + 4 * 64))
    // The convolution writes one place; the second activation overwrites it, and pooling has another.
    #expect(cost.bytes == 10 * 4 * Double(192 + 256 + 64))
    #expect(cost.parameterBytes == 4 * 108)
    #expect(cost.values == 10 * Double(256 + 64))
    // 2¹⁹ bytes are 102 times 256 numbers of 5 vectors; 1,000 images are ten times 100.
    let images = EvaluationCost.imagesPerBatch(
      graph, representations: [third], vectors: 5, imageCount: 1_000, scalarBytes: 4)
    #expect(images == 100)
    let one = EvaluationCost.imagesPerBatch(
      graph, representations: [third], vectors: 500, imageCount: 1_000, scalarBytes: 8)
    #expect(one == 1)
  }

  @Test("What does not fit is an error that names the node")
  func errors() throws {
    var graph = Graph(shape: [1, 3, 8, 8])
    let weight = graph.addParameter("weight", shape: [4, 5, 3, 3])
    #expect {
      try graph.add(
        Convolution(Window(square: 3)), [.value(graph.input), .parameter(weight)], name: "stem")
    } throws: { error in
      let text = String(describing: error)
      return text.contains("stem") && text.contains("convolution") && text.contains("3 channels")
    }
    #expect(throws: GraphError.self) {
      try graph.add(Reshape([1, 5]), of: graph.input)
    }
    #expect(throws: GraphError.self) {
      try graph.add(Sum(), [.parameter(weight), .parameter(weight)])
    }
    #expect(graph.nodes.isEmpty && graph.values.count == 1)
  }
}
