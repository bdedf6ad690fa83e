internal import OneDNN

/// The adjoint of a convolution with the same weight: torch's `conv_transpose2d` and `conv_transpose1d`.
///
/// Operands: the value [1, channels, height, width] (or [1, channels, length]), and the weight
/// [channels, outputs/groups, height, width], which the convolution has too.
public struct TransposedConvolution: GraphOperation {
  /// The name of the kind.
  public static let name = "transposed_convolution"
  /// The window of the convolution.
  public let window: Window
  /// The number of groups of channels.
  public let groups: Int
  /// The sides of the images that the convolution reads and this operation computes; with a stride the
  /// value does not determine them.
  public let sides: [Int]

  /// Describes the adjoint of a convolution of images of these sides.
  public init(_ window: Window, groups: Int = 1, sides: [Int]) {
    self.window = window
    self.groups = groups
    self.sides = sides
  }

  /// What kind of result it gives.
  public var role: OperationRole { .weighted }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard operands.count == 2, !operands[0].isParameter, operands[1].isParameter else {
      throw error("it is applied to a value and a weight")
    }
    let (value, weight) = (operands[0].shape, operands[1].shape)
    guard (3...4).contains(value.rank), value[0] == 1, weight.rank == value.rank else {
      throw error("a weight of \(weight) does not fit a value of \(value)")
    }
    guard groups >= 1, value[1] == weight[0], weight[0].isMultiple(of: groups) else {
      throw error(
        "a weight of \(weight) in \(groups) groups does not fit the \(value[1]) channels of the value"
      )
    }
    guard Array(weight.sides[2...]) == window.kernel, sides.allSatisfy({ $0 >= 1 }),
      window.outputSides(sides) == Array(value.sides[2...])
    else {
      throw error(
        "the window \(window.kernel) does not make \(value) of images of \(sides), with \(weight)")
    }
    return Shape([1, weight[1] * groups] + sides)
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    let (value, weight) = (operands[0].shape, operands[1].shape)
    return OperationCost(
      flops: 2 * Double(value.count) * Double(weight.count / weight[0]),
      numbers: Double(value.count + output.count), parameters: Double(weight.count))
  }
}

extension TransposedConvolution: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts(all: .channelsLast, count: operands.count)
  }

  var isHead: Bool { true }

  func kernel(_ binding: Binding<Float>) throws -> Kernel { try prepare(binding) }
  func kernel(_ binding: Binding<Double>) throws -> Kernel { try prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) throws -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    guard let weight = binding.parameter(1) else { preconditionFailure("a weight is a parameter") }
    let (image, response) = (output.image, source.image)
    let shape = window.convolution(
      images: binding.chunks?.size ?? binding.images * binding.vectors,
      inputChannels: image.channels, outputChannels: response.channels, groups: groups,
      height: image.height, width: image.width)
    let adjoint = try binding.scratch.convolutions.derivative(binding.key(shape, weight))
    if let gradients = binding.gradients {
      return try ConvolutionDerivatives(
        source, output, weight, shape, isTransposed: true, gradients, binding.scratch
      ).kernel(
        setWeights: { if adjoint.isNew { try unsafe adjoint.operator.setWeights($0.start) } },
        forward: {
          try unsafe adjoint.operator.spread(source.numbers.start, into: output.numbers.start)
        },
        forwardChunk: { first in
          try unsafe adjoint.operator.spread(
            source.numbers.dropping(first * source.dimension).start,
            into: output.numbers.dropping(first * output.dimension).start)
        })
    }
    let (scale, groups) = (binding.channelScale, groups)
    return Kernel(
      load: { parameters, _ in
        guard adjoint.isNew else { return }
        try unsafe adjoint.operator.setWeights(
          Scalar.weight(
            parameters.required(weight.id), columnScale: scale?(parameters), shape: weight.shape,
            groups: groups))
      },
      forward: {
        try unsafe adjoint.operator.spread(source.numbers.start, into: output.numbers.start)
      },
      forwardChunk: { first in
        try unsafe adjoint.operator.spread(
          source.numbers.dropping(first * source.dimension).start,
          into: output.numbers.dropping(first * output.dimension).start)
      })
  }
}

extension GraphScalar {
  /// A weight whose columns, those of one channel that a convolution reads each, are multiplied by
  /// numbers, if there are any.
  fileprivate static func weight(
    _ numbers: GraphParameters.Numbers, columnScale: [Double]?, shape: Shape, groups: Int
  ) -> [Self] {
    guard let scale = columnScale else { return Self.numbers(of: numbers) }
    var doubles = numbers.doubles
    let (rows, columns) = (shape[0], shape[1])
    let taps = shape.count / (rows * columns)
    for place in doubles.indices {
      let (row, column) = (place / (columns * taps), place / taps % columns)
      doubles[place] *= scale[row * groups / rows * columns + column]
    }
    return doubles.map { Self($0) }
  }
}
