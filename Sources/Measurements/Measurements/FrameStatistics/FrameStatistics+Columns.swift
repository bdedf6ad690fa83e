internal import InducedFrames
internal import SweepRecords

extension BoundStatus: Coded {}

extension FrameStatistics {
  /// The column that errors of all statistics are told of.
  static let potential: ColumnID = "frame_potential"

  /// The columns of sums over the Gram matrix with their values, in file order.
  static let quantities: [Quantity<FrameStatistics>] = [
    Quantity(
      .perDraw(potential, "frame potential", "squared Frobenius norm of the Gram matrix")
    ) { $0.framePotential },
    Quantity(
      .perDraw(
        "deep_frame_potential", "deep frame potential",
        "mean squared nonzero off-diagonal entry of the Gram matrix; papers plot its square root")
    ) { $0.deepFramePotential },
    Quantity(
      .perDraw(
        "mutual_coherence", "mutual coherence",
        "largest absolute off-diagonal entry of the Gram matrix")
    ) { $0.mutualCoherence },
    Quantity(
      .perDraw(
        "mean_coherence", "mean coherence",
        "mean absolute value of the nonzero off-diagonal entries of the Gram matrix")
    ) { $0.meanCoherence },
  ]

  /// The columns of the frame bounds with their values, in file order.
  static let boundQuantities: [Quantity<FrameStatistics>] = [
    Quantity(
      .perDraw(
        "frame_bound_lower", "lower frame bound",
        "smallest of the min(D, K) largest eigenvalues of the Gram matrix")
    ) { $0.bounds.lower },
    Quantity(
      .perDraw("frame_bound_upper", "upper frame bound", "largest eigenvalue of the Gram matrix")
    ) { $0.bounds.upper },
    Quantity(
      .perDraw(
        "frame_bound_residual", "residual of the bounds",
        "largest residual norm of the eigenpairs behind the bounds; 0 where they are exact")
    ) { $0.bounds.residual },
    Quantity(
      integer: .perDraw(
        "frame_bound_status", "status of the bounds",
        "how the frame bounds were found; not_requested also where the point has no result",
        type: .int8, flags: BoundStatus.flags)
    ) { Int($0.bounds.status.rawValue) },
  ]
}
