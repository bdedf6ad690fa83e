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
      try network(family), images: images, split: split, settings: settings, seed: 1, draw: draw,
      sweeps: sweeps)
  }

  @Test("Every family learns a task that it can learn", arguments: Family.allCases, [1, 3])
  func learns(_ family: Family, _ sweeps: Int) throws {
    let trainer = try Self.trainer(family, sweeps: sweeps)
    while !trainer.isDone { try trainer.runEpoch() }
    let result = try trainer.result()
    #expect(result.status == .completed && result.epochs == 12)
    #expect(result.trainingLoss < 0.3 && result.testError <= 0.1, "\(result)")
  }

  @Test(
    "A training that goes on from a kept state has the bits of one that was not interrupted",
    arguments: [1, 3])
  func resumes(_ sweeps: Int) throws {
    let whole = try Self.trainer(sweeps: sweeps)
    while !whole.isDone { try whole.runEpoch() }
    let first = try Self.trainer(sweeps: sweeps)
    for _ in 0..<5 { try first.runEpoch() }
    let second = try Self.trainer(sweeps: sweeps)
    second.state = first.state
    while !second.isDone { try second.runEpoch() }
    #expect(second.state == whole.state)
    #expect(try second.result() == whole.result())
    let other = try Self.trainer(draw: 1, sweeps: sweeps)
    #expect(other.state.parameters != first.state.parameters)
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

  @Test("A step is that of the definition: momentum, decay of weights only, clipping") func step() {
    var state = TrainingState(parameters: [1, 2, 4])
    state.velocity = [0.5, 0, 0.25]
    MomentumDescent.step(
      &state, gradient: [2, -2, 8], decayed: 0..<2, factor: 0.5, rate: 0.25, momentum: 0.5,
      decay: 0.5)
    // Powers of two: exact.
    #expect(state.velocity == [1.75, 0, 4.125])
    #expect(state.parameters == [0.5625, 2, 2.96875])
  }
}
