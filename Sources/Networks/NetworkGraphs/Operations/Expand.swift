/// A value that is repeated along sides of 1: torch's `expand`.
///
/// Operand: the value.
public struct Expand: GraphOperation {
  /// The name of the kind.
  public static let name = "expand"
  /// The shape that the result has together with the value's.
  public let shape: Shape

  /// Describes a shape.
  public init(_ shape: Shape) { self.shape = shape }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let value = try single(operands)
    guard let result = Shape.broadcast([value, shape]) else {
      throw error("\(value) cannot be repeated to \(shape)")
    }
    return result
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }
}

extension Expand: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    operands[0].shape.rank >= shape.rank
      ? firstLayout(operands, offered: offered) : OperandLayouts(all: .logical, count: 1)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let output = binding.output
    let term = BroadcastTerm(binding.operands[0], of: output, binding.gradients)
    return Kernel(
      forward: {
        for image in 0..<output.images {
          for vector in 0..<output.vectors {
            term.combine(
              term.vector(vector, ofImage: image), into: output.vector(vector, ofImage: image)
            ) { $1 }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          for image in 0..<gradients.output.images {
            for vector in 0..<gradients.vectors {
              term.collect(
                gradients.output.vector(vector, ofImage: image),
                into: gradients.numbers(0, vector, ofImage: image))
            }
          }
        }
      })
  }
}
