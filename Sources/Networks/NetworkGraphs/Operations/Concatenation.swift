/// Operands side by side along an axis; parameters may be among them, such as class tokens.
public struct Concatenation: GraphOperation {
  /// The name of the kind.
  public static let name = "concatenate"
  /// The axis; negative ones count from the end.
  public let axis: Int

  /// Describes a concatenation.
  public init(axis: Int = 1) { self.axis = axis }

  /// What kind of result it gives.
  public var role: OperationRole { .concatenation }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard let first = operands.first?.shape else { throw error("it joins nothing") }
    let place = try axis(axis, of: first)
    var sides = first.sides
    for operand in operands.dropFirst() {
      let shape = operand.shape
      guard shape.rank == first.rank,
        shape.sides.indices.allSatisfy({ $0 == place || shape[$0] == first[$0] })
      else { throw error("\(shape) does not fit \(first) along axis \(place)") }
      sides[place] += shape[place]
    }
    return Shape(sides)
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands.allSatisfy { $0 } }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    operands.contains(where: \.isParameter) ? .none : .concatenation(axis: axis)
  }
}

extension Concatenation: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  var overwritesGradient: Bool { true }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let output = binding.output
    let axis = axis < 0 ? axis + output.shape.rank : axis
    let strides = output.layout.strides(of: output.shape)
    var copies: [StridedCopy<Scalar>] = []
    var constants: [(parameter: HeldParameter<Scalar>, memory: NumberMemory<Scalar>)] = []
    var place = 0
    var adjoints: [() -> Void] = []
    for (index, operand) in binding.operands.enumerated() {
      let source: Tensor<Scalar>
      switch operand {
      case .value(let tensor): source = tensor
      case .parameter(let parameter):
        // Laid out as a value that is the same for all images.
        let count = parameter.shape.count * output.images * output.vectors
        let memory = NumberMemory<Scalar>(count: count)
        constants.append(
          (HeldParameter(parameter, count: parameter.shape.count, binding.gradients), memory))
        source = Tensor(
          shape: parameter.shape, layout: .logical, images: output.images, vectors: output.vectors,
          numbers: memory.numbers)
      }
      let order = output.layout.axes(rank: output.shape.rank)
      let own = source.layout.strides(of: source.shape)
      let copy = StridedCopy(
        order.map { source.shape[$0] }, from: source, strides: order.map { own[$0] }, to: output,
        targetAt: place * strides[axis], strides: order.map { strides[$0] })
      copies.append(copy)
      if let gradients = binding.gradients {
        adjoints.append(
          adjoint(copy, gradients, operand: index, at: place * strides[axis], strides))
      }
      place += source.shape[axis]
    }
    return Kernel(
      load: { parameters, vector in
        for (parameter, memory) in constants {
          parameter.load(parameters, vector)
          let numbers = parameter.vector(vector)
          for image in 0..<output.images {
            memory.numbers.part(
              (image * output.vectors + vector) * numbers.count, numbers.count
            ).copy(numbers)
          }
        }
      },
      forward: { for copy in copies { copy.run() } },
      backward: binding.gradients.map { _ in { for adjoint in adjoints { adjoint() } } })
  }

  /// The adjoint of the copy of one operand; that of a parameter sums over images.
  private func adjoint<Scalar: GraphScalar>(
    _ copy: StridedCopy<Scalar>, _ gradients: BoundGradients<Scalar>, operand: Int, at start: Int,
    _ strides: [Int]
  ) -> () -> Void {
    if let adjoint = gradients.operands[operand].flatMap({ _ in
      copy.adjoint(gradients, operand: operand)
    }) {
      return adjoint
    }
    let output = gradients.output
    let loop = copy.vectorLoop
    return {
      let (targetStep, step, _) = loop.steps
      for image in 0..<output.images {
        for vector in 0..<output.vectors {
          let gradient = output.vector(vector, ofImage: image).dropping(start)
          let numbers = gradients.parameter(operand, vector)
          loop.eachRun { target, place, _ in
            for entry in 0..<loop.run {
              numbers[place + entry * step] += gradient[target + entry * targetStep]
            }
          }
        }
      }
    }
  }
}
