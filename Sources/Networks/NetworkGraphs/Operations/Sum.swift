/// The sum of any number of values and parameters, each repeated along sides of 1.
public struct Sum: GraphOperation {
  /// The name of the kind.
  public static let name = "add"

  /// Describes a sum.
  public init() {}

  /// What kind of result it gives.
  public var role: OperationRole { .addition }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard !operands.isEmpty, let shape = Shape.broadcast(operands.map(\.shape)) else {
      throw error("shapes do not fit: \(operands.map(\.shape.description).joined(separator: ", "))")
    }
    return shape
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    let values = operands.filter { !$0.isParameter }.map(\.shape)
    guard values == Array(repeating: Shape.broadcast(operands.map(\.shape)), count: values.count)
    else { return .none }
    return values.count == 1 ? .shift : .sum
  }
}

extension Sum: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    broadcastLayouts(operands, offered: offered)
  }

  func pointwise(
    operand: Int, _ operands: [OperandShape], layout: DataLayout
  ) -> PointwiseStage? {
    guard operands.count == 2 else { return nil }
    let (other, shape) = (operands[1 - operand], operands[operand].shape)
    if !other.isParameter {
      return other.shape == shape ? .sum(with: 1 - operand, isNegative: false) : nil
    }
    guard let width = other.channelCount(of: shape, layout) else { return nil }
    return .channels(
      ChannelMap(operands: [1 - operand]) { (nil, repeated($0[0], count: width)) })
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let terms = binding.operands.map {
      BroadcastTerm($0, of: binding.output, binding.gradients)
    }
    return Kernel(
      load: { parameters, vector in for term in terms { term.load(parameters, vector) } },
      forward: {
        let output = binding.output
        for image in 0..<output.images {
          for vector in 0..<output.vectors {
            let result = output.vector(vector, ofImage: image)
            var isFirst = true
            for term in terms where term.has(vector) {
              let numbers = term.vector(vector, ofImage: image)
              if isFirst {
                term.combine(numbers, into: result) { $1 }
              } else {
                term.combine(numbers, into: result) { $0 + $1 }
              }
              isFirst = false
            }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          for image in 0..<gradients.output.images {
            for vector in 0..<gradients.vectors {
              let gradient = gradients.output.vector(vector, ofImage: image)
              for (index, term) in terms.enumerated() {
                term.collect(gradient, into: gradients.numbers(index, vector, ofImage: image))
              }
            }
          }
        }
      })
  }
}
