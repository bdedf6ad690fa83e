/// Entries of a value along an axis at given places: ONNX's `Gather` with constant indices.
///
/// Operand: the value.
public struct Gather: GraphOperation {
  /// The name of the kind.
  public static let name = "gather"
  /// The axis; negative ones count from the end.
  public let axis: Int
  /// The places; negative ones count from the end.
  public let indices: [Int]
  /// The sides that take the place of the axis; none for a single index.
  public let indexShape: Shape

  /// Describes what is taken.
  ///
  /// - Parameters:
  ///   - axis: the axis.
  ///   - indices: the places.
  ///   - indexShape: the sides that take the axis's place, row-major; one side of all indices if nil.
  public init(axis: Int, indices: [Int], indexShape: Shape? = nil) {
    self.axis = axis
    self.indices = indices
    self.indexShape = indexShape ?? [indices.count]
  }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    let place = try axis(axis, of: shape)
    guard !indices.isEmpty, indexShape.count == indices.count,
      indices.allSatisfy({ $0 >= -shape[place] && $0 < shape[place] })
    else { throw error("there are no such indices along axis \(place) of \(shape)") }
    return Shape(shape.sides[..<place] + indexShape.sides + shape.sides[(place + 1)...])
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }
}

extension Gather: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    indexShape.rank == 1
      ? firstLayout(operands, offered: offered) : OperandLayouts(all: .logical, count: 1)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let axis = axis < 0 ? axis + source.shape.rank : axis
    let (outer, side, inner) = source.split(at: axis)
    let places = indices.map { $0 < 0 ? $0 + side : $0 }
    return Kernel(
      forward: {
        for row in 0..<outer * source.images * source.vectors {
          for (number, place) in places.enumerated() {
            output.numbers.part((row * places.count + number) * inner, inner).copy(
              source.numbers.part((row * side + place) * inner, inner))
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          let (from, to) = (gradients.output.numbers, gradients.value(0).numbers)
          for row in 0..<outer * source.images * gradients.vectors {
            for (number, place) in places.enumerated() {
              let own = to.part((row * side + place) * inner, inner)
              own.set(own, from.part((row * places.count + number) * inner, inner)) { $0 + $1 }
            }
          }
        }
      })
  }
}
