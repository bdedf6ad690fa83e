import NetworkGraphs
import TestSupport
import Testing

@Suite("Gradients of graphs")
struct GraphGradientTests {
  private static func product(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func norm(_ numbers: [Double]) -> Double { product(numbers, numbers).squareRoot() }

  /// Compares the gradients of an output's product with random numbers with tangents, and, where
  /// there are parameters, with differences.
  private static func check<Scalar: GraphScalar>(
    _ graph: Graph, _ parameters: GraphParameters, _ output: ValueID, inputs: [[[Double]]],
    unit: Double, as: Scalar.Type
  ) throws {
    var generator = SeededGenerator(seed: 21)
    let dimension = graph[output].shape.count
    let seeds: [[Double]] = inputs.map { _ in generator.numbers(dimension) }
    // Once with tangents between the values, once without.
    for vectors in [inputs[0].count, 1] {
      let evaluator = try Evaluator<Scalar>(
        graph, parameters: parameters, representations: [output], images: inputs.count,
        vectors: vectors, order: .gradients)
      for (image, given) in inputs.enumerated() {
        let numbers = given[..<vectors].flatMap { $0 }
        evaluator.store(numbers.span, vectorsFrom: 0, ofImage: image)
      }
      // Gradients of a second run are not added to those of the first one.
      for _ in 0..<2 {
        try evaluator.run { _ in }
        try evaluator.differentiate([(output, seeds)])
      }
      let joined = try RandomGraphTests.evaluate(
        graph, parameters, [output], inputs: inputs, as: Scalar.self)
      let expected = try #require(joined[output])
      for image in inputs.indices {
        let gradient = evaluator.inputGradient(ofImage: image)
        for (direction, tangent) in expected[image].dropFirst().enumerated() {
          let (left, right) = (
            product(seeds[image], tangent), product(gradient, inputs[image][direction + 1])
          )
          let size =
            norm(seeds[image]) * norm(tangent) + norm(gradient) * norm(inputs[image][direction + 1])
          #expect(isClose(left, right, absolute: unit * (1 + size)), "image \(image)")
        }
      }
    }
  }

  /// The operations with one unit of rounding, times a few for sums of a hundred terms.
  @Test("⟨g, J v⟩ = ⟨Jᵀ g, v⟩ for each operation", arguments: OperationCase.all)
  func operations(_ found: OperationCase) throws {
    let (graph, parameters, output) = try found.graph()
    let inputs = OperationTests.inputs(of: found)
    try Self.check(graph, parameters, output, inputs: inputs, unit: 1e-13, as: Double.self)
    try Self.check(graph, parameters, output, inputs: inputs, unit: 0x1p-19, as: Float.self)
  }

  @Test("⟨g, J v⟩ = ⟨Jᵀ g, v⟩ for random graphs", arguments: 0..<40)
  func graphs(seed: Int) throws {
    var random = try RandomGraph(seed: UInt64(5_000 + seed), operations: 1 + seed % 30)
    let inputs = random.inputs(images: 2, vectors: 3)
    try Self.check(
      random.graph, random.parameters, random.output, inputs: inputs, unit: 1e-11, as: Double.self)
  }

  /// The derivative of ⟨seeds, output⟩ along a direction of all parameters, by gradients and by
  /// differences.
  private static func parameterSlopes(
    _ graph: Graph, _ parameters: GraphParameters, _ output: ValueID, inputs: [[[Double]]]
  ) throws -> (gradient: Double, difference: Double, size: Double) {
    var generator = SeededGenerator(seed: 22)
    let dimension = graph[output].shape.count
    let seeds: [[Double]] = inputs.map { _ in generator.numbers(dimension) }
    let evaluator = try Evaluator<Double>(
      graph, parameters: parameters, representations: [output], images: inputs.count, vectors: 1,
      order: .gradients)
    for (image, given) in inputs.enumerated() {
      let value = given[0]
      evaluator.store(value.span, vectorsFrom: 0, ofImage: image)
    }
    try evaluator.run { _ in }
    try evaluator.differentiate([(output, seeds)])
    // Statistics of a batch normalisation are no parameters to be trained.
    var fixed = Set<ParameterID>()
    for node in graph.nodes where node.operation is BatchNormalization {
      for case .parameter(let parameter) in node.operands[3...] { fixed.insert(parameter) }
    }
    var (ahead, behind) = (parameters, parameters)
    let step = 0x1p-18
    var (gradient, size) = (0.0, 0.0)
    for parameter in graph.parameterIDs where !fixed.contains(parameter) {
      guard let numbers = parameters[parameter]?.doubles else { continue }
      let direction: [Double] = generator.numbers(numbers.count)
      ahead[parameter] = .double(zip(numbers, direction).map { $0 + step * $1 })
      behind[parameter] = .double(zip(numbers, direction).map { $0 - step * $1 })
      let found = evaluator.parameterGradient(parameter)
      gradient += product(found, direction)
      size += norm(found) * norm(direction)
    }
    func value(_ parameters: GraphParameters) throws -> Double {
      try evaluator.setParameters(parameters)
      var sum = 0.0
      try evaluator.run { found in
        for image in inputs.indices {
          sum += product(seeds[image], found.vector(0, ofImage: image))
        }
      }
      return sum
    }
    return (gradient, (try value(ahead) - value(behind)) / (2 * step), size)
  }

  @Test("Gradients of parameters are the limits of differences", arguments: OperationCase.all)
  func parameters(_ found: OperationCase) throws {
    let (graph, parameters, output) = try found.graph()
    let slopes = try Self.parameterSlopes(
      graph, parameters, output, inputs: OperationTests.inputs(of: found))
    // step² times a third derivative, and 2⁻⁵³ of sums of about a hundred over the step.
    #expect(isClose(slopes.gradient, slopes.difference, absolute: 1e-8 * (1 + slopes.size)))
  }
}
