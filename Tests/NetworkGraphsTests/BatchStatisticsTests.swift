import Foundation
import NetworkGraphs
import TestSupport
import Testing

/// A batch that PyTorch normalised by its own statistics; made by
/// `analysis/benchmarks/operation_cases.py`.
struct BatchCase: Decodable, Sendable, CustomTestStringConvertible {
  let shape: [Int]
  let epsilon: Double
  let momentum: Double
  /// γ, β, the mean and the variance.
  let parameters: [[Double]]
  let inputs: [[Double]]
  let seeds: [[Double]]
  let outputs: [[Double]]
  let gradients: [[Double]]
  let parameterGradients: [[Double]]
  /// The mean and the variance after the batch.
  let statistics: [[Double]]

  var testDescription: String { "\(inputs.count) images of \(Shape(shape))" }

  static let all: [BatchCase] = {
    let file = Bundle.module.url(
      forResource: "batch_norm", withExtension: "json", subdirectory: "BatchCases")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return (try? file.map { try decoder.decode([BatchCase].self, from: Data(contentsOf: $0)) })
      ?? []
  }()
}

@Suite("Batch normalisation by the statistics of a batch")
struct BatchStatisticsTests {
  private static func check<Scalar: GraphScalar>(
    _ found: BatchCase, unit: Double, as: Scalar.Type
  ) throws {
    var graph = Graph(shape: Shape(found.shape))
    var parameters = GraphParameters()
    let operands = found.parameters.map { numbers in
      let parameter = graph.addParameter("p", shape: [numbers.count])
      parameters[parameter] = .double(numbers)
      return parameter
    }
    let output = try graph.add(
      BatchNormalization(epsilon: found.epsilon, momentum: found.momentum),
      [.value(graph.input)] + operands.map { .parameter($0) })
    let evaluator = try Evaluator<Scalar>(
      graph, parameters: parameters, representations: [output], images: found.inputs.count,
      vectors: 1, order: .gradients)
    evaluator.usesBatchStatistics = true
    for (image, numbers) in found.inputs.enumerated() {
      evaluator.store(numbers.span, vectorsFrom: 0, ofImage: image)
    }
    func compare(_ numbers: [Double], _ expected: [Double], _ name: String) {
      let largest = expected.reduce(1) { max($0, $1.magnitude) }
      #expect(areClose(numbers, expected, absolute: unit * largest), "\(name)")
    }
    try evaluator.run { representation in
      for (image, expected) in found.outputs.enumerated() {
        compare(representation.vector(0, ofImage: image), expected, "value \(image)")
      }
    }
    try evaluator.differentiate([(output, found.seeds)])
    for (image, expected) in found.gradients.enumerated() {
      compare(evaluator.inputGradient(ofImage: image), expected, "gradient \(image)")
    }
    for (parameter, expected) in zip(operands, found.parameterGradients) {
      compare(evaluator.parameterGradient(parameter), expected, "gradient of a parameter")
    }
    let width = found.shape[1]
    var all = [Scalar](repeating: 0, count: 4 * width)
    var span = all.mutableSpan
    evaluator.copyStatistics(to: &span)
    compare(
      all.map { Double($0) },
      Array(repeating: 0, count: 2 * width) + found.statistics.flatMap { $0 }, "statistics")
  }

  /// The files have 13 digits; sums of at most a hundred products in single precision.
  @Test("Values, gradients and moved statistics are those of PyTorch", arguments: BatchCase.all)
  func reference(_ found: BatchCase) throws {
    try Self.check(found, unit: 2e-12, as: Double.self)
    try Self.check(found, unit: 0x1p-17, as: Float.self)
  }

  @Test("There are cases") func cases() { #expect(BatchCase.all.count == 4) }

  /// Two blocks with a skip, as residual networks have them, and a classifier.
  private static func residual() throws -> (GraphLoss, [[Double]]) {
    var graph = Graph(shape: [1, 3, 5, 4])
    var parameters = GraphParameters()
    var generator = SeededGenerator(seed: 51)
    func parameter(_ shape: Shape, around centre: Double = 0) -> Operand {
      let parameter = graph.addParameter("p", shape: shape)
      let numbers: [Double] = generator.numbers(shape.count)
      parameters[parameter] = .double(numbers.map { centre + 0.5 * $0 })
      return .parameter(parameter)
    }
    func convolution(_ value: ValueID, _ inputs: Int) throws -> ValueID {
      let window = Window(square: 3, padding: 1)
      let response = try graph.add(
        Convolution(window), [.value(value), parameter([4, inputs, 3, 3])])
      return try graph.add(
        BatchNormalization(),
        [
          .value(response), parameter([4], around: 1), parameter([4]), parameter([4]),
          parameter([4], around: 1),
        ])
    }
    let first = try graph.add(Activation(.relu), of: convolution(graph.input, 3))
    let inner = try graph.add(Activation(.silu), of: convolution(first, 4))
    let sum = try graph.add(Sum(), of: convolution(inner, 4), first)
    let second = try graph.add(Activation(.relu), of: sum)
    let means = try graph.add(Reduction(globalAverageOfRank: 4), of: second)
    let features = try graph.add(Reshape([1, 4]), of: means)
    let output = try graph.add(
      Linear(), [.value(features), parameter([3, 4]), parameter([3])])
    var loss = GraphLoss(graph, parameters, output, images: 3)
    loss.usesBatchStatistics = true
    return (loss, (0..<3).map { _ in generator.numbers(60) })
  }

  @Test("Gradients go through the statistics of the batch")
  func gradients() throws {
    let (loss, inputs) = try Self.residual()
    let (point, v) = (loss.start(inputs), loss.direction(seed: 52))
    let gradient = try loss.gradients(at: point, along: [], as: Double.self)[0]
    let step = 0x1p-18
    let difference =
      (try loss.value(at: point.moved(step, along: v))
        - loss.value(at: point.moved(-step, along: v))) / (2 * step)
    // Third derivatives times the step squared, and 2⁻⁵³ over the step.
    #expect(isClose(gradient.product(v), difference, absolute: 1e-7 * (1 + gradient.norm)))
  }

  @Test("Tangents of gradients go through them too")
  func hessians() throws {
    let (loss, inputs) = try Self.residual()
    try HessianTests.checkSymmetry(loss, inputs, unit: 1e-12, as: Double.self)
    try HessianTests.checkDifferences(loss, inputs, tolerance: 1e-6)
  }

  @Test("Joined steps have the gradients of steps apart")
  func joined() throws {
    let (loss, inputs) = try Self.residual()
    for usesBatchStatistics in [true, false] {
      var loss = loss
      loss.usesBatchStatistics = usesBatchStatistics
      let apart = try loss.gradients(at: loss.start(inputs), along: [], as: Double.self)[0]
      let joined = try loss.gradients(
        at: loss.start(inputs), along: [], as: Double.self, order: .gradients)[0]
      #expect(apart.moved(-1, along: joined).norm < 1e-12 * apart.norm)
    }
  }
}
