/// A value with its axes in another order: torch's `permute`.
///
/// Operand: the value.
public struct Transpose: GraphOperation {
  /// The name of the kind.
  public static let name = "transpose"
  /// For each axis of the result the axis of the value.
  public let order: [Int]

  /// Describes an order.
  public init(_ order: [Int]) { self.order = order }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    guard order.sorted() == Array(0..<shape.rank) else {
      throw error("\(order) is not an order of the axes of \(shape)")
    }
    return Shape(order.map { shape[$0] })
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }
}

extension Transpose: EvaluatedOperation {
  /// The value as it lies, and the result as it would lie without a copy, if that is one of the orders
  /// there are.
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    for layout in [DataLayout.logical, .channelsLast] {
      let layouts = OperandLayouts([offered[0]], output: layout)
      if isView(operands, layouts) { return layouts }
    }
    return OperandLayouts([offered[0]], output: .logical)
  }

  func isView(_ operands: [OperandShape], _ layouts: OperandLayouts) -> Bool {
    let shape = operands[0].shape
    let (strides, own) = (
      layouts.operands[0].strides(of: shape),
      layouts.output.strides(of: Shape(order.map { shape[$0] }))
    )
    return order.indices.allSatisfy {
      shape[order[$0]] == 1 || strides[order[$0]] == own[$0]
    }
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let axes = output.layout.axes(rank: output.shape.rank)
    let (strides, own) = (
      source.layout.strides(of: source.shape), output.layout.strides(of: output.shape)
    )
    let copy = StridedCopy(
      axes.map { output.shape[$0] }, from: source, strides: axes.map { strides[order[$0]] },
      to: output, strides: axes.map { own[$0] })
    return Kernel(forward: { copy.run() }, backward: copy.adjoint(binding.gradients))
  }
}
