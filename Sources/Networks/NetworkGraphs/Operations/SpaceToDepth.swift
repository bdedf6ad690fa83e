/// Pixels that become channels: ONNX's `SpaceToDepth`, torch's `pixel_unshuffle` if channels are first.
///
/// Operand: the value [1, channels, height · block, width · block].
public struct SpaceToDepth: GraphOperation {
  /// The name of the kind.
  public static let name = "space_to_depth"
  /// The side of the square of pixels that becomes one pixel.
  public let block: Int
  /// Whether the channel counts before the place in the square (torch), instead of behind it (ONNX).
  public let isChannelFirst: Bool

  /// Describes an order.
  public init(block: Int, isChannelFirst: Bool = false) {
    self.block = block
    self.isChannelFirst = isChannelFirst
  }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    guard shape.rank == 4, block >= 1, shape[2].isMultiple(of: block),
      shape[3].isMultiple(of: block)
    else { throw error("blocks of \(block) do not fit the pixels of \(shape)") }
    return [1, shape[1] * block * block, shape[2] / block, shape[3] / block]
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }
}

extension SpaceToDepth: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let blocks = BlockStrides(
      deep: output, wide: source, block: block, isChannelFirst: isChannelFirst)
    let copy = StridedCopy(
      blocks.sides, from: source, strides: blocks.wide, to: output, strides: blocks.deep)
    return Kernel(forward: { copy.run() }, backward: copy.adjoint(binding.gradients))
  }
}
