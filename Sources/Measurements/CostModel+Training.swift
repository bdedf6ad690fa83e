internal import Architectures
internal import InducedFrames
internal import Networks
internal import SweepSpec
internal import Training

extension CostModel {
  // Fitted to trainings of small networks on the digits.
  private static let perTrainingFLOP = 8e-12
  private static let perStepAndLayer = 7e-5
  private static let perStepAndParameter = 4e-9
  // Two iterations for one image, and packing the weights for each column.
  private static let perRate = 4e-5

  /// Adds what training takes: three passes of the forward one's size for each image and step.
  mutating func addTraining(of point: Point, draws: Double, to cost: inout PointCost) {
    guard let train = recipe.measure.train, let data = recipe.trainingImages else { return }
    let settings = train.settings
    let count = Double(data.count)
    let trained = count * (1 - settings.validation - settings.test)
    let steps = (trained / Double(settings.batchSize)).rounded(.down) * Double(settings.epochs)
    var images = steps * Double(settings.batchSize) * (1 + Double(settings.attack?.steps ?? 0))
    let tested = count * settings.test
    if let robustness = recipe.measure.robustness {
      let passes = robustness.attacks.reduce(0) { $0 + $1.steps + 1 }
      images += tested * Double(passes * robustness.radii.count)
    }
    let architecture = point.architecture
    let layers = architecture.layers
    // Values and what dense layers join; further sweeps come on top of both.
    var forward = Double(architecture.forwardFLOPs)
    var products = Double(layers.count)
    var values = layers.reduce(0.0) {
      $0 + Double($1.width * $1.outputSize * $1.outputSize)
        + ($1.sources.count > 1 ? Double($1.inputWidth * $1.inputSize * $1.inputSize) : 0)
    }
    var rates = 0.0
    if point.inferenceSweeps > 1 {
      let one = InferenceCost(architecture, sweeps: 1)
      let all = InferenceCost(architecture, sweeps: point.inferenceSweeps)
      forward += all.flops - one.flops
      products += all.products - one.products
      values += all.values - one.values
      rates = Self.perRate * (InferenceCost(architecture, sweeps: 2).products - one.products)
    }
    let flops = draws * forward * (3 * images + count)
    let perStep =
      Self.perStepAndLayer * products + rates
      + Self.perStepAndParameter * Double(architecture.parameterCount)
    cost.flops += flops
    cost.seconds += Self.perTrainingFLOP * flops + draws * steps * perStep
    // Values and their gradients; parameters, velocity, gradient and three packed copies.
    let bytes =
      8 * values * Double(settings.batchSize) + 24 * Double(architecture.parameterCount)
      + count * Double(data.valueBytes * data.dimension)
    cost.bytes = max(cost.bytes, bytes)
    guard settings.potentialPenalty > 0 else { return }
    addPenalty(of: architecture, evaluations: draws * steps, besides: bytes, to: &cost)
  }

  /// Adds what the gradient of the deep frame potential takes at every step.
  private mutating func addPenalty(
    of architecture: Architecture, evaluations: Double, besides bytes: Double,
    to cost: inout PointCost
  ) {
    let one = StatisticsCost(architecture, cache: &cache)
    let weights = architecture.parameterCount
    cost.flops += evaluations * 3 * one.productFLOPs
    cost.seconds += evaluations * rates.secondsOfGradient(of: one, weights: weights)
    // Seven vectors of all weights in double precision, with the panels and a block.
    cost.bytes = max(cost.bytes, bytes + one.peakBytes + 8 * 7 * Double(weights))
  }

  /// Adds what the scores of untrained networks take: about three passes in double precision for
  /// each image of the batch, of the kernel and of the random pairs.
  func addCompanions(of point: Point, draws: Double, to cost: inout PointCost) {
    guard let companions = recipe.measure.companions else { return }
    let architecture = point.architecture
    let images = Double(companions.imageCount) + 80
    let forward =
      point.inferenceSweeps == 1
      ? Double(architecture.forwardFLOPs)
      : InferenceCost(architecture, sweeps: point.inferenceSweeps).flops
    let flops = 3 * images * forward
    cost.flops += draws * flops
    cost.seconds += draws * (1e-10 * flops + 2e-3)
    cost.bytes = max(cost.bytes, 8 * 20 * Double(architecture.parameterCount))
  }
}
