/// What makes kernels for both precisions.
///
/// The two requirements are the same code, once for each precision: so the compiler makes loops for
/// numbers that it knows.
protocol KernelMaking {
  func kernel(_ binding: Binding<Float>) throws -> Kernel
  func kernel(_ binding: Binding<Double>) throws -> Kernel
}

/// What the evaluator asks of an operation.
protocol EvaluatedOperation: GraphOperation, KernelMaking {
  /// The orders in which the operation reads its operands and writes its result.
  ///
  /// - Parameters:
  ///   - operands: the operands' shapes.
  ///   - offered: the orders in which they lie already; that of a parameter says nothing.
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts

  /// Whether the result is the first operand's numbers under another shape, in these orders.
  func isView(_ operands: [OperandShape], _ layouts: OperandLayouts) -> Bool

  /// What the operation does to one of its operands entry by entry; nil if it does not work entry by
  /// entry, or not in this order.
  func pointwise(
    operand: Int, _ operands: [OperandShape], layout: DataLayout
  ) -> PointwiseStage?

  /// Whether what follows entry by entry can be done behind it, in place, as soon as it is computed.
  ///
  /// Such an operation multiplies its result's channels, the last axis in memory, by the binding's
  /// `channelScale`, leaves the bias to what follows, and computes its vectors in the binding's chunks.
  var isHead: Bool { get }

  /// The operand that is added to the channels of its result, if it is a head with one.
  func biasOperand(_ operands: [OperandShape]) -> Int?

  /// Whether its gradients follow from its result, which nothing may be done to then.
  var readsOwnResult: Bool { get }

  /// Whether it can set the gradients of the values that it reads, instead of adding to them.
  var overwritesGradient: Bool { get }
}

/// The orders of an operation's operands and of its result.
struct OperandLayouts: Hashable, Sendable {
  var operands: [DataLayout]
  var output: DataLayout

  init(_ operands: [DataLayout], output: DataLayout) {
    self.operands = operands
    self.output = output
  }

  /// The same order for all.
  init(all layout: DataLayout, count: Int) {
    self.init(Array(repeating: layout, count: count), output: layout)
  }
}

extension EvaluatedOperation {
  /// All in the order of the shape.
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts(all: .logical, count: operands.count)
  }

  func isView(_ operands: [OperandShape], _ layouts: OperandLayouts) -> Bool { false }

  func pointwise(
    operand: Int, _ operands: [OperandShape], layout: DataLayout
  ) -> PointwiseStage? { nil }

  var isHead: Bool { false }

  func biasOperand(_ operands: [OperandShape]) -> Int? { nil }

  var readsOwnResult: Bool { !isHead }

  var overwritesGradient: Bool { isHead }

  /// All in the order in which the first value lies already.
  func firstLayout(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    let first = operands.firstIndex { !$0.isParameter }
    return OperandLayouts(all: first.map { offered[$0] } ?? .logical, count: operands.count)
  }
}
