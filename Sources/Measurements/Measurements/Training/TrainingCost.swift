internal import InducedFrames
internal import NetworkGraphs
internal import Networks
internal import RecurrentInference
internal import SweepSpec
internal import Training

/// What training the networks of a point takes: three passes of the forward one's size for each image
/// and step.
struct TrainingCost {
  // Fitted to trainings of small networks on the digits.
  static let perFLOP = 1e-11
  private static let perStepAndLayer = 4.5e-5
  private static let perHeldNumber = 4e-9
  private static let perStepAndParameter = 4e-9
  // Two iterations for one image, and packing the weights for each column.
  private static let perRate = 4e-5
  // Copying, centring and adding a number of a representation that is compared with the guide's.
  private static let perComparedNumber = 4e-9

  /// The operations of one image's pass.
  let forward: Double
  /// The images of the test part.
  let testedImages: Double
  private let settings: TrainingSettings
  private let images: Double
  private let imageBytes: Double
  private let steps: Double
  private let perStep: Double
  /// The layers and the operations of the guide's pass; nil for none.
  private let guide: (layers: Double, flops: Double)?
  /// The numbers of an image that are compared with the guide's.
  private let compared: Double
  /// The values of one image's pass.
  private let values: Double

  /// Counts what a training takes; nil where the sweep has none, or its images are unknown.
  init?(_ context: inout CostContext) {
    guard let training = context.sweep.first(TrainingMeasurement.self),
      let data = context.sweep.data[TrainingMeasurement.section]
    else { return nil }
    settings = training.settings
    images = Double(training.imageCount ?? data.count)
    imageBytes = Double(data.valueBytes * data.dimension)
    testedImages = images * settings.test
    let trained = images * (1 - settings.validation - settings.test)
    steps = (trained / Double(settings.batchSize)).rounded(.down) * Double(settings.epochs)
    let point = context.point
    // Values and what dense layers join; further sweeps come on top of both.
    let one = InferenceCost(context.network, sweeps: 1)
    var forward = one.flops
    var products = one.products
    var values = context.network.heldValues
    var rates = 0.0
    if point.inferenceSweeps > 1 {
      let all = InferenceCost(context.network, sweeps: point.inferenceSweeps)
      forward += all.flops - one.flops
      products += all.products - one.products
      values += all.values - one.values
      rates = Self.perRate * (InferenceCost(context.network, sweeps: 2).products - one.products)
    }
    self.forward = forward
    self.values = values
    let isGuided = settings.guidance > 0
    guide =
      isGuided
      ? context.sweep.guides[TrainingMeasurement.section].map {
        (Double($0.representations.count), Double($0.counts.flops))
      } : nil
    let network = context.network
    compared = isGuided ? network.graph.entryCount(of: network.values) : 0
    perStep =
      Self.perStepAndLayer * products + rates
      + Self.perStepAndParameter * Double(context.counts.weights)
  }

  /// Adds it for all draws.
  func add(_ context: inout CostContext, to cost: inout PointCost) {
    let draws = context.draws
    let gradients = settings.sharpnessRadius > 0 ? 2.0 : 1
    let passes =
      steps * Double(settings.batchSize) * (gradients + Double(settings.attack?.steps ?? 0))
    let flops = draws * forward * (3 * passes + images)
    cost.flops += flops
    cost.seconds +=
      Self.perFLOP * flops + draws * (Self.perHeldNumber * passes * values + steps * perStep)
    // Values and their gradients; parameters, moments, gradients and three packed copies.
    let vectors = 4 + Double(settings.optimizer.momentCount) + gradients
    var bytes =
      8 * values * Double(settings.batchSize) + 4 * vectors * Double(context.counts.weights)
      + images * imageBytes
    if let guide {
      addGuidance(guide, draws: draws, gradients: gradients, to: &cost)
      // What is compared is copied, and has gradients of its own. A guide's numbers are not known
      // beforehand: about as many as the network's.
      bytes += 12 * compared * Double(settings.batchSize)
    }
    cost.bytes = max(cost.bytes, bytes)
    guard settings.potentialPenalty > 0, let work = context.work else { return }
    // The gradient of the deep frame potential at every step.
    let one = work.statistics
    let weights = context.counts.weights
    cost.flops += draws * steps * gradients * 3 * one.productFLOPs
    cost.seconds +=
      draws * steps * gradients * context.rates.secondsOfGradient(of: one, weights: weights)
    // Seven vectors of all weights in double precision, with the panels and a block.
    cost.bytes = max(cost.bytes, bytes + one.peakBytes + 8 * 7 * Double(weights))
  }

  /// Adds the guide's pass of each step, the products of what both networks make of the batch, and the
  /// gradients.
  private func addGuidance(
    _ guide: (layers: Double, flops: Double), draws: Double, gradients: Double,
    to cost: inout PointCost
  ) {
    let batch = Double(settings.batchSize)
    let products = batch * batch * compared * (1 + 3 * gradients)
    let flops = draws * steps * (batch * guide.flops + products)
    cost.flops += flops
    cost.seconds +=
      Self.perFLOP * flops
      + draws * steps
      * (Self.perStepAndLayer * guide.layers
        + Self.perComparedNumber * batch * compared * (1 + gradients))
  }
}
