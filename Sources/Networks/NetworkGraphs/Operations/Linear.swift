internal import OpenBLAS

/// A product of the last axis with a weight: torch's `linear`, and ONNX's products with a constant.
///
/// Operands: the value [1, …, inputs], the weight, and a bias [outputs] if there is one.
public struct Linear: GraphOperation {
  /// The name of the kind.
  public static let name = "linear"
  /// Whether the weight is [inputs, outputs], as in x · W, instead of torch's [outputs, inputs].
  public let isTransposed: Bool

  /// Describes a product.
  public init(isTransposed: Bool = false) { self.isTransposed = isTransposed }

  /// What kind of result it gives.
  public var role: OperationRole { .weighted }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard (2...3).contains(operands.count), !operands[0].isParameter,
      operands.dropFirst().allSatisfy(\.isParameter)
    else { throw error("it is applied to a value, a weight and perhaps a bias") }
    let (value, weight) = (operands[0].shape, operands[1].shape)
    guard value.rank >= 1, weight.rank == 2,
      weight[isTransposed ? 0 : 1] == value[value.rank - 1]
    else { throw error("a weight of \(weight) does not fit the last side of \(value)") }
    let outputs = weight[isTransposed ? 1 : 0]
    if operands.count == 3, operands[2].shape.count != outputs {
      throw error("a bias of \(operands[2].shape) does not fit \(outputs) outputs")
    }
    return Shape(value.sides.dropLast() + [outputs])
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    let value = operands[0].shape
    return OperationCost(
      flops: 2 * Double(output.count) * Double(value[value.rank - 1]),
      numbers: Double(value.count + output.count),
      parameters: Double(operands.dropFirst().reduce(0) { $0 + $1.shape.count }))
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    .weighted(nil, groups: 1, isTransposed: isTransposed)
  }
}

extension Linear: EvaluatedOperation {
  var isHead: Bool { true }

  func biasOperand(_ operands: [OperandShape]) -> Int? { operands.count == 3 ? 2 : nil }

  func kernel(_ binding: Binding<Float>) throws -> Kernel { try prepare(binding) }
  func kernel(_ binding: Binding<Double>) throws -> Kernel { try prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) throws -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    guard let weight = binding.parameter(1) else { preconditionFailure("a weight is a parameter") }
    let inputs = source.shape[source.shape.rank - 1]
    let outputs = output.shape[output.shape.rank - 1]
    let product = try Scalar.library.product(
      rows: (binding.chunks?.size ?? binding.images * binding.vectors) * source.dimension / inputs,
      inputs: inputs, outputs: outputs)
    let (scale, isTransposed) = (binding.channelScale, isTransposed)
    let kernel = Kernel(
      load: { parameters, _ in
        var numbers = parameters.required(weight.id)
        if isTransposed { numbers = numbers.transposed(rows: inputs, columns: outputs) }
        try unsafe product.setWeights(Scalar.weight(numbers, scale: scale?(parameters)))
      },
      forward: {
        try unsafe product.multiply(source.numbers.start, into: output.numbers.start)
      },
      forwardChunk: { first in
        try unsafe product.multiply(
          source.numbers.dropping(first * source.dimension).start,
          into: output.numbers.dropping(first * output.dimension).start)
      })
    if let gradients = binding.gradients {
      let derivatives = LinearDerivatives(
        source: source, output: output, gradients: gradients,
        weight: HeldParameter(weight, count: inputs * outputs, gradients),
        turned: NumberMemory(count: isTransposed ? inputs * outputs : 0), inputs: inputs,
        outputs: outputs, isTransposed: isTransposed)
      derivatives.extend(kernel, product)
    }
    return kernel
  }
}

/// The gradients of a product and, if these have tangents, directions of its weight.
private struct LinearDerivatives<Scalar: GraphScalar> {
  let source: Tensor<Scalar>
  let output: Tensor<Scalar>
  let gradients: BoundGradients<Scalar>
  let weight: HeldParameter<Scalar>
  /// The weight as torch has it, if it is given in the other order.
  let turned: NumberMemory<Scalar>
  let inputs: Int
  let outputs: Int
  let isTransposed: Bool

  /// Adds to a kernel that computes values what directions of the weight do, and gradients.
  func extend(_ kernel: Kernel, _ product: any GraphProduct<Scalar>) {
    let forward = kernel.forward
    kernel.load = { parameters, vector in
      weight.load(parameters, vector)
      guard vector == 0 else { return }
      let numbers = weight.vector(0)
      guard isTransposed else {
        try unsafe product.setWeights(numbers.start)
        return
      }
      for place in 0..<numbers.count {
        turned.numbers[place] = numbers[place % inputs * outputs + place / inputs]
      }
      try unsafe product.setWeights(turned.numbers.start)
    }
    kernel.forward = {
      try forward()
      for image in 0..<output.images {
        for vector in 1..<max(1, gradients.vectors) {
          try multiply(
            source.value(ofImage: image), weight.vector(vector),
            addTo: output.vector(vector, ofImage: image))
        }
      }
    }
    kernel.backward = {
      // Without tangents between them all images are one matrix.
      guard output.vectors > 1 else {
        let gradient = gradients.output.numbers
        if gradients.wants(0) {
          try spread(
            gradient, weight.vector(0), addTo: gradients.value(0).numbers,
            isFirst: gradients.isFirst[0])
        }
        guard gradients.state.wantsParameters else { return }
        try differentiate(source.numbers, gradient, addTo: gradients.parameter(1))
        return
      }
      for image in 0..<output.images {
        let (values, plain) = (
          source.value(ofImage: image), gradients.output.value(ofImage: image)
        )
        for vector in 0..<gradients.vectors {
          let gradient = gradients.output.vector(vector, ofImage: image)
          let own = gradients.value(0).vector(vector, ofImage: image)
          let forWeight = gradients.parameter(1, vector)
          try spread(gradient, weight.vector(0), addTo: own, isFirst: gradients.isFirst[0])
          try differentiate(values, gradient, addTo: forWeight)
          guard vector > 0 else { continue }
          try spread(plain, weight.vector(vector), addTo: own)
          try differentiate(source.vector(vector, ofImage: image), plain, addTo: forWeight)
        }
      }
    }
  }

  private func multiply(
    _ values: Numbers<Scalar>, _ weight: Numbers<Scalar>, addTo result: Numbers<Scalar>
  ) throws {
    try unsafe Scalar.library.multiply(
      .none, isTransposed ? .none : .transpose, rows: values.count / inputs, columns: outputs,
      inner: inputs,
      alpha: 1, values.start, leadingOfA: inputs, weight.start,
      leadingOfB: isTransposed ? outputs : inputs, beta: 1, result.start, leadingOfC: outputs)
  }

  private func spread(
    _ gradient: Numbers<Scalar>, _ weight: Numbers<Scalar>, addTo result: Numbers<Scalar>,
    isFirst: Bool = false
  ) throws {
    try unsafe Scalar.library.multiply(
      .none, isTransposed ? .transpose : .none, rows: gradient.count / outputs, columns: inputs,
      inner: outputs,
      alpha: 1, gradient.start, leadingOfA: outputs, weight.start,
      leadingOfB: isTransposed ? outputs : inputs, beta: isFirst ? 0 : 1, result.start,
      leadingOfC: inputs)
  }

  private func differentiate(
    _ values: Numbers<Scalar>, _ gradient: Numbers<Scalar>, addTo result: Numbers<Scalar>
  ) throws {
    let (left, right) = isTransposed ? (values, gradient) : (gradient, values)
    let (height, width) = isTransposed ? (inputs, outputs) : (outputs, inputs)
    try unsafe Scalar.library.multiply(
      .transpose, .none, rows: height, columns: width, inner: values.count / inputs, alpha: 1,
      left.start,
      leadingOfA: height, right.start, leadingOfB: width, beta: 1, result.start,
      leadingOfC: width)
  }
}

extension GraphParameters.Numbers {
  /// A matrix's columns as rows.
  func transposed(rows: Int, columns: Int) -> Self {
    func turn<Number>(_ numbers: [Number]) -> [Number] {
      (0..<rows * columns).map { numbers[$0 % rows * columns + $0 / rows] }
    }
    return switch self {
    case .single(let numbers): .single(turn(numbers))
    case .double(let numbers): .double(turn(numbers))
    }
  }
}
