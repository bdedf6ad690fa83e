import Architectures
import NetworkGraphs
import Networks
import OpenBLAS
import Similarity
import TestSupport
import Testing

@testable import Training

@Suite("Guidance by another network") struct GuidanceTests {
  init() { BLASLibrary.setThreadCount(1) }

  /// A network with numbers that guides others, of so many layers.
  private static func guide(
    layers: Int = 2, input: InputShape = InputShape(channels: 16, size: 1)
  ) throws -> (network: BuiltNetwork, parameters: GraphParameters) {
    let network = BuiltNetwork(
      try Architecture(
        family: .chain, input: input,
        stages: [Stage(widths: Array(repeating: 9, count: layers), kernel: 1, stride: 1)]))
    return (network, network.parameters(network.initialVector(seed: 8, draw: 0)))
  }

  private static func trainer(
    _ family: Family = .chain, sweeps: Int = 1, guide: Bool = true,
    _ change: (inout TrainingSettings) -> Void = { _ in }
  ) throws -> Trainer {
    let images = TrainerTests.images()
    var settings = TrainingSettings()
    (settings.epochs, settings.batchSize) = (6, 16)
    change(&settings)
    return try Trainer(
      BuiltNetwork(TrainerTests.network(family), classes: images.classes), images: images,
      split: DataSplit(count: images.count, validation: 0.1, test: 0.2, seed: 1),
      settings: settings, seed: 1, draw: 0, sweeps: sweeps, guide: guide ? Self.guide() : nil)
  }

  // MARK: - The loss

  /// A network that holds images, and the parts of its loss.
  private struct Sample {
    static let count = 6

    let network: GraphClassifier<Double>
    let guidance: Guidance<Double>
    let start: [Double]
    let labels: [Int]
    /// What the guide's layers make of the images.
    let guide: [CentredKernel]
    let strength = 0.7

    init(_ architecture: Architecture, guideLayers: Int) throws {
      let images = TrainerTests.images(count: Self.count)
      let built = BuiltNetwork(architecture, classes: images.classes)
      network = try GraphClassifier(
        built, images: Self.count, classes: images.classes, showsRepresentations: true)
      for image in 0..<Self.count { network.store(images.image(image).span, at: image) }
      labels = images.labels
      start = built.initialVector(seed: 3, draw: 0).map { Double($0) }
      let guide = try GuidanceTests.guide(layers: guideLayers)
      guidance = try Guidance(
        guide, of: network.network, images: Self.count, strength: strength)
      try guidance.takeBatch(of: network)
      let evaluator = try Evaluator<Double>(
        guide.network.graph, parameters: guide.parameters, representations: guide.network.values,
        images: 1, vectors: 1)
      var features = [[Double]](repeating: [], count: guide.network.values.count)
      for image in 0..<Self.count {
        evaluator.store(images.image(image).span, vectorsFrom: 0, ofImage: 0)
        try evaluator.run { found in
          guard let layer = guide.network.values.firstIndex(of: found.value) else { return }
          features[layer] += found.vector(0, ofImage: 0)
        }
      }
      self.guide = features.dropFirst().map {
        CentredKernel(features: $0, count: Self.count, isDebiased: false)
      }
    }

    /// The loss by the definitions: cross-entropy, and what each pair of layers lacks in alignment.
    func loss(at parameters: [Double]) throws -> (entropy: Double, shortfall: Double) {
      network.usesBatchStatistics = true
      defer { network.usesBatchStatistics = false }
      try network.setParameters(parameters.span)
      var features = [[Double]](repeating: [], count: network.network.values.count)
      try network.classify { layer, found in
        for image in 0..<Self.count { features[layer] += found.vector(0, ofImage: image) }
      }
      let last = network.network.values.count - 2
      var shortfall = 0.0
      for (place, kernel) in guide.enumerated() {
        let depth = guide.count == 1 ? 1 : Double(place) / Double(guide.count - 1)
        let layer = Int((depth * Double(last)).rounded(.toNearestOrEven))
        let own = CentredKernel(
          features: features[layer + 1], count: Self.count, isDebiased: false)
        shortfall += 1 - own.alignment(with: kernel)
      }
      return (network.score(labels).loss / Double(Self.count), shortfall)
    }

    /// The gradient that a step follows.
    func gradient() throws -> [Double] {
      var settings = TrainingSettings()
      settings.optimizer = .sgd(momentum: 0)
      (settings.weightDecay, settings.gradientClip) = (0, 0)
      let descent = Descent(network, settings, guidance: guidance)
      var state = DescentState(parameters: start, settings.optimizer)
      try network.setParameters(start.span)
      _ = try descent.step(
        &state, labels: labels, number: 1, rate: 1,
        load: { try network.setParameters($0.span) })
      return zip(start, state.parameters).map { $0 - $1 }
    }
  }

  private static func convolutional(_ family: Family) throws
    -> Architecture
  {
    try Architecture(
      family: family, input: InputShape(channels: 1, size: 4),
      stages: [
        Stage(widths: [4, 4], kernel: 3, stride: 1), Stage(widths: [6, 6], kernel: 3, stride: 2),
      ], shortcut: .projection)
  }

  @Test(
    "The gradient is that of cross-entropy and of what layers lack in alignment",
    arguments: Family.layered, [1, 2, 3, 7])
  func gradient(_ family: Family, _ guideLayers: Int) throws {
    let architectures = [try TrainerTests.network(family), try Self.convolutional(family)]
    for architecture in architectures {
      let sample = try Sample(architecture, guideLayers: guideLayers)
      let gradient = try sample.gradient()
      let (_, shortfall) = try sample.loss(at: sample.start)
      #expect(abs(sample.guidance.term - sample.strength * shortfall) <= 1e-12)
      // Central differences along directions: the loss is smooth but for kinks, which few cross.
      let trained = sample.network.network.trained.count
      var random = SeededGenerator(seed: 5)
      for _ in 0..<8 {
        let direction: [Double] = random.numbers(trained)
        func loss(_ step: Double) throws -> Double {
          var moved = sample.start
          for place in 0..<trained { moved[place] += step * direction[place] }
          let loss = try sample.loss(at: moved)
          return loss.entropy + sample.strength * loss.shortfall
        }
        let step = 1e-6
        let slope = (try loss(step) - loss(-step)) / (2 * step)
        let expected = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(
          abs(slope - expected) <= 1e-6 * max(1, abs(expected)), "\(slope) and \(expected)")
      }
    }
  }

  @Test("Layers without differences count as 1 and have no gradient") func dead() throws {
    let sample = try Sample(try TrainerTests.network(.chain), guideLayers: 3)
    try sample.network.setParameters(
      [Double](repeating: 0, count: sample.start.count).span)
    sample.guidance.beginPass()
    try sample.network.classify { layer, found in sample.guidance.visit(layer, found) }
    #expect(abs(sample.guidance.term - 3 * sample.strength) <= 1e-15)
    #expect(sample.guidance.gradients.isEmpty)
  }

  // MARK: - Trainings

  @Test("A strength of 0 leaves every bit as it was, and others give the same bits each time")
  func bits() throws {
    let (plain, zero) = (try Self.trainer(guide: false), try Self.trainer())
    let guided = try (0..<2).map { _ in try Self.trainer { $0.guidance = 0.5 } }
    for trainer in [plain, zero] + guided { try trainer.runEpoch() }
    #expect(plain.state == zero.state && guided[0].state == guided[1].state)
    #expect(plain.state != guided[0].state)
  }

  /// The mean alignment of the trained network's layers with the guide's, without bias.
  private static func alignment(_ trainer: Trainer) throws -> Double {
    let images = TrainerTests.images(count: 64, seed: 9)
    func kernels(
      _ network: BuiltNetwork, _ parameters: GraphParameters
    ) throws -> [CentredKernel] {
      let evaluator = try Evaluator<Double>(
        network.graph, parameters: parameters, representations: network.values, images: 1,
        vectors: 1)
      var features = [[Double]](repeating: [], count: network.values.count)
      for image in 0..<64 {
        evaluator.store(images.image(image).span, vectorsFrom: 0, ofImage: 0)
        try evaluator.run { found in
          guard let layer = network.values.firstIndex(of: found.value) else { return }
          features[layer] += found.vector(0, ofImage: 0)
        }
      }
      return features.dropFirst().map { CentredKernel(features: $0, count: 64) }
    }
    let own = try kernels(
      trainer.built, trainer.built.parameters(trainer.state.descent.parameters))
    let (network, parameters) = try guide()
    let others = try kernels(network, parameters)
    return (own[0].alignment(with: others[0]) + own[2].alignment(with: others[1])) / 2
  }

  @Test(
    "A stronger guidance leaves layers more like the guide's, and networks learn",
    arguments: Family.layered)
  func strengths(_ family: Family) throws {
    let alignments = try [0, 0.3, 10].map { strength in
      let trainer = try Self.trainer(family) { $0.guidance = strength }
      while !trainer.isDone { try trainer.runEpoch() }
      #expect(try trainer.result().status == .completed)
      return try Self.alignment(trainer)
    }
    #expect(alignments[0] < alignments[1] && alignments[1] < alignments[2], "\(alignments)")
    #expect(alignments[2] > alignments[0] + 0.1, "\(alignments)")
  }

  @Test("Sweeps of inference, attacks and sharpness-aware steps can be guided")
  func manners() throws {
    for sweeps in [1, 2] {
      let trainer = try Self.trainer(sweeps: sweeps) {
        ($0.guidance, $0.sharpnessRadius) = (0.5, 0.05)
        ($0.attack, $0.attackRadius) = (.fgsmLinf, 0.05)
      }
      while !trainer.isDone { try trainer.runEpoch() }
      #expect(try trainer.result().trainingLoss < 1.3)
    }
  }
}
