/// The mean or the sum over some axes.
///
/// Operand: the value. With all axes of space this is global average pooling.
public struct Reduction: GraphOperation {
  /// What is computed.
  public enum Kind: Hashable, Sendable {
    /// The arithmetic mean.
    case mean
    /// The sum.
    case sum
  }

  /// The name of the kind.
  public static let name = "reduce"
  /// What is computed.
  public let kind: Kind
  /// The axes; negative ones count from the end.
  public let axes: [Int]
  /// Whether the axes stay, as sides of 1.
  public let keepsAxes: Bool
  private let isPooling: Bool

  /// Describes a mean or a sum.
  public init(_ kind: Kind, axes: [Int], keepsAxes: Bool = true) {
    self.kind = kind
    self.axes = axes
    self.keepsAxes = keepsAxes
    isPooling = false
  }

  /// Global average pooling of values with so many sides, [1, channels, …]; sides of 1 stay.
  public init(globalAverageOfRank rank: Int) {
    kind = .mean
    axes = Array(2..<max(2, rank))
    keepsAxes = true
    isPooling = true
  }

  /// That of global average pooling, or the name of the kind.
  public var title: String { isPooling ? "global_average_pool" : Self.name }

  /// What kind of result it gives.
  public var role: OperationRole { isPooling ? .pooling : .other }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    var reduced = Set<Int>()
    for axis in axes { reduced.insert(try self.axis(axis, of: shape)) }
    guard reduced.count == axes.count else { throw error("an axis is named twice") }
    return Shape(
      shape.sides.indices.compactMap { axis in
        reduced.contains(axis) ? (keepsAxes ? 1 : nil) : shape[axis]
      })
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    let count = Double(operands[0].shape.count)
    return OperationCost(flops: count, numbers: count + Double(output.count))
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    let rank = operands[0].shape.rank
    return Set(axes.map { $0 < 0 ? $0 + rank : $0 }) == Set(2..<max(2, rank)) ? .end : .none
  }
}

extension Reduction: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts([offered[0]], output: keepsAxes ? offered[0] : .logical)
  }

  var overwritesGradient: Bool { true }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let (shape, rank) = (source.shape, source.shape.rank)
    let reduced = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    // The result's strides along the value's axes, 0 where they are summed.
    var own = output.layout.strides(of: output.shape)
    if !keepsAxes {
      var rest = own[...]
      own = (0..<rank).map { reduced.contains($0) ? 0 : rest.removeFirst() }
    }
    let order = source.layout.axes(rank: rank)
    let strides = source.layout.strides(of: shape)
    let loop = StridedLoop(
      order.map { shape[$0] }, order.map { reduced.contains($0) ? 0 : own[$0] },
      order.map { strides[$0] }, order.map { _ in 0 })
    let count = reduced.reduce(1) { $0 * shape[$1] }
    let share: Scalar = kind == .mean ? 1 / Scalar(count) : 1
    return Kernel(
      forward: {
        for vector in 0..<output.images * output.vectors {
          let values = source.numbers.part(vector * source.dimension, source.dimension)
          let result = output.numbers.part(vector * output.dimension, output.dimension)
          result.fill(0)
          let run = loop.run
          loop.eachRun { target, place, _ in
            let numbers = values.part(place, run)
            switch loop.steps.0 {
            case 0: result[target] += numbers.sum()
            case 1: result.part(target, run).set(result.part(target, run), numbers) { $0 + $1 }
            case let step:
              for entry in 0..<run { result[target + entry * step] += numbers[entry] }
            }
          }
          result.set(result) { $0 * share }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          let (step, ownStep, _) = loop.steps
          let (from, to) = (gradients.output, gradients.value(0))
          let isFirst = gradients.isFirst[0]
          for vector in 0..<from.images * from.vectors {
            let gradient = from.numbers.part(vector * from.dimension, from.dimension)
            let own = to.numbers.part(vector * to.dimension, to.dimension)
            loop.eachRun { target, place, _ in
              if step == 1 && ownStep == 1 {
                let part = own.part(place, loop.run)
                let means = gradient.part(target, loop.run)
                if isFirst {
                  part.set(means) { share * $0 }
                } else {
                  part.set(part, means) { $0 + share * $1 }
                }
                return
              }
              if isFirst {
                for entry in 0..<loop.run {
                  own[place + entry * ownStep] = share * gradient[target + entry * step]
                }
                return
              }
              for entry in 0..<loop.run {
                own[place + entry * ownStep] += share * gradient[target + entry * step]
              }
            }
          }
        }
      })
  }
}
