internal import NeuralFrames
public import SweepRecords
public import SweepSpec
internal import Training

/// What a sweep measures at each point, and what that will cost.
public struct Recipe: Sendable {
  /// The sweep file's choice.
  public let measure: Measure
  /// The sweep's top-level seed.
  let seed: Int64
  /// Where measured values lie in records.
  public let layout: RecordLayout
  /// The most vectors of an image, its value and all directions; 0 where no images are needed.
  let vectorCount: Int
  /// The images to train on, of the data set those that are used; nil where there is no training.
  let trainingImages: ImageFacts?

  /// Derives the columns from the choice.
  ///
  /// - Parameters:
  ///   - plan: the sweep's points.
  ///   - images: the indices of the chosen images in the data set, ascending.
  public init(_ plan: Plan, images: [Int32] = []) {
    measure = plan.spec.measure
    seed = plan.spec.seed
    vectorCount = measure.neuralFrames.map { $0.vectorCount(of: plan.data.neuralFrames) } ?? 0
    trainingImages = measure.train.flatMap { train in
      plan.data.train.map {
        ImageFacts(
          count: train.imageCount ?? $0.count, shape: $0.shape, valueBytes: $0.valueBytes)
      }
    }
    var columns: Set<ColumnID> = []
    if measure.frame.minimum {
      columns.formUnion([
        .minFramePotential, .minDeepFramePotential, .minimumStatus, .minimumIterations,
        .minimumRestarts, .minimumGradientNorm, .minimumSpread,
      ])
    }
    if measure.frame.statistics || measure.frame.bounds {
      columns.formUnion([
        .framePotential, .deepFramePotential, .mutualCoherence, .meanCoherence,
      ])
    }
    if measure.frame.bounds {
      columns.formUnion([
        .frameBoundLower, .frameBoundUpper, .frameBoundResidual, .frameBoundStatus,
      ])
    }
    if let frames = measure.neuralFrames {
      columns.formUnion(NeuralColumns.initial.all(perImage: frames.perImage))
      if measure.train != nil {
        columns.formUnion(NeuralColumns.trained.all(perImage: frames.perImage))
      }
    }
    if measure.companions != nil {
      columns.formUnion([
        .synflowLog, .spectralNormLog, .zenScore, .gradientNorm, .snip, .naswot, .ntkCondition,
      ])
    }
    if measure.train != nil {
      columns.formUnion([
        .trainStatus, .trainEpochs, .epochsToConvergence, .trainLoss, .validationLoss, .testLoss,
        .trainError, .validationError, .testError,
      ])
      if measure.robustness != nil { columns.insert(.adversarialError) }
      if measure.frame.statistics || measure.frame.bounds {
        columns.formUnion([
          .trainedFramePotential, .trainedDeepFramePotential, .trainedMutualCoherence,
          .trainedMeanCoherence,
        ])
      }
    }
    layout = RecordLayout(
      measuring: columns, extents: Self.extents(of: plan, images: images))
  }

  private static func extents(of plan: Plan, images: [Int32]) -> TableExtents {
    let measure = plan.spec.measure
    var extents = TableExtents(layers: plan.maximumLayerCount + 1)
    if measure.usesWeights { extents.draws = plan.maximumDraws }
    if let frames = measure.neuralFrames {
      extents.perturbations = frames.families.map(\.rawValue)
      if frames.perImage { extents.images = images }
      extents.imageType = frames.precision == .float64 ? .float64 : .float32
    }
    if let robustness = measure.robustness {
      extents.attacks = robustness.attacks.map(\.rawValue)
      extents.radii = robustness.radii
    }
    return extents
  }

  /// Whether frames are measured at weights.
  public var measuresStatistics: Bool { measure.frame.statistics || measure.frame.bounds }

  /// The number of draws that a point's record holds.
  public func draws(of point: Point) -> Int {
    measure.usesWeights ? point.weights.draws : 0
  }
}

extension Measure {
  /// Whether anything is measured of networks with weights.
  fileprivate var usesWeights: Bool {
    frame.statistics || frame.bounds || neuralFrames != nil || train != nil || companions != nil
  }
}
