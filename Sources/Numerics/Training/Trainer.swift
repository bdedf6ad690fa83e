public import Architectures
internal import Foundation
public import NetworkGraphs
public import Networks
internal import RandomNumbers
internal import RecurrentInference

/// Trains one network, epoch by epoch, in single precision.
///
/// The order of images depends on seed, draw and epoch only, so the bits of a result depend neither
/// on interruptions nor on who computes. It belongs to one thread.
public final class Trainer {
  /// How the network is trained.
  public let settings: TrainingSettings
  /// Where the training is; set it to go on from what was kept.
  public var state: TrainingState

  private let images: LabelledImages
  let split: DataSplit
  let seed: Int64
  let draw: Int
  let network: GraphClassifier<Float>
  private let descent: Descent<Float>
  private var labels: [Int] = []
  private var pixels: [Double] = []
  /// The sweeps, and where their step sizes come from; nil for the feed-forward network, which has none.
  private let inference: (graph: InferenceGraph, sizes: StepSizes<Float>)?
  private var penalty: PotentialPenalty?
  private let guidance: Guidance<Float>?

  /// Prepares a training from its beginning.
  ///
  /// - Parameters:
  ///   - network: the network, built with the classes of the images, whose shape its input has.
  ///   - images: the images.
  ///   - split: which of them are trained on.
  ///   - settings: how.
  ///   - random: how the weights are drawn that it starts from.
  ///   - seed: the point's seed.
  ///   - draw: the draw of the initialisation, which also keys the order of the images.
  ///   - sweeps: the sweeps of inference, at least 1; 1 is the feed-forward network.
  ///   - guide: the network whose layers those of this one are held to, with its numbers; needed if
  ///     the settings ask for guidance.
  ///
  /// **Throws**: `OneDNNError`, and `MemoryRefused`.
  public init(
    _ network: BuiltNetwork, images: LabelledImages, split: DataSplit,
    settings: TrainingSettings, random: RandomWeights = .he, seed: Int64, draw: Int,
    sweeps: Int = 1, guide: (network: BuiltNetwork, parameters: GraphParameters)? = nil
  ) throws {
    precondition(
      images.fit(network.inputShape), "images of another shape than the network's input")
    precondition(settings.epochs >= 1 && settings.batchSize >= 1, "a training of nothing")
    self.images = images
    self.split = split
    self.settings = settings
    self.seed = seed
    self.draw = draw
    let count = min(settings.batchSize, split.training.count)
    let graph = InferenceGraph(network, sweeps: sweeps)
    let isGuided = settings.guidance > 0
    precondition(!isGuided || guide != nil, "guidance without a guide")
    self.network = try GraphClassifier(
      graph.network, images: count, classes: images.classes, showsRepresentations: isGuided)
    guidance =
      if isGuided, let guide {
        try Guidance(guide, of: self.network.network, images: count, strength: settings.guidance)
      } else { nil }
    inference =
      sweeps > 1 ? network.layers.map { (graph, StepSizes($0.architecture)) } : nil
    descent = Descent(self.network, settings, guidance: guidance)
    state = TrainingState(
      parameters: network.initialVector(random, seed: seed, draw: draw), settings.optimizer)
    if settings.potentialPenalty > 0 {
      penalty = PotentialPenalty(network, strength: settings.potentialPenalty)
    }
  }

  /// Whether there is nothing left to do.
  public var isDone: Bool { state.hasDiverged || state.epoch >= settings.epochs }

  /// The numbers of the parameters as they are now, without the classifier: those of the same network
  /// built without classes.
  public var parameters: GraphParameters {
    network.network.parametersWithoutClassifier(state.descent.parameters)
  }

  /// The network with its classifier.
  public var built: BuiltNetwork { network.network }

  /// The numbers of a parameter as they are now.
  public func numbers(of parameter: NetworkParameter) -> [Double] {
    state.descent.parameters[parameter.range].map { Double($0) }
  }

  /// The number of parameters, those of the classifier included.
  public var parameterCount: Int { network.network.parameterCount }

  /// Gives the network the parameters as they are now, and the step sizes that follow from them.
  ///
  /// **Throws**: `OneDNNError`, `LAPACKError`, and what `shouldStop` throws.
  func loadParameters(shouldStop: () throws -> Void) throws {
    let parameters = state.descent.parameters
    try setNetwork(
      parameters,
      rates { sizes, parameters in try sizes.exact(at: parameters, shouldStop: shouldStop) })
  }

  /// The step sizes of sweeps at the parameters as they are now; none if there is one sweep.
  private func rates(
    _ rates: (StepSizes<Float>, GraphParameters) throws -> [Double]
  ) rethrows -> [Double]? {
    guard let inference else { return nil }
    return try rates(
      inference.sizes, inference.graph.network.parameters(state.descent.parameters))
  }

  private func setNetwork(_ vector: borrowing [Float], _ rates: [Double]?) throws {
    guard let inference, let rates else {
      try network.setParameters(vector.span)
      return
    }
    var parameters = inference.graph.network.parameters(copy vector)
    inference.graph.setSteps(rates, in: &parameters)
    try network.setParameters(parameters)
  }

  private var stepsPerEpoch: Int { split.training.count / network.images }

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
    let count = network.images
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
    // From the beginning once an epoch, so that what was kept between two leads to the same bits.
    let rates = try rates { sizes, parameters in
      step % stepsPerEpoch == 0
        ? try sizes.approximate(at: parameters, shouldStop: shouldStop)
        : try sizes.following(at: parameters, shouldStop: shouldStop)
    }
    try setNetwork(state.descent.parameters, rates)
    loadChanged(batch, step: step)
    if let attack = settings.attack {
      let key = key(ofStep: step)
      try perturb(
        labels, attack, radius: Float(settings.attackRadius),
        starts: labels.indices.map { key.appending("attack").appending($0) },
        shouldStop: shouldStop)
    }
    try guidance?.takeBatch(of: network, shouldStop: shouldStop)
    let rate = settings.learningRate(
      step: step, of: settings.epochs * stepsPerEpoch, stepsPerEpoch: stepsPerEpoch)
    let loss = try descent.step(
      &state.descent, labels: labels, number: step + 1, rate: rate,
      load: { parameters in
        try shouldStop()
        try setNetwork(parameters, rates)
      },
      addTerms: { parameters, gradient in
        try penalty?.add(at: parameters, to: &gradient, shouldStop: shouldStop)
      })
    if loss == nil { state.hasDiverged = true }
    return loss ?? .nan
  }

  /// Puts randomly changed images into the network's input.
  private func loadChanged(_ batch: ArraySlice<Int>, step: Int) {
    let (cropping, augmentation) = (settings.cropping, settings.augmentation)
    let (crops, changes) = (!cropping.isIdentity, !augmentation.isIdentity)
    var crop = key(ofStep: step).appending("crop and flip").stream
    var change = key(ofStep: step).stream
    load(batch) { image in
      if crops { cropping.change(&image, shape: images.shape, from: &crop) }
      if changes {
        image = FiniteAugmentation.change(
          image, shape: images.shape, by: augmentation.amounts(from: &change))
      }
    }
  }

  /// What random numbers of a step are keyed by.
  private func key(ofStep step: Int) -> RandomKey {
    RandomKey(domain: "framesweep augmentation", seed: seed).appending(draw).appending(step)
  }

  /// Puts images into the network's input; the places behind them hold zeros.
  ///
  /// - Returns: the images' labels.
  @discardableResult
  func load(_ batch: ArraySlice<Int>, _ change: (inout [Double]) -> Void = { _ in }) -> [Int] {
    labels.removeAll(keepingCapacity: true)
    for place in 0..<batch.count {
      let image = batch[batch.startIndex + place]
      labels.append(images.labels[image])
      images.copyImage(image, to: &pixels)
      change(&pixels)
      let values = pixels
      network.store(values.span, at: place)
    }
    for place in batch.count..<max(batch.count, network.images) { network.clear(at: place) }
    return labels
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
    let count = network.images
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
