public import Architectures
internal import Foundation
internal import Networks
internal import RandomNumbers

/// Trains one network, epoch by epoch, in single precision.
///
/// The order of images depends on seed, draw and epoch only, so the bits of a result depend neither
/// on interruptions nor on who computes. It belongs to one thread.
public final class Trainer {
  /// How the network is trained.
  public let settings: TrainingSettings
  /// Where the training is; set it to go on from what was kept.
  public var state: TrainingState

  private let architecture: Architecture
  private let images: LabelledImages
  let split: DataSplit
  let seed: Int64
  let draw: Int
  let network: ClassifyingNetwork<Float>
  private var gradient: [Float]
  /// Where step sizes come from; nil for the feed-forward network, which has none.
  private let inference: Inference<Float>?
  private var penalty: PotentialPenalty?

  /// Prepares a training from its beginning.
  ///
  /// - Parameters:
  ///   - architecture: the network, whose input must fit the images.
  ///   - images: the images.
  ///   - split: which of them are trained on.
  ///   - settings: how.
  ///   - seed: the point's seed.
  ///   - draw: the draw of the initialisation, which also keys the order of the images.
  ///   - sweeps: the sweeps of inference, at least 1; 1 is the feed-forward network.
  ///
  /// **Throws**: `OneDNNError`.
  public init(
    _ architecture: Architecture, images: LabelledImages, split: DataSplit,
    settings: TrainingSettings, seed: Int64, draw: Int, sweeps: Int = 1
  ) throws {
    precondition(images.fit(architecture.input), "images of another shape than the network's input")
    precondition(settings.epochs >= 1 && settings.batchSize >= 1, "a training of nothing")
    self.architecture = architecture
    self.images = images
    self.split = split
    self.settings = settings
    self.seed = seed
    self.draw = draw
    network = try ClassifyingNetwork(
      architecture, images: min(settings.batchSize, split.training.count), classes: images.classes,
      sweeps: sweeps)
    inference = sweeps > 1 ? try Inference(architecture, classes: images.classes) : nil
    state = TrainingState(
      parameters: network.layout.initialParameters(of: architecture, seed: seed, draw: draw))
    gradient = [Float](repeating: 0, count: network.layout.count)
    if settings.potentialPenalty > 0 {
      penalty = PotentialPenalty(
        architecture, network.layout, strength: settings.potentialPenalty)
    }
  }

  /// Whether there is nothing left to do.
  public var isDone: Bool { state.hasDiverged || state.epoch >= settings.epochs }

  /// The network's weights as they are now, without the classifier.
  public var weights: NetworkWeights { network.layout.network(of: state.parameters) }

  /// The number of parameters, those of the classifier included.
  public var parameterCount: Int { network.layout.count }

  /// Gives the network the parameters as they are now, and the step sizes that follow from them.
  ///
  /// **Throws**: `OneDNNError`, `LAPACKError`, and what `shouldStop` throws.
  func loadParameters(shouldStop: () throws -> Void) throws {
    try network.setParameters(state.parameters)
    if let inference {
      network.network.rates = try inference.rates(at: state.parameters, shouldStop: shouldStop)
    }
  }

  private var stepsPerEpoch: Int { split.training.count / network.network.images }

  /// Runs the next epoch.
  ///
  /// Images that do not fill a last batch are left out; the next epoch's order leaves out others.
  ///
  /// **Throws**: `OneDNNError`, and what `shouldStop` throws, which is called between passes through the
  /// network; an epoch that was stopped must be run again from a kept state.
  public func runEpoch(shouldStop: () throws -> Void = {}) throws {
    var stream = RandomKey(domain: "framesweep training order", seed: seed)
      .appending(draw).appending(state.epoch).stream
    let order = stream.nextPermutation(split.training.count).map { split.training[$0] }
    let count = network.network.images
    var loss = 0.0
    for step in 0..<stepsPerEpoch {
      try shouldStop()
      let batch = order[step * count..<(step + 1) * count]
      loss += try train(
        on: batch, step: state.epoch * stepsPerEpoch + step, shouldStop: shouldStop)
      if state.hasDiverged { break }
    }
    state.epoch += 1
    // The losses of an epoch that diverged are not all there.
    guard !state.hasDiverged else { return }
    let mean = loss / Double(stepsPerEpoch * count)
    if state.convergedAfter == nil, mean <= 0.1 * log(Double(images.classes)) {
      state.convergedAfter = state.epoch
    }
  }

  /// The sum of the batch's losses.
  private func train(
    on batch: ArraySlice<Int>, step: Int, shouldStop: () throws -> Void
  ) throws -> Double {
    try network.setParameters(state.parameters)
    if let inference {
      // From the beginning once an epoch, so that what was kept between two leads to the same bits.
      network.network.rates =
        step % stepsPerEpoch == 0
        ? try inference.approximateRates(at: state.parameters, shouldStop: shouldStop)
        : try inference.followingRates(at: state.parameters, shouldStop: shouldStop)
    }
    let key = RandomKey(domain: "framesweep augmentation", seed: seed).appending(draw).appending(
      step)
    var stream = key.stream
    let labels = load(batch) { image in
      guard !settings.augmentation.isIdentity else { return image }
      return FiniteAugmentation.change(
        image, shape: images.shape, by: settings.augmentation.amounts(from: &stream))
    }
    if let attack = settings.attack {
      try perturb(
        labels, attack, radius: Float(settings.attackRadius),
        starts: labels.indices.map { key.appending("attack").appending($0) },
        shouldStop: shouldStop)
    }
    try network.classify()
    let loss = network.score(labels).loss
    for place in gradient.indices { gradient[place] = 0 }
    try unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      try unsafe network.backward(labels: labels, into: gradient.baseAddress)
    }
    try penalty?.add(at: state.parameters, to: &gradient, shouldStop: shouldStop)
    let norm = euclideanNorm(gradient)
    guard loss.isFinite, norm.isFinite else {
      state.hasDiverged = true
      return loss
    }
    let clip = settings.gradientClip
    let rate = settings.learningRate(
      step: step, of: settings.epochs * stepsPerEpoch, stepsPerEpoch: stepsPerEpoch)
    MomentumDescent.step(
      &state, gradient: gradient, decayed: network.layout.weights,
      factor: clip > 0 && norm > clip ? Float(clip / norm) : 1, rate: Float(rate),
      momentum: Float(settings.momentum), decay: Float(settings.weightDecay))
    return loss
  }

  /// Puts images into the network's input; the places behind them hold zeros.
  func load(_ batch: ArraySlice<Int>, _ change: ([Double]) -> [Double] = { $0 }) -> [Int] {
    let input = network.network.input
    for (place, image) in batch.enumerated() {
      let values = change(images.image(image))
      input.store(values.span, vectorsFrom: 0, ofImage: place)
    }
    for place in batch.count..<max(batch.count, input.images) {
      input.clear(vectorsFrom: 0, ofImage: place)
    }
    return batch.map { images.labels[$0] }
  }

  /// Scores the network as it is now.
  ///
  /// **Throws**: `OneDNNError`, `LAPACKError`, and what `shouldStop` throws, which is called before each
  /// batch.
  public func result(shouldStop: () throws -> Void = {}) throws -> TrainingResult {
    var result = TrainingResult(
      status: state.hasDiverged ? .diverged : .completed, epochs: state.epoch,
      convergedAfter: state.convergedAfter)
    guard !state.hasDiverged else { return result }
    try loadParameters(shouldStop: shouldStop)
    (result.trainingLoss, result.trainingError) = try evaluate(split.training, shouldStop)
    (result.validationLoss, result.validationError) = try evaluate(split.validation, shouldStop)
    (result.testLoss, result.testError) = try evaluate(split.test, shouldStop)
    if !(result.trainingLoss + result.validationLoss + result.testLoss).isFinite {
      return TrainingResult(
        status: .diverged, epochs: state.epoch, convergedAfter: state.convergedAfter)
    }
    return result
  }

  private func evaluate(
    _ set: [Int], _ shouldStop: () throws -> Void
  ) throws -> (loss: Double, error: Double) {
    let count = network.network.images
    var (loss, mistakes) = (0.0, 0)
    for first in stride(from: 0, to: set.count, by: count) {
      try shouldStop()
      let labels = load(set[first..<min(first + count, set.count)])
      try network.classify()
      let score = network.score(labels)
      loss += score.loss
      mistakes += score.mistakes
    }
    return (loss / Double(set.count), Double(mistakes) / Double(set.count))
  }
}
