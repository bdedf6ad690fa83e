/// An operation that maps each channel, axis 1, along a line of its own.
protocol ChannelMapped: EvaluatedOperation, Hashable {
  /// The lines.
  var map: ChannelMap { get }
}

extension ChannelMapped {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts(all: .channelsLast, count: operands.count)
  }

  func pointwise(
    operand: Int, _ operands: [OperandShape], layout: DataLayout
  ) -> PointwiseStage? {
    // Channels have to be the last axis in memory.
    guard layout.axes(rank: operands[0].shape.rank).last == 1 else { return nil }
    return .channels(map)
  }

  /// The map as a step of its own.
  func step<Scalar>(_ binding: Binding<Scalar>) -> PointwiseStep {
    let chain = ChannelChain(
      channels: binding.output.shape[1],
      links: [
        .init(
          operation: AnyHashable(self),
          parameters: map.operands.compactMap { binding.parameter($0)?.id }, compute: map.compute)
      ])
    return PointwiseStep(isNegative: [], function: nil, channels: chain, isScaled: false)
  }
}
