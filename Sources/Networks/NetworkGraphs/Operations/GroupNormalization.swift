/// Normalisation over groups of channels and all pixels: torch's `group_norm`; with as many groups as
/// channels `instance_norm`.
///
/// y = γ (x − mean) / √(variance + ε) + β. Operands: the value [1, channels, …], then γ and β
/// [channels], which may be left out.
public struct GroupNormalization: GraphOperation {
  /// The name of the kind.
  public static let name = "group_norm"
  /// The number of groups, which divides the channels.
  public let groups: Int
  /// What is added to variances.
  public let epsilon: Double

  /// Describes a normalisation.
  public init(groups: Int, epsilon: Double = 1e-5) {
    self.groups = groups
    self.epsilon = epsilon
  }

  /// What kind of result it gives.
  public var role: OperationRole { .normalization }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard (1...3).contains(operands.count), !operands[0].isParameter,
      operands.dropFirst().allSatisfy(\.isParameter)
    else { throw error("it is applied to a value, and perhaps a scale and a bias") }
    let shape = operands[0].shape
    guard shape.rank >= 2, groups >= 1, shape[1].isMultiple(of: groups),
      operands.dropFirst().allSatisfy({ $0.shape.count == shape[1] })
    else {
      throw error("\(groups) groups, or the scale or bias, do not fit the channels of \(shape)")
    }
    return shape
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    OperationCost(flops: 8 * Double(output.count), numbers: 2 * Double(output.count))
  }
}

extension GroupNormalization: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts(all: .channelsLast, count: operands.count)
  }

  var readsOwnResult: Bool { false }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let normalization = ChannelNormalization(
      binding, groups: groups, epsilon: epsilon, together: 1)
    return Kernel(
      load: { normalization.load($0, $1) }, forward: { normalization.forward() },
      backward: binding.gradients.map { _ in { normalization.backward() } })
  }
}
