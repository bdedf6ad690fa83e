internal import OneDNN

/// A correlation of images, or of sequences, with a weight: torch's `conv2d` and `conv1d`.
///
/// Operands: the value [1, channels, height, width] (or [1, channels, length]), the weight [outputs,
/// channels/groups, height, width], and a bias [outputs] if there is one.
public struct Convolution: GraphOperation {
  /// The name of the kind.
  public static let name = "convolution"
  /// The window; its kernel is that of the weight.
  public let window: Window
  /// The number of groups of channels.
  public let groups: Int

  /// Describes a convolution.
  public init(_ window: Window, groups: Int = 1) {
    self.window = window
    self.groups = groups
  }

  /// What kind of result it gives.
  public var role: OperationRole { .weighted }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard (2...3).contains(operands.count), !operands[0].isParameter,
      operands.dropFirst().allSatisfy(\.isParameter)
    else { throw error("it is applied to a value, a weight and perhaps a bias") }
    let (value, weight) = (operands[0].shape, operands[1].shape)
    guard (3...4).contains(value.rank), value[0] == 1, weight.rank == value.rank else {
      throw error("a weight of \(weight) does not fit a value of \(value)")
    }
    guard groups >= 1, value[1] == weight[1] * groups, weight[0].isMultiple(of: groups) else {
      throw error(
        "a weight of \(weight) in \(groups) groups does not fit the \(value[1]) channels of the value"
      )
    }
    guard Array(weight.sides[2...]) == window.kernel,
      let sides = window.outputSides(Array(value.sides[2...]))
    else { throw error("the window \(window.kernel) does not fit \(weight) and \(value)") }
    if operands.count == 3, operands[2].shape.count != weight[0] {
      throw error("a bias of \(operands[2].shape) does not fit \(weight[0]) channels")
    }
    return Shape([1, weight[0]] + sides)
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    let weight = operands[1].shape
    return OperationCost(
      flops: 2 * Double(output.count) * Double(weight.count / weight[0]),
      numbers: Double(operands[0].shape.count + output.count),
      parameters: Double(operands.dropFirst().reduce(0) { $0 + $1.shape.count }))
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    .weighted(window, groups: groups, isTransposed: false)
  }
}

extension Convolution: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts(all: .channelsLast, count: operands.count)
  }

  var isHead: Bool { true }

  func biasOperand(_ operands: [OperandShape]) -> Int? { operands.count == 3 ? 2 : nil }

  func kernel(_ binding: Binding<Float>) throws -> Kernel { try prepare(binding) }
  func kernel(_ binding: Binding<Double>) throws -> Kernel { try prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) throws -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    guard let weight = binding.parameter(1) else { preconditionFailure("a weight is a parameter") }
    let image = source.image
    let shape = window.convolution(
      images: binding.chunks?.size ?? binding.images * binding.vectors,
      inputChannels: image.channels, outputChannels: output.image.channels, groups: groups,
      height: image.height, width: image.width)
    let convolution = try binding.scratch.convolutions.convolution(binding.key(shape, weight))
    if let gradients = binding.gradients {
      return try ConvolutionDerivatives(
        source, output, weight, shape, isTransposed: false, gradients, binding.scratch
      ).kernel(
        setWeights: {
          if convolution.isNew { try unsafe convolution.operator.setWeights($0.start) }
        },
        forward: {
          try unsafe convolution.operator.correlate(
            source.numbers.start, into: output.numbers.start)
        },
        forwardChunk: { first in
          try unsafe convolution.operator.correlate(
            source.numbers.dropping(first * source.dimension).start,
            into: output.numbers.dropping(first * output.dimension).start)
        })
    }
    let scale = binding.channelScale
    return Kernel(
      load: { parameters, _ in
        guard convolution.isNew else { return }
        try unsafe convolution.operator.setWeights(
          Scalar.weight(parameters.required(weight.id), scale: scale?(parameters)))
      },
      forward: {
        try unsafe convolution.operator.correlate(source.numbers.start, into: output.numbers.start)
      },
      forwardChunk: { first in
        try unsafe convolution.operator.correlate(
          source.numbers.dropping(first * source.dimension).start,
          into: output.numbers.dropping(first * output.dimension).start)
      })
  }
}

extension GraphScalar {
  /// A weight whose rows, those of one output each, are multiplied by numbers, if there are any.
  static func weight(_ numbers: GraphParameters.Numbers, scale: [Double]?) -> [Self] {
    guard let scale else { return Self.numbers(of: numbers) }
    var doubles = numbers.doubles
    let width = doubles.count / scale.count
    for place in doubles.indices { doubles[place] *= scale[place / width] }
    return doubles.map { Self($0) }
  }
}
