import Architectures
import NetworkGraphs
import Networks
import TestSupport
import Testing

@Suite("Gradients") struct GradientTests {
  /// A network of any family with a classifier, in a range where scores are of the order of one.
  struct Sample {
    let architecture: Architecture
    let built: BuiltNetwork
    var parameters: [Double]
    var images: [[Double]]
    var labels: [Int]

    init(seed: Int) throws {
      let network = try randomNetwork(seed: seed)
      var random = SeededGenerator(seed: UInt64(seed) &+ 5)
      architecture = network.architecture
      built = BuiltNetwork(architecture, classes: 3)
      parameters = built.vector(of: built.parameters(network.weights))
      for place in built.parameters.filter(\.isClassifier).map(\.range).joined() {
        parameters[place] = random.numbers(1)[0]
      }
      for weight in built.parameters where weight.role == .weight && !weight.isClassifier {
        let fanIn = weight.range.count / built.graph[weight.id].shape[0]
        let scale = (3 / Double(fanIn)).squareRoot()
        for place in weight.range { parameters[place] *= scale }
      }
      let count = architecture.input.channels * architecture.input.size * architecture.input.size
      images = (0..<1 + seed % 3).map { _ in random.numbers(count) }
      labels = images.map { _ in Int.random(in: 0..<3, using: &random) }
    }

    func network<Scalar: GraphScalar>(
      _: Scalar.Type = Double.self
    ) throws -> GraphClassifier<Scalar> {
      try GraphClassifier(architecture, images: images.count, classes: 3)
    }

    func evaluate<Scalar: GraphScalar>(_ network: GraphClassifier<Scalar>) throws -> Double {
      let numbers = parameters.map { Scalar($0) }
      try network.setParameters(numbers.span)
      for (index, image) in images.enumerated() { network.store(image.span, at: index) }
      try network.classify()
      return network.score(labels).loss / Double(labels.count)
    }

    /// The gradients with respect to the parameters and to the images.
    func gradients<Scalar: GraphScalar>(
      _ network: GraphClassifier<Scalar>
    ) throws -> (parameters: [Double], images: [[Double]]) {
      _ = try evaluate(network)
      try network.backward(labels: labels, wantsInput: true)
      return (Self.parameterGradient(network), images.indices.map { network.imageGradient(at: $0) })
    }

    static func parameterGradient<Scalar: GraphScalar>(
      _ network: GraphClassifier<Scalar>
    ) -> [Double] {
      var gradient = [Scalar](repeating: 0, count: network.network.parameterCount)
      var span = gradient.mutableSpan
      network.copyParameterGradients(to: &span)
      return gradient.map { Double($0) }
    }
  }

  private static func product(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test(
    "Gradients are central differences, for every tensor, bias and image", arguments: 0..<36)
  func differences(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let network = try sample.network()
    let gradients = try sample.gradients(network)
    var random = SeededGenerator(seed: 9)
    let step = 1e-5
    func check(_ gradient: [Double], _ moved: (_ by: [Double]) -> Sample) throws {
      for _ in 0..<2 {
        let direction: [Double] = random.numbers(gradient.count)
        let ahead = try moved(direction.map { step * $0 }).evaluate(network)
        let behind = try moved(direction.map { -step * $0 }).evaluate(network)
        let expected = (ahead - behind) / (2 * step)
        // The third derivative enters with 1e-10, rounding with 1e-16 / 1e-5.
        let size = Self.product(gradient, gradient).squareRoot()
        #expect(
          isClose(
            Self.product(gradient, direction), expected, relative: 1e-6,
            absolute: 1e-7 * size + 1e-9))
      }
    }
    let ranges = sample.built.parameters.map(\.range)
    #expect(ranges.reduce(0) { $0 + $1.count } == sample.built.parameterCount)
    for range in ranges {
      try check(Array(gradients.parameters[range])) { move in
        var moved = sample
        for (place, value) in zip(range, move) { moved.parameters[place] += value }
        return moved
      }
    }
    for image in sample.images.indices {
      try check(gradients.images[image]) { move in
        var moved = sample
        for (place, value) in move.enumerated() { moved.images[image][place] += value }
        return moved
      }
    }
  }

  @Test("Single precision agrees with double precision", arguments: 0..<12)
  func precisions(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let double = try sample.gradients(sample.network())
    let float = try sample.gradients(sample.network(Float.self))
    let scale = double.parameters.reduce(0) { max($0, abs($1)) }
    // Sums of a few hundred products at 2⁻²⁴, through up to twelve layers.
    #expect(areClose(float.parameters, double.parameters, absolute: 1e-4 * (1 + scale)))
  }

  @Test("The forward pass is that of the graph", arguments: 0..<12)
  func forward(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let network = try GraphClassifier<Double>(
      sample.architecture, images: sample.images.count, classes: 3, showsRepresentations: true)
    _ = try sample.evaluate(network)
    var found: [Int: [[Double]]] = [:]
    try network.classify { layer, representation in
      found[layer] = sample.images.indices.map { representation.vector(0, ofImage: $0) }
    }
    #expect(found.count == sample.architecture.layerCount + 1)
    let graph = BuiltNetwork(sample.architecture)
    let evaluator = try Evaluator<Double>(
      graph.graph, parameters: sample.built.parametersWithoutClassifier(sample.parameters),
      representations: graph.values, images: sample.images.count, vectors: 1)
    for (index, image) in sample.images.enumerated() {
      evaluator.store(image.span, vectorsFrom: 0, ofImage: index)
    }
    try evaluator.run { expected in
      let index = graph.values.firstIndex(of: expected.value) ?? 0
      for image in sample.images.indices {
        let values = expected.vector(0, ofImage: image)
        let scale = 1 + values.reduce(0) { max($0, abs($1)) }
        #expect(areClose(found[index]?[image] ?? [], values, absolute: 1e-12 * scale))
      }
    }
  }

  @Test("Equal scores cost the logarithm of the number of classes, and the first image pays alone")
  func entropy() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [2], kernel: 1, stride: 1)])
    let network = try GraphClassifier<Double>(architecture, images: 2, classes: 4)
    network.clear(at: 0)
    network.clear(at: 1)
    try network.classify()
    let score = network.score([3])
    #expect(isClose(score.loss, 1.386294361119891, relative: 1e-15))
    // A tie is a mistake: no score is the largest.
    #expect(score.mistakes == 1)
    try network.backward(labels: [3])
    let gradient = Sample.parameterGradient(network)
    // exp and log leave the last digits open.
    let expected = [0.25, 0.25, 0.25, -0.75]
    #expect(areClose(Array(gradient.suffix(4)), expected, absolute: 1e-15))
  }
}
