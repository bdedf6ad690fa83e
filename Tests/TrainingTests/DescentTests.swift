import Architectures
import Networks
import TestSupport
import Testing

@testable import Training

@Suite("Steps of trainings") struct DescentTests {
  /// Gradients of smoothed cross-entropies; made by `analysis/benchmarks/training_cases.py`.
  private struct SmoothingCase: Decodable {
    let smoothing: Double
    let labels: [Int]
    let scores: [[Double]]
    let gradient: [[Double]]
  }

  @Test("Smoothed labels have PyTorch's gradients") func smoothing() throws {
    let cases = try readCases("smoothing", as: [SmoothingCase].self)
    #expect(cases.map(\.smoothing) == [0, 0.1, 0.5])
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [2], kernel: 1, stride: 1)])
    for found in cases {
      for (place, scores) in found.scores.enumerated() {
        // Where all weights are 0 the scores are the classifier's bias.
        let network = try GraphClassifier<Double>(
          architecture, images: 1, classes: scores.count)
        let bias = try #require(network.network.classifierBias?.range)
        var parameters = [Double](repeating: 0, count: network.network.parameterCount)
        parameters.replaceSubrange(bias, with: scores)
        try network.setParameters(parameters.span)
        try network.classify()
        try network.backward(labels: [found.labels[place]], smoothing: found.smoothing)
        var gradient = parameters
        var span = gradient.mutableSpan
        network.copyParameterGradients(to: &span)
        // The case has the mean over two images.
        let expected = found.gradient[place].map { 2 * $0 }
        #expect(areClose(Array(gradient[bias]), expected, absolute: 1e-15))
      }
    }
  }

  /// A network that holds images, their labels, and its parameters.
  private static func sample() throws -> (GraphClassifier<Double>, [Double], [Int]) {
    let network = try GraphClassifier<Double>(
      try TrainerTests.network(.dense), images: 6, classes: 4)
    let images = TrainerTests.images(count: 6)
    for image in 0..<6 { network.store(images.image(image).span, at: image) }
    let parameters = network.network.initialVector(seed: 3, draw: 0)
    return (network, parameters.map { Double($0) }, images.labels)
  }

  private static func gradient(
    _ network: GraphClassifier<Double>, at parameters: [Double], _ labels: [Int]
  ) throws -> [Double] {
    try network.setParameters(parameters.span)
    try network.classify()
    try network.backward(labels: labels)
    var gradient = parameters
    var span = gradient.mutableSpan
    network.copyParameterGradients(to: &span)
    return gradient
  }

  @Test("Sharpness-aware steps follow the gradient a radius further up, from where they are")
  func sharpness() throws {
    let (network, start, labels) = try Self.sample()
    var settings = TrainingSettings()
    (settings.sharpnessRadius, settings.optimizer) = (0.5, .sgd())
    (settings.weightDecay, settings.gradientClip) = (0, 0)
    let descent = Descent(network, settings)
    var state = DescentState(parameters: start, settings.optimizer)
    try network.setParameters(start.span)
    let loss = try descent.step(
      &state, labels: labels, number: 1, rate: 0.25,
      load: { try network.setParameters($0.span) })
    let slope = try Self.gradient(network, at: start, labels)
    let lowLoss = network.score(labels).loss
    let factor = 0.5 / euclideanNorm(slope)
    let top = zip(start, slope).map { $0 + factor * $1 }
    let high = try Self.gradient(network, at: top, labels)
    #expect(try #require(loss) == lowLoss && network.score(labels).loss > lowLoss)
    let expected = zip(start, high).map { $0 - 0.25 * $1 }
    // 1e-12 stands beside the norm, so that a gradient of 0 goes nowhere.
    #expect(areClose(state.parameters, expected, absolute: 1e-11))
    #expect(zip(high, slope).contains { abs($0 - $1) > 1e-3 })
  }

  @Test("Long gradients are shortened to the limit") func clipping() throws {
    let (network, start, labels) = try Self.sample()
    let slope = try Self.gradient(network, at: start, labels)
    let norm = euclideanNorm(slope)
    for limit in [norm / 4, norm * 4] {
      var settings = TrainingSettings()
      (settings.optimizer, settings.weightDecay) = (.sgd(), 0)
      settings.gradientClip = limit
      var state = DescentState(parameters: start, settings.optimizer)
      try network.setParameters(start.span)
      _ = try Descent(network, settings).step(
        &state, labels: labels, number: 1, rate: 1,
        load: { try network.setParameters($0.span) })
      let moved = euclideanNorm(zip(start, state.parameters).map { $0 - $1 })
      #expect(isClose(moved, min(limit, norm), relative: 1e-12))
    }
  }
}
