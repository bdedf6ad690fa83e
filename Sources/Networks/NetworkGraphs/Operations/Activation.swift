/// A function that is applied to each entry of a value.
///
/// Operand: the value.
public struct Activation: GraphOperation {
  /// The name of the kind.
  public static let name = "activation"
  /// The function.
  public let function: ScalarFunction

  /// Describes an activation.
  public init(_ function: ScalarFunction) { self.function = function }

  /// The function's.
  public var title: String { function.title }

  /// What kind of result it gives.
  public var role: OperationRole { function == .identity ? .other : .activation }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    try single(operands)
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool {
    function == .identity ? operands[0] : function.keepsZeros
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    switch function {
    case .relu, .leakyReLU: .rectifier
    case .clip(let minimum, let maximum): minimum == 0 && maximum > 0 ? .rectifier : .none
    case .identity: .view
    default: .none
    }
  }
}

extension Activation: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  func isView(_ operands: [OperandShape], _ layouts: OperandLayouts) -> Bool {
    function == .identity
  }

  func pointwise(
    operand: Int, _ operands: [OperandShape], layout: DataLayout
  ) -> PointwiseStage? { function == .identity ? nil : .function(function) }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  /// The function alone: a node that is joined with none of its neighbours.
  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let step = PointwiseStep(isNegative: [], function: function, channels: nil, isScaled: false)
    let kernel = step.prepare(binding)
    guard let gradients = binding.gradients else { return kernel }
    let (source, scratch, function) = (binding.value(0), binding.scratch, function)
    scratch.reserve(2 * source.dimension)
    kernel.backward = {
      let room = scratch.numbers(2 * source.dimension)
      let values = room.part(0, source.dimension)
      let derivatives = room.part(source.dimension, source.dimension)
      for image in 0..<source.images {
        function.apply(source.value(ofImage: image), into: values, derivatives: derivatives)
        for vector in 0..<gradients.vectors {
          let own = gradients.value(0).vector(vector, ofImage: image)
          own.set(own, gradients.output.vector(vector, ofImage: image), apart: derivatives) {
            $0 + $1 * $2
          }
        }
        guard gradients.vectors > 1 else { continue }
        function.applySecond(source.value(ofImage: image), into: derivatives)
        derivatives.set(derivatives, gradients.output.value(ofImage: image)) { $0 * $1 }
        for vector in 1..<gradients.vectors {
          let own = gradients.value(0).vector(vector, ofImage: image)
          own.set(own, source.vector(vector, ofImage: image), apart: derivatives) { $0 + $1 * $2 }
        }
      }
    }
    return kernel
  }
}
