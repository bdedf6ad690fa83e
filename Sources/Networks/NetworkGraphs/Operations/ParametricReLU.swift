/// x if x > 0, else slope · x, the slope being a parameter that is repeated along sides of 1: torch's
/// `prelu`.
///
/// Operands: the value, and the slope, whose shape fits the value's from its last side on: [channels,
/// 1, 1] of an image.
public struct ParametricReLU: GraphOperation {
  /// The name of the kind.
  public static let name = "prelu"

  /// Describes an activation.
  public init() {}

  /// What kind of result it gives.
  public var role: OperationRole { .activation }

  /// What a parameter is to it: a factor.
  public func parameterRole(ofOperand index: Int) -> ParameterRole { .scale }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard operands.count == 2, !operands[0].isParameter, operands[1].isParameter,
      Shape.broadcast(operands.map(\.shape)) == operands[0].shape
    else { throw error("it is applied to a value and a slope that fits it") }
    return operands[0].shape
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .rectifier }
}

extension ParametricReLU: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output, scratch) = (binding.value(0), binding.output, binding.scratch)
    let slope = BroadcastTerm(binding.operands[1], of: output, binding.gradients)
    scratch.reserve(2 * output.dimension)
    return Kernel(
      load: { slope.load($0, $1) },
      forward: {
        let room = scratch.numbers(2 * output.dimension)
        let derivatives = room.part(0, output.dimension)
        let moves = room.part(output.dimension, output.dimension)
        for image in 0..<output.images {
          let value = source.value(ofImage: image)
          slope.combine(slope.vector(0, ofImage: image), into: derivatives) { $1 }
          output.value(ofImage: image).set(value, derivatives) { $0 > 0 ? $0 : $0 * $1 }
          derivatives.set(derivatives, value) { $1 > 0 ? 1 : ($1 < 0 ? $0 : 0) }
          for vector in 1..<max(1, output.vectors) {
            let result = output.vector(vector, ofImage: image)
            result.set(source.vector(vector, ofImage: image), derivatives) { $0 * $1 }
            guard slope.has(vector) else { continue }
            slope.combine(slope.vector(vector, ofImage: image), into: moves) { $1 }
            moves.set(moves, value) { $1 < 0 ? $0 * $1 : 0 }
            result.set(result, moves) { $0 + $1 }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          let room = scratch.numbers(output.dimension)
          for image in 0..<output.images {
            let value = source.value(ofImage: image)
            for vector in 0..<gradients.vectors {
              let gradient = gradients.output.vector(vector, ofImage: image)
              slope.combine(slope.vector(0, ofImage: image), into: room) { $1 }
              room.set(room, value, apart: gradient) { $1 > 0 ? $2 : ($1 < 0 ? $0 * $2 : 0) }
              let own = gradients.value(0).vector(vector, ofImage: image)
              own.set(own, room) { $0 + $1 }
              let forSlope = gradients.parameter(1, vector)
              room.set(gradient, value) { $1 < 0 ? $0 * $1 : 0 }
              slope.collect(room, into: forSlope)
              guard vector > 0 else { continue }
              let first = gradients.output.value(ofImage: image)
              slope.combine(slope.vector(vector, ofImage: image), into: room) { $1 }
              room.set(room, first, apart: value) { $2 < 0 ? $0 * $1 : 0 }
              own.set(own, room) { $0 + $1 }
              room.set(first, value) { $1 < 0 ? $0 : 0 }
              room.set(room, source.vector(vector, ofImage: image)) { $0 * $1 }
              slope.collect(room, into: forSlope)
            }
          }
        }
      })
  }
}
