/// Layer normalisation over the last axes: torch's `layer_norm`.
///
/// y = γ (x − mean) / √(variance + ε) + β. Operands: the value, then γ and β of the shape of these
/// axes, which may be left out, β alone or both.
public struct LayerNormalization: GraphOperation {
  /// The name of the kind.
  public static let name = "layer_norm"
  /// The first of the axes; negative ones count from the end.
  public let axis: Int
  /// What is added to variances.
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
    try rowShape(operands, axis: axis)
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    OperationCost(flops: 8 * Double(output.count), numbers: 2 * Double(output.count))
  }
}

extension LayerNormalization: EvaluatedOperation {
  var readsOwnResult: Bool { false }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    RowNormalization(epsilon: epsilon, isCentered: true).prepare(
      binding, width: binding.output.shape.rowWidth(axis: axis))
  }
}

extension GraphOperation {
  /// The shape of a normalisation over the last axes, whose parameters have the shape of these.
  func rowShape(_ operands: [OperandShape], axis: Int) throws(GraphError) -> Shape {
    guard (1...3).contains(operands.count), !operands[0].isParameter,
      operands.dropFirst().allSatisfy(\.isParameter)
    else { throw error("it is applied to a value, and perhaps a scale and a bias") }
    let shape = operands[0].shape
    _ = try self.axis(axis, of: shape)
    let width = shape.rowWidth(axis: axis)
    guard operands.dropFirst().allSatisfy({ $0.shape.count == width }) else {
      throw error("its scale or bias does not fit the last sides of \(shape)")
    }
    return shape
  }
}

extension Shape {
  /// The number of entries from an axis on.
  func rowWidth(axis: Int) -> Int { sides[(axis < 0 ? axis + rank : axis)...].reduce(1, *) }
}
