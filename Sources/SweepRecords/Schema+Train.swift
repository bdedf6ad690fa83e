/// How a training ended; raw values are the codes of `train_status` and never change.
public enum TrainStatus: Int8, Sendable, CaseIterable {
  /// There was none.
  case notTrained = 0
  /// All epochs were run.
  case completed = 1
  /// A loss or a gradient was not finite.
  case diverged = 2

  /// The status's name in the results file.
  public var name: String {
    switch self {
    case .notTrained: "not_trained"
    case .completed: "completed"
    case .diverged: "diverged"
    }
  }
}

extension Schema {
  /// The columns of trained networks, in file order.
  static let train: [Column] = [
    trained(
      .trainStatus, "status of the training", "how the training ended", type: .int8,
      flags: flags(TrainStatus.allCases.map(\.name))),
    trained(
      .trainEpochs, "epochs",
      "epochs that were run; fewer than asked for where a training diverged",
      type: .int32),
    trained(
      .epochsToConvergence, "epochs to convergence",
      "first epoch, from 1, whose mean loss was at most a tenth of ln(classes); 0 for none",
      type: .int32),
    trained(
      .trainLoss, "training loss", "mean cross-entropy of the training images after training",
      units: "nat"),
    trained(
      .validationLoss, "validation loss", "mean cross-entropy of the validation images",
      units: "nat"),
    trained(.testLoss, "test loss", "mean cross-entropy of the test images", units: "nat"),
    trained(
      .trainError, "training error", "share of the training images that are classified wrongly"),
    trained(
      .validationError, "validation error",
      "share of the validation images that are classified wrongly"),
    trained(.testError, "test error", "share of the test images that are classified wrongly"),
    Column(
      id: .adversarialError, type: .float64, dimensions: [.point, .draw, .attack, .radius],
      units: "1", longName: "error under attack",
      description: "share of the test images that are classified wrongly as they are or after the "
        + "attack", flags: [], origin: .measurement),
    trained(
      .trainedFramePotential, "frame potential after training",
      "squared Frobenius norm of the Gram matrix of the trained weights"),
    trained(
      .trainedDeepFramePotential, "deep frame potential after training",
      "mean squared nonzero off-diagonal entry of the Gram matrix of the trained weights"),
    trained(
      .trainedMutualCoherence, "mutual coherence after training",
      "largest absolute off-diagonal entry of the Gram matrix of the trained weights"),
    trained(
      .trainedMeanCoherence, "mean coherence after training",
      "mean absolute value of the nonzero off-diagonal entries of the Gram matrix of the trained "
        + "weights"),
  ]

  private static func trained(
    _ id: ColumnID, _ longName: String, _ description: String, type: ColumnType = .float64,
    units: String = "1", flags: [Column.Flag] = []
  ) -> Column {
    Column(
      id: id, type: type, dimensions: [.point, .draw], units: units, longName: longName,
      description: description, flags: flags, origin: .measurement)
  }
}
