/// A value's entries in the same order under another shape: ONNX's `Reshape`, `Flatten`, `Squeeze` and
/// `Unsqueeze` with what they come to.
///
/// Operand: the value.
public struct Reshape: GraphOperation {
  /// The name of the kind.
  public static let name = "reshape"
  /// The shape.
  public let shape: Shape

  /// Describes a shape.
  public init(_ shape: Shape) { self.shape = shape }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let value = try single(operands)
    guard value.count == shape.count else {
      throw error("\(value) has \(value.count) entries, \(shape) has \(shape.count)")
    }
    return shape
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost { OperationCost() }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .view }
}

extension Reshape: EvaluatedOperation {
  func isView(_ operands: [OperandShape], _ layouts: OperandLayouts) -> Bool { true }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    return Kernel(forward: { output.numbers.copy(source.numbers) })
  }
}
