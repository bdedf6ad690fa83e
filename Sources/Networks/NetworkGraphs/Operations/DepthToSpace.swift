/// Channels that become pixels: ONNX's `DepthToSpace`, torch's `pixel_shuffle` if channels are first.
///
/// Operand: the value [1, channels · block², height, width].
public struct DepthToSpace: GraphOperation {
  /// The name of the kind.
  public static let name = "depth_to_space"
  /// The side of the square of pixels that each pixel becomes.
  public let block: Int
  /// Whether the channel counts before the place in the square ("CRD", torch), instead of behind it
  /// ("DCR").
  public let isChannelFirst: Bool

  /// Describes an order.
  public init(block: Int, isChannelFirst: Bool = false) {
    self.block = block
    self.isChannelFirst = isChannelFirst
  }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    guard shape.rank == 4, block >= 1, shape[1].isMultiple(of: block * block) else {
      throw error("blocks of \(block) do not fit the channels of \(shape)")
    }
    return [1, shape[1] / (block * block), shape[2] * block, shape[3] * block]
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }
}

extension DepthToSpace: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let blocks = BlockStrides(
      deep: source, wide: output, block: block, isChannelFirst: isChannelFirst)
    let copy = StridedCopy(
      blocks.sides, from: source, strides: blocks.deep, to: output, strides: blocks.wide)
    return Kernel(forward: { copy.run() }, backward: copy.adjoint(binding.gradients))
  }
}

/// Entries of a value with many channels and of the same one with many pixels, in one order: rows, rows
/// of a square, columns, columns of a square, channels.
struct BlockStrides {
  let sides: [Int]
  let deep: [Int]
  let wide: [Int]

  init<Scalar>(
    deep source: Tensor<Scalar>, wide output: Tensor<Scalar>, block: Int, isChannelFirst: Bool
  ) {
    let channels = output.shape[1]
    let (from, to) = (
      source.layout.strides(of: source.shape), output.layout.strides(of: output.shape)
    )
    // From one row, column and channel of a square to the next, in channels of the deep value.
    let (row, column, channel) =
      isChannelFirst
      ? (block, 1, block * block) : (block * channels, channels, 1)
    sides = [source.shape[2], block, source.shape[3], block, channels]
    deep = [from[2], row * from[1], from[3], column * from[1], channel * from[1]]
    wide = [block * to[2], to[2], block * to[3], to[3], to[1]]
  }
}
