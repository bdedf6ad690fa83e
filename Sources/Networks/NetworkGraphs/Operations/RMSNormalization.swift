/// Normalisation by the root mean square of the last axes: torch's `rms_norm`.
///
/// y = γ x / √(mean x² + ε). Operands: the value, and γ of the shape of these axes, which may be left
/// out.
public struct RMSNormalization: GraphOperation {
  /// The name of the kind.
  public static let name = "rms_norm"
  /// The first of the axes; negative ones count from the end.
  public let axis: Int
  /// What is added to mean squares.
  public let epsilon: Double

  /// Describes a normalisation.
  public init(axis: Int = -1, epsilon: Double = 1e-5) {
    self.axis = axis
    self.epsilon = epsilon
  }

  /// What kind of result it gives.
  public var role: OperationRole { .normalization }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard operands.count <= 2 else { throw error("it is applied to a value and perhaps a scale") }
    return try rowShape(operands, axis: axis)
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    OperationCost(flops: 5 * Double(output.count), numbers: 2 * Double(output.count))
  }
}

extension RMSNormalization: EvaluatedOperation {
  var readsOwnResult: Bool { false }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    RowNormalization(epsilon: epsilon, isCentered: false).prepare(
      binding, width: binding.output.shape.rowWidth(axis: axis))
  }
}
