public import NetworkGraphs

/// Where a training is: all that has to be kept to go on with the same bits.
public struct TrainingState: Hashable, Sendable {
  /// The epochs that are done.
  public var epoch = 0
  /// All parameters, in the order of the network's vector, and the optimiser's numbers.
  public var descent: DescentState<Float>
  /// The first epoch, counted from 1, whose mean loss was at most a tenth of ln(classes); nil before.
  public var convergedAfter: Int?
  /// Whether a loss or a gradient was not a number, which ends the training.
  public var hasDiverged = false

  /// Starts from parameters.
  public init(parameters: [Float], _ optimizer: Optimizer) {
    descent = DescentState(parameters: parameters, optimizer)
  }
}

/// How a training ended; raw values are the codes of `train_status` and never change.
public enum TrainingStatus: Int8, Sendable, CaseIterable {
  /// There was none.
  case notTrained = 0
  /// All epochs were run.
  case completed = 1
  /// A loss or a gradient was not finite.
  case diverged = 2

  /// The status's name in results files.
  public var name: String {
    switch self {
    case .notTrained: "not_trained"
    case .completed: "completed"
    case .diverged: "diverged"
    }
  }
}

/// What a trained network scores.
public struct TrainingResult: Hashable, Sendable {
  /// How the training ended.
  public var status: TrainingStatus
  /// The epochs that were run.
  public var epochs: Int
  /// The first epoch, counted from 1, whose mean loss was at most a tenth of ln(classes); nil if none.
  public var convergedAfter: Int?
  /// The mean cross-entropy of the training images, in nats; NaN after divergence, as all below.
  public var trainingLoss = Double.nan
  /// The share of training images that are classified wrongly.
  public var trainingError = Double.nan
  /// The mean cross-entropy of the validation images.
  public var validationLoss = Double.nan
  /// The share of validation images that are classified wrongly.
  public var validationError = Double.nan
  /// The mean cross-entropy of the test images.
  public var testLoss = Double.nan
  /// The share of test images that are classified wrongly.
  public var testError = Double.nan
}
