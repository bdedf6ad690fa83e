import NetworkGraphs
import TestSupport
import Testing

@Suite("Operations of graphs")
struct OperationTests {
  /// The vectors of each image that an evaluator computes at one representation.
  static func evaluate<Scalar: GraphScalar>(
    _ graph: Graph, _ parameters: GraphParameters, _ value: ValueID, inputs: [[[Double]]],
    as: Scalar.Type
  ) throws -> [[[Double]]] {
    let evaluator = try Evaluator<Scalar>(
      graph, parameters: parameters, representations: [value], images: inputs.count,
      vectors: inputs[0].count)
    for (image, vectors) in inputs.enumerated() {
      for (place, vector) in vectors.enumerated() {
        evaluator.store(vector.span, vectorsFrom: place, ofImage: image)
      }
    }
    var found: [[[Double]]] = []
    // The second run sees that nothing is left over from the first one.
    for _ in 0..<2 {
      found = []
      try evaluator.run { representation in
        #expect(representation.value == value)
        for image in 0..<inputs.count {
          found.append(
            (0..<inputs[0].count).map { representation.vector($0, ofImage: image) })
        }
      }
    }
    return found
  }

  /// The vectors of the input of each image of a case.
  static func inputs(of found: OperationCase) -> [[[Double]]] {
    found.images.map { image in
      [image.values.flatMap { $0 }] + image.directions.map { $0.flatMap { $0 } }
    }
  }

  @Test("Values and tangents are those of PyTorch", arguments: OperationCase.all)
  func reference(_ found: OperationCase) throws {
    let (graph, parameters, output) = try found.graph()
    #expect(graph[output].shape == Shape(found.shape))
    let inputs = Self.inputs(of: found)
    let double = try Self.evaluate(graph, parameters, output, inputs: inputs, as: Double.self)
    let single = try Self.evaluate(graph, parameters, output, inputs: inputs, as: Float.self)
    for (place, image) in found.images.enumerated() {
      let expected = [image.output] + image.tangents
      for (vector, numbers) in expected.enumerated() {
        // The files have 13 digits.
        let largest = numbers.reduce(1) { max($0, $1.magnitude) }
        #expect(
          areClose(double[place][vector], numbers, absolute: 1e-12 * largest),
          "image \(place), vector \(vector)")
        // Sums of at most a hundred products in single precision.
        #expect(
          areClose(single[place][vector], numbers, absolute: 0x1p-19 * largest),
          "image \(place), vector \(vector), single precision")
      }
    }
  }

  @Test("Tangents are the limits of differences", arguments: OperationCase.all)
  func differences(_ found: OperationCase) throws {
    let (graph, parameters, output) = try found.graph()
    let inputs = Self.inputs(of: found)
    let tangents = try Self.evaluate(graph, parameters, output, inputs: inputs, as: Double.self)
    // Integers are at kinks, where differences say something else.
    guard inputs[0][0].contains(where: { $0 != $0.rounded() }) else { return }
    let step = 0x1p-17
    for direction in 1..<inputs[0].count {
      func value(_ sign: Double) throws -> [[[Double]]] {
        try Self.evaluate(
          graph, parameters, output,
          inputs: inputs.map { vectors in
            [zip(vectors[0], vectors[direction]).map { $0 + sign * step * $1 }]
          }, as: Double.self)
      }
      let (ahead, behind) = (try value(1), try value(-1))
      for image in inputs.indices {
        let slope = zip(ahead[image][0], behind[image][0]).map { ($0 - $1) / (2 * step) }
        let largest = slope.reduce(1) { max($0, $1.magnitude) }
        // The error is the third derivative times step², about 1e-10, and 2⁻⁵³ over the step.
        #expect(areClose(tangents[image][direction], slope, absolute: 3e-9 * largest))
      }
    }
  }

  @Test("Where zeros are kept, tangents are 0 wherever the value is", arguments: OperationCase.all)
  func zeros(_ found: OperationCase) throws {
    var (graph, parameters, output) = try found.graph()
    let inputs = Self.inputs(of: found)
    // The values that the operation reads are rectified.
    let shapes = found.operands.filter { $0.numbers == nil }
    guard shapes.count == 1, graph.zeroKeepingValues().count == 2 else { return }
    let operands = graph.nodes[0].operands
    graph = Graph(shape: graph[graph.input].shape)
    for operand in found.operands where operand.numbers != nil {
      _ = graph.addParameter("p", shape: Shape(operand.shape))
    }
    let rectified = try graph.add(Activation(.relu), of: graph.input)
    output = try graph.add(
      found.make(),
      operands.map { operand in if case .value = operand { .value(rectified) } else { operand } })
    guard graph.zeroKeepingValues()[output.index] else { return }
    for vectors in try Self.evaluate(graph, parameters, output, inputs: inputs, as: Double.self) {
      for tangent in vectors.dropFirst() {
        #expect(zip(vectors[0], tangent).allSatisfy { $0 != 0 || $1 == 0 })
      }
    }
  }
}
