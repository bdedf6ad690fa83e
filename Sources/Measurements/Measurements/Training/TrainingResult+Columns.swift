internal import SweepRecords
internal import Training

extension TrainingStatus: Coded {}

extension TrainingResult {
  /// The column that says how a training ended.
  static let statusColumn = Column.perDraw(
    "train_status", "status of the training", "how the training ended", type: .int8,
    flags: TrainingStatus.flags)

  /// The columns with their values, in file order.
  static let quantities: [Quantity<TrainingResult>] = [
    Quantity(integer: statusColumn) { Int($0.status.rawValue) },
    Quantity(
      integer: .perDraw(
        "train_epochs", "epochs",
        "epochs that were run; fewer than asked for where a training diverged", type: .int32)
    ) { $0.epochs },
    Quantity(
      integer: .perDraw(
        "epochs_to_convergence", "epochs to convergence",
        "first epoch, from 1, whose mean loss was at most a tenth of ln(classes); 0 for none",
        type: .int32)
    ) { $0.convergedAfter ?? 0 },
    Quantity(
      .perDraw(
        "train_loss", "training loss", "mean cross-entropy of the training images after training",
        units: "nat")
    ) { $0.trainingLoss },
    Quantity(
      .perDraw(
        "validation_loss", "validation loss", "mean cross-entropy of the validation images",
        units: "nat")
    ) { $0.validationLoss },
    Quantity(
      .perDraw("test_loss", "test loss", "mean cross-entropy of the test images", units: "nat")
    ) { $0.testLoss },
    Quantity(
      .perDraw(
        "train_error", "training error",
        "share of the training images that are classified wrongly")
    ) { $0.trainingError },
    Quantity(
      .perDraw(
        "validation_error", "validation error",
        "share of the validation images that are classified wrongly")
    ) { $0.validationError },
    Quantity(
      .perDraw(
        "test_error", "test error", "share of the test images that are classified wrongly")
    ) { $0.testError },
  ]
}
