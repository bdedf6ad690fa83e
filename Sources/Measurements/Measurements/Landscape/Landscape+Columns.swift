internal import SweepRecords
internal import Training

extension Landscape {
  /// The column that says whether the eigenvalue is one.
  static let statusColumn = Column.perDraw(
    "landscape_status", "status of the landscape",
    "whether the residual of hessian_top came below 1e-4 of it; not_defined for several sweeps of "
      + "inference", type: .int8, flags: StatisticStatus.flags)

  /// The columns with their values, in file order.
  static let quantities: [Quantity<Landscape>] = [
    Quantity(
      .perDraw(
        "hessian_top", "largest curvature",
        "eigenvalue of largest magnitude of the Hessian of the mean cross-entropy with respect to all "
          + "parameters")
    ) { $0.top },
    Quantity(
      .perDraw(
        "hessian_residual", "residual of the largest curvature",
        "norm of what the Hessian makes of the eigenvector, less the eigenvalue times it: some "
          + "eigenvalue is as near as that to hessian_top")
    ) { $0.residual },
    Quantity(
      .perDraw(
        "hessian_trace", "total curvature",
        "mean of v^T H v over random vectors v of +1 and -1, H being the Hessian")
    ) { $0.trace },
    Quantity(
      .perDraw(
        "average_flatness", "loss with noise",
        "mean cross-entropy with normal noise on all parameters, mean over noises", units: "nat")
    ) { $0.averageFlatness },
    Quantity(
      .perDraw(
        "sam_sharpness", "SAM sharpness",
        "mean cross-entropy after a step of given length along its gradient, less the mean "
          + "cross-entropy", units: "nat")
    ) { $0.sharpness },
    Quantity(
      .perDraw(
        "filter_flatness", "loss with noise relative to filters",
        "mean cross-entropy with normal noise on all weights, that of an output channel as long as a "
          + "share of the channel's weights, mean over noises", units: "nat")
    ) { $0.filterFlatness },
    Quantity(
      .perDraw(
        "adaptive_sharpness", "adaptive sharpness",
        "mean cross-entropy after a step along its gradient that is relative to the size of each "
          + "parameter (ASAM), less the mean cross-entropy", units: "nat")
    ) { $0.adaptiveSharpness },
  ]

  /// All columns, in file order.
  static let columns = [statusColumn] + quantities.columns()
}
