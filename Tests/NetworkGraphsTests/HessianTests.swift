import NetworkGraphs
import TestSupport
import Testing

/// A loss of a graph's output, ⟨c, y⟩ + ½ ‖y‖², summed over the images, with its derivatives with
/// respect to the input and the parameters.
struct GraphLoss {
  /// Numbers for the input of each image and for each parameter, or gradients with respect to them.
  struct Point {
    var images: [[Double]]
    var parameters: [ParameterID: [Double]]

    func product(_ other: Point) -> Double {
      var sum = 0.0
      for (left, right) in zip(images, other.images) {
        sum += zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
      }
      for (parameter, numbers) in parameters {
        sum += zip(numbers, other.parameters[parameter] ?? []).reduce(0) { $0 + $1.0 * $1.1 }
      }
      return sum
    }

    var norm: Double { product(self).squareRoot() }

    func moved(_ step: Double, along direction: Point) -> Point {
      var result = self
      for image in images.indices {
        for place in images[image].indices {
          result.images[image][place] += step * direction.images[image][place]
        }
      }
      for (parameter, numbers) in direction.parameters {
        result.parameters[parameter] = zip(parameters[parameter] ?? [], numbers).map {
          $0 + step * $1
        }
      }
      return result
    }
  }

  let graph: Graph
  let parameters: GraphParameters
  let output: ValueID
  let images: Int
  /// Whether batch normalisation uses the statistics of the images.
  var usesBatchStatistics = false
  private let factors: [[Double]]
  private let trained: [ParameterID]

  init(_ graph: Graph, _ parameters: GraphParameters, _ output: ValueID, images: Int) {
    (self.graph, self.parameters, self.output, self.images) = (graph, parameters, output, images)
    var generator = SeededGenerator(seed: 31)
    factors = (0..<images).map { _ in generator.numbers(graph[output].shape.count) }
    // Given statistics have no gradients.
    var fixed = Set<ParameterID>()
    for node in graph.nodes where node.operation is BatchNormalization {
      for case .parameter(let parameter) in node.operands[3...] { fixed.insert(parameter) }
    }
    trained = graph.parameterIDs.filter { !fixed.contains($0) && parameters[$0] != nil }
  }

  func start(_ inputs: [[Double]]) -> Point {
    var point = Point(images: inputs, parameters: [:])
    for parameter in trained { point.parameters[parameter] = parameters[parameter]?.doubles }
    return point
  }

  func direction(seed: UInt64) -> Point {
    var generator = SeededGenerator(seed: seed)
    let count = graph[graph.input].shape.count
    var point = Point(images: (0..<images).map { _ in generator.numbers(count) }, parameters: [:])
    for parameter in trained {
      point.parameters[parameter] = generator.numbers(graph[parameter].shape.count)
    }
    return point
  }

  private func numbers(_ point: Point, over base: GraphParameters) -> GraphParameters {
    var result = base
    for (parameter, numbers) in point.parameters { result[parameter] = .double(numbers) }
    return result
  }

  /// The loss at a point.
  func value(at point: Point) throws -> Double {
    let evaluator = try Evaluator<Double>(
      graph, parameters: numbers(point, over: parameters), representations: [output],
      images: images, vectors: 1, order: .gradients)
    evaluator.usesBatchStatistics = usesBatchStatistics
    for (image, numbers) in point.images.enumerated() {
      evaluator.store(numbers.span, vectorsFrom: 0, ofImage: image)
    }
    var sum = 0.0
    try evaluator.run { found in
      for image in 0..<images {
        let vector = found.vector(0, ofImage: image)
        sum += zip(vector, factors[image]).reduce(0) { $0 + $1.0 * ($1.1 + 0.5 * $1.0) }
      }
    }
    return sum
  }

  /// The gradient at a point, and how it changes along directions.
  func gradients<Scalar: GraphScalar>(
    at point: Point, along directions: [Point], as: Scalar.Type,
    order: DerivativeOrder = .gradientTangents
  ) throws -> [Point] {
    let evaluator = try Evaluator<Scalar>(
      graph, parameters: numbers(point, over: parameters), representations: [output],
      images: images, vectors: 1 + directions.count, order: order)
    evaluator.usesBatchStatistics = usesBatchStatistics
    for image in 0..<images {
      for (vector, numbers) in ([point] + directions).map({ $0.images[image] }).enumerated() {
        evaluator.store(numbers.span, vectorsFrom: vector, ofImage: image)
      }
    }
    for (place, direction) in directions.enumerated() {
      try evaluator.setParameterDirection(
        numbers(direction, over: GraphParameters()), vector: place + 1)
    }
    var seeds: [[Double]] = []
    try evaluator.run { found in
      for image in 0..<images {
        var vectors = (0...directions.count).map { found.vector($0, ofImage: image) }
        vectors[0] = zip(vectors[0], factors[image]).map { $0 + $1 }
        seeds.append(vectors.flatMap { $0 })
      }
    }
    // A second time, so that nothing is left over from the first one.
    for _ in 0..<2 { try evaluator.differentiate([(output, seeds)]) }
    return (0...directions.count).map { vector in
      var result = Point(
        images: (0..<images).map { evaluator.inputGradient(ofImage: $0, vector: vector) },
        parameters: [:])
      for parameter in trained {
        result.parameters[parameter] = evaluator.parameterGradient(parameter, vector: vector)
      }
      return result
    }
  }
}

@Suite("Hessians of graphs")
struct HessianTests {
  static func checkSymmetry<Scalar: GraphScalar>(
    _ loss: GraphLoss, _ inputs: [[Double]], unit: Double, as: Scalar.Type
  ) throws {
    let (v, w) = (loss.direction(seed: 41), loss.direction(seed: 42))
    let found = try loss.gradients(at: loss.start(inputs), along: [v, w], as: Scalar.self)
    let (left, right) = (w.product(found[1]), v.product(found[2]))
    let size = w.norm * found[1].norm + v.norm * found[2].norm
    #expect(isClose(left, right, absolute: unit * (1 + size)))
    // A direction alone has the same product as beside another one.
    let alone = try loss.gradients(at: loss.start(inputs), along: [w], as: Scalar.self)
    let difference = alone[1].moved(-1, along: found[2]).norm
    #expect(difference <= unit * (1 + found[2].norm))
  }

  static func checkDifferences(
    _ loss: GraphLoss, _ inputs: [[Double]], tolerance: Double
  ) throws {
    let (point, v) = (loss.start(inputs), loss.direction(seed: 43))
    let found = try loss.gradients(at: point, along: [v], as: Double.self)[1]
    let step = 0x1p-18
    func gradient(_ step: Double) throws -> GraphLoss.Point {
      try loss.gradients(at: point.moved(step, along: v), along: [], as: Double.self)[0]
    }
    let (ahead, behind) = (try gradient(step), try gradient(-step))
    let slope = ahead.moved(-1, along: behind)
    let difference = found.moved(-1 / (2 * step), along: slope).norm
    #expect(difference <= tolerance * (1 + found.norm), "\(difference) of \(found.norm)")
  }

  private static func loss(_ found: OperationCase) throws -> (GraphLoss, [[Double]]) {
    let (graph, parameters, output) = try found.graph()
    let inputs = OperationTests.inputs(of: found).map { $0[0] }
    return (GraphLoss(graph, parameters, output, images: inputs.count), inputs)
  }

  /// Sums of some hundred terms, each with a unit of rounding.
  @Test("v · H w = w · H v for each operation", arguments: OperationCase.all)
  func symmetry(_ found: OperationCase) throws {
    let (loss, inputs) = try Self.loss(found)
    try Self.checkSymmetry(loss, inputs, unit: 1e-13, as: Double.self)
    try Self.checkSymmetry(loss, inputs, unit: 0x1p-18, as: Float.self)
  }

  /// The step squared times a third derivative of gradients, and 2⁻⁵³ of sums over the step.
  @Test("Products with Hessians are the limits of differences", arguments: OperationCase.all)
  func differences(_ found: OperationCase) throws {
    let (loss, inputs) = try Self.loss(found)
    // Integers are at kinks, where differences say something else.
    guard inputs[0].contains(where: { $0 != $0.rounded() }) else { return }
    try Self.checkDifferences(loss, inputs, tolerance: 3e-8)
  }

  @Test("v · H w = w · H v for random graphs", arguments: 0..<60)
  func graphs(seed: Int) throws {
    var random = try RandomGraph(seed: UInt64(7_000 + seed), operations: 1 + seed % 30)
    let inputs = random.inputs(images: 2, vectors: 1).map { $0[0] }
    let loss = GraphLoss(random.graph, random.parameters, random.output, images: 2)
    try Self.checkSymmetry(loss, inputs, unit: 1e-11, as: Double.self)
  }

  @Test("Products with Hessians of random graphs are the limits of differences", arguments: 0..<30)
  func graphDifferences(seed: Int) throws {
    var random = try RandomGraph(seed: UInt64(8_000 + seed), operations: 1 + seed % 8)
    let inputs = random.inputs(images: 2, vectors: 1).map { $0[0] }
    let loss = GraphLoss(random.graph, random.parameters, random.output, images: 2)
    try Self.checkDifferences(loss, inputs, tolerance: 1e-6)
  }
}
