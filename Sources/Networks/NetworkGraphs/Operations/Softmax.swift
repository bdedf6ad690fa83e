/// exp x over the sum of exp x along an axis.
///
/// Operand: the value.
public struct Softmax: GraphOperation {
  /// The name of the kind.
  public static let name = "softmax"
  /// The axis; negative ones count from the end.
  public let axis: Int

  /// Describes a softmax.
  public init(axis: Int = -1) { self.axis = axis }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    _ = try axis(axis, of: shape)
    return shape
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    OperationCost(flops: 5 * Double(output.count), numbers: 2 * Double(output.count))
  }
}

extension Softmax: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let place = axis < 0 ? axis + output.shape.rank : axis
    let (outer, side, inner) = output.split(at: place)
    if binding.gradients != nil { binding.scratch.reserve(output.dimension) }
    return Kernel(
      forward: {
        for image in 0..<output.images {
          let value = output.value(ofImage: image)
          value.copy(source.value(ofImage: image))
          for row in 0..<outer * inner {
            let start = row / inner * side * inner + row % inner
            SoftmaxRow.compute(value.dropping(start), count: side, step: inner)
          }
          for vector in 1..<max(1, output.vectors) {
            let tangent = output.vector(vector, ofImage: image)
            tangent.copy(source.vector(vector, ofImage: image))
            for row in 0..<outer * inner {
              let start = row / inner * side * inner + row % inner
              SoftmaxRow.push(
                tangent.dropping(start), at: value.dropping(start), count: side, step: inner)
            }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        { [scratch = binding.scratch] in
          let room = scratch.numbers(output.dimension)
          for image in 0..<output.images {
            let value = output.value(ofImage: image)
            for vector in 0..<gradients.vectors {
              room.copy(gradients.output.vector(vector, ofImage: image))
              // The derivative is symmetric.
              for row in 0..<outer * inner {
                let start = row / inner * side * inner + row % inner
                SoftmaxRow.push(
                  room.dropping(start), at: value.dropping(start), count: side, step: inner)
                guard vector > 0 else { continue }
                SoftmaxRow.addSecond(
                  gradients.output.value(ofImage: image).dropping(start),
                  at: value.dropping(start),
                  along: output.vector(vector, ofImage: image).dropping(start),
                  to: room.dropping(start), count: side, step: inner)
              }
              let own = gradients.value(0).vector(vector, ofImage: image)
              own.set(own, room) { $0 + $1 }
            }
          }
        }
      })
  }
}

/// The softmax of a few numbers, each `step` behind the one before it.
enum SoftmaxRow {
  /// Replaces numbers by their softmax.
  @inline(__always) static func compute<Scalar: GraphScalar>(
    _ numbers: Numbers<Scalar>, count: Int, step: Int
  ) {
    var largest = numbers[0]
    for place in 1..<max(1, count) {
      let number = numbers[place * step]
      largest = number > largest ? number : largest
    }
    var sum: Scalar = 0
    for place in 0..<count {
      let power = Scalar.exponential(numbers[place * step] - largest)
      numbers[place * step] = power
      sum += power
    }
    let share = 1 / sum
    for place in 0..<count { numbers[place * step] *= share }
  }

  /// Adds the tangent of p (g − ⟨p, g⟩) that follows from that of p: ṗ (g − ⟨p, g⟩) − p ⟨ṗ, g⟩.
  @inline(__always) static func addSecond<Scalar: GraphScalar>(
    _ gradient: Numbers<Scalar>, at value: Numbers<Scalar>, along tangent: Numbers<Scalar>,
    to result: Numbers<Scalar>, count: Int, step: Int
  ) {
    var (mean, slope) = (Scalar(0), Scalar(0))
    for place in stride(from: 0, to: count * step, by: step) {
      mean += value[place] * gradient[place]
      slope += tangent[place] * gradient[place]
    }
    for place in stride(from: 0, to: count * step, by: step) {
      result[place] += tangent[place] * (gradient[place] - mean) - value[place] * slope
    }
  }

  /// Replaces a tangent of numbers by that of their softmax, which is given: p (ẋ − ⟨p, ẋ⟩).
  @inline(__always) static func push<Scalar: GraphScalar>(
    _ tangent: Numbers<Scalar>, at value: Numbers<Scalar>, count: Int, step: Int
  ) {
    let mean: Scalar
    if step == 1 {
      mean = tangent.part(0, count).sum { value[$0] * tangent[$0] }
      tangent.part(0, count).set(value.part(0, count), tangent.part(0, count)) { $0 * ($1 - mean) }
    } else {
      mean = (0..<count).reduce(0) { $0 + value[$1 * step] * tangent[$1 * step] }
      for place in 0..<count {
        tangent[place * step] = value[place * step] * (tangent[place * step] - mean)
      }
    }
  }
}
