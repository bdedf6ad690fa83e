import Architectures
import Networks
import TestSupport
import Testing

@testable import Training

@Suite("Training") struct TrainerTests {
  /// Images of one bright pixel each, on a noisy ground; the class is the quarter it lies in.
  static func images(count: Int = 160, seed: UInt64 = 3) -> LabelledImages {
    var random = SeededGenerator(seed: seed)
    var (values, labels) = ([Double](), [Int]())
    for _ in 0..<count {
      let (row, column) = (
        Int.random(in: 0..<4, using: &random), Int.random(in: 0..<4, using: &random)
      )
      var image: [Double] = random.numbers(16).map { 0.1 * abs($0) }
      image[4 * row + column] = 1
      values += image
      labels.append(row / 2 * 2 + column / 2)
    }
    return LabelledImages(
      shape: InputShape(channels: 1, size: 4), values: .numbers(values), labels: labels)
  }

  static func network(_ family: Family) throws -> Architecture {
    try Architecture(
      family: family, input: InputShape(channels: 16, size: 1),
      stages: [Stage(widths: [12, 12, 12], kernel: 1, stride: 1)])
  }

  static func trainer(
    _ family: Family = .chain, draw: Int = 0, sweeps: Int = 1,
    _ change: (inout TrainingSettings) -> Void = { _ in }
  ) throws -> Trainer {
    let images = images()
    var settings = TrainingSettings()
    settings.epochs = 12
    settings.batchSize = 16
    change(&settings)
    let split = DataSplit(count: images.count, validation: 0.1, test: 0.2, seed: 1)
    return try Trainer(
      BuiltNetwork(network(family), classes: images.classes), images: images, split: split,
      settings: settings, seed: 1, draw: draw,
      sweeps: sweeps)
  }

  @Test("Every family learns a task that it can learn", arguments: Family.layered, [1, 3])
  func learns(_ family: Family, _ sweeps: Int) throws {
    let trainer = try Self.trainer(family, sweeps: sweeps)
    while !trainer.isDone { try trainer.runEpoch() }
    let result = try trainer.result()
    #expect(result.status == .completed && result.epochs == 12)
    #expect(result.trainingLoss < 0.3 && result.testError <= 0.1, "\(result)")
  }

  @Test("A warm-up as long as the training or longer fills it and ends at the full step size")
  func longWarmup() {
    var settings = TrainingSettings()
    settings.learningRate = 0.5
    for warmup in [4.0, 4.5, 100] {
      settings.warmup = warmup
      let rates = (0..<40).map { settings.learningRate(step: $0, of: 40, stepsPerEpoch: 10) }
      let expected = (1...40).map { 0.5 * Double($0) / 40 }
      #expect(areClose(rates, expected, relative: 1e-15))
    }
  }

  /// Ways of training beside the default.
  enum Manner: CaseIterable {
    case plain, adaptive, sharp, nesterov

    func apply(to settings: inout TrainingSettings) {
      switch self {
      case .plain: break
      case .adaptive:
        (settings.optimizer, settings.learningRate) = (.adamW(), 0.01)
        settings.labelSmoothing = 0.1
      case .sharp:
        settings.sharpnessRadius = 0.05
        settings.potentialPenalty = 0.01
      case .nesterov:
        settings.optimizer = .sgd(momentum: 0.9, isNesterov: true)
        settings.augmentation.brightness = 0.1
        settings.cropping.flips = true
      }
    }
  }

  @Test(
    "A training that goes on from a kept state has the bits of one that was not interrupted",
    arguments: Manner.allCases, [1, 3])
  func resumes(_ manner: Manner, _ sweeps: Int) throws {
    func trainer(draw: Int = 0) throws -> Trainer {
      try Self.trainer(draw: draw, sweeps: sweeps) { manner.apply(to: &$0) }
    }
    let whole = try trainer()
    while !whole.isDone { try whole.runEpoch() }
    let first = try trainer()
    for _ in 0..<5 { try first.runEpoch() }
    let second = try trainer()
    second.state = first.state
    while !second.isDone { try second.runEpoch() }
    #expect(second.state == whole.state)
    #expect(try second.result() == whole.result())
    let other = try trainer(draw: 1)
    #expect(other.state.descent.parameters != first.state.descent.parameters)
  }

  @Test("Every way of training learns, and each has numbers of its own", arguments: [1, 3])
  func manners(_ sweeps: Int) throws {
    var losses: Set<Double> = []
    for manner in Manner.allCases {
      let trainer = try Self.trainer(sweeps: sweeps) { manner.apply(to: &$0) }
      while !trainer.isDone { try trainer.runEpoch() }
      let result = try trainer.result()
      #expect(result.trainingError <= (manner == .nesterov ? 0.5 : 0.1), "\(manner) \(result)")
      losses.insert(result.trainingLoss)
    }
    #expect(losses.count == Manner.allCases.count)
  }

  @Test("Crops and flips leave the other changes of images as they are") func independentChanges()
    throws
  {
    // A frame of no pixels and flips of images that are their own mirror images change nothing.
    var images = Self.images()
    let mirrored = (0..<images.count).flatMap { place in
      let image = images.image(place)
      return image.indices.map { image[$0] + image[$0 / 4 * 4 + 3 - $0 % 4] }.map { $0 / 2 }
    }
    images = LabelledImages(
      shape: images.shape, values: .numbers(mirrored), labels: images.labels)
    let parameters = try [false, true].map { flips in
      var settings = TrainingSettings()
      (settings.epochs, settings.batchSize) = (2, 16)
      settings.augmentation.brightness = 0.2
      settings.cropping.flips = flips
      let trainer = try Trainer(
        BuiltNetwork(Self.network(.chain), classes: images.classes), images: images,
        split: DataSplit(count: images.count, validation: 0.1, test: 0.2, seed: 1),
        settings: settings, seed: 1, draw: 0)
      while !trainer.isDone { try trainer.runEpoch() }
      return trainer.state.descent.parameters
    }
    #expect(parameters[0] == parameters[1])
  }

  @Test("A training whose numbers run away says so and stops") func diverges() throws {
    let trainer = try Self.trainer {
      $0.learningRate = 1e30
      $0.gradientClip = 0
      $0.warmup = 0
    }
    while !trainer.isDone { try trainer.runEpoch() }
    let result = try trainer.result()
    #expect(result.status == .diverged && result.epochs < 12)
    #expect(result.testError.isNaN && result.trainingLoss.isNaN)
  }

  @Test("A training that diverges in its first epoch has not converged in it")
  func divergesBeforeConvergence() throws {
    // The loss of the first batch is finite, the penalty's gradient is not. Spread over 14 batches, that
    // loss of about ln 4 an image would pass for one below a tenth of ln 4.
    let trainer = try Self.trainer {
      $0.batchSize = 8
      $0.potentialPenalty = 1e300
    }
    while !trainer.isDone { try trainer.runEpoch() }
    let result = try trainer.result()
    #expect(result.status == .diverged && result.epochs == 1)
    #expect(result.convergedAfter == nil)
  }

  @Test("Splits are disjoint, cover everything and follow from the seed") func split() {
    let split = DataSplit(count: 101, validation: 0.1, test: 0.25, seed: 4)
    #expect(split.test.count == 25 && split.validation.count == 10)
    #expect((split.test + split.validation + split.training).sorted() == Array(0..<101))
    #expect(split == DataSplit(count: 101, validation: 0.1, test: 0.25, seed: 4))
    #expect(split != DataSplit(count: 101, validation: 0.1, test: 0.25, seed: 5))
  }

  @Test("Steps grow linearly to the largest and fall along half a cosine to nothing")
  func schedule() {
    var settings = TrainingSettings()
    settings.learningRate = 0.5
    settings.warmup = 2
    let rates = (0..<100).map { settings.learningRate(step: $0, of: 100, stepsPerEpoch: 10) }
    #expect(rates[0] == 0.025 && rates[9] == 0.25 && rates[20] == 0.5)
    // The middle of the remaining 80 steps.
    #expect(isClose(rates[60], 0.25, relative: 1e-12))
    #expect(rates[99] > 0 && rates[99] < 1e-3)
    #expect(zip(rates[20...], rates[21...]).allSatisfy { $0 > $1 })
  }
}
