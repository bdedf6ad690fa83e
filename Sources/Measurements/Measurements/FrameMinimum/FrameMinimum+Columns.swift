internal import InducedFrames
internal import SweepRecords

extension FrameMinimum.Status: Coded {}

extension FrameMinimum {
  /// A minimum with the frame that it is of.
  typealias Found = (minimum: FrameMinimum, frame: FrameStructure)

  /// The columns with their values, in file order.
  static let quantities: [Quantity<Found>] = [
    Quantity(
      .perPoint(
        "min_frame_potential", "minimum frame potential",
        "minimum of the squared Frobenius norm of the Gram matrix over unit-norm atoms")
    ) { $0.minimum.framePotential },
    Quantity(
      .perPoint(
        "min_deep_frame_potential", "minimum deep frame potential",
        "minimum mean squared nonzero off-diagonal entry of the Gram matrix; papers plot its square "
          + "root")
    ) { $0.frame.deepFramePotential(framePotential: $0.minimum.framePotential) },
    Quantity(
      integer: .perPoint(
        "minimum_status", "status of the minimum",
        "how the minimum was found; not_requested also where the point has no result", type: .int8,
        flags: Status.flags)
    ) { Int($0.minimum.status.rawValue) },
    Quantity(
      integer: .perPoint(
        "minimum_iterations", "iterations", "iterations over all starts; 0 for a closed form",
        type: .int32)
    ) { $0.minimum.iterations },
    Quantity(
      integer: .perPoint(
        "minimum_restarts", "starts", "starts of the minimiser; 0 for a closed form", type: .int32)
    ) { $0.minimum.starts },
    Quantity(
      .perPoint(
        "minimum_gradient_norm", "projected gradient",
        "norm of the projected gradient there; NaN for a closed form")
    ) { $0.minimum.gradientNorm },
    Quantity(
      .perPoint(
        "minimum_spread", "spread over starts",
        "largest minus smallest potential over starts; NaN for a closed form")
    ) { $0.minimum.spread },
    Quantity(
      .perPoint(
        "min_frame_potential_bound", "bound of the minimum frame potential",
        "proved lower bound of the squared Frobenius norm of the Gram matrix; a closed form itself")
    ) { $0.minimum.bound },
  ]
}
