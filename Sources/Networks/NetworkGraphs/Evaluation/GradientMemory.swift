internal import OpenBLAS

/// The gradients of all values of an evaluation and of all parameters, with tangents if these are
/// wanted.
final class GradientMemory<Scalar: GraphScalar> {
  /// The number of vectors of a gradient, itself and its tangents.
  let vectors: Int
  private let plan: EvaluationPlan
  private let tensors: [Tensor<Scalar>]
  private let schedule: GradientSchedule
  /// For each value whether it depends on no parameter.
  private let isInput: [Bool]
  /// The gradients of all parameters, one behind the other, each with its tangents.
  private let parameters: NumberMemory<Scalar>
  private let starts: [Int]
  private let memory: [NumberMemory<Scalar>]
  let state = EvaluationState<Scalar>()

  init(_ plan: EvaluationPlan, requested: Set<ValueID>, images: Int, vectors: Int) {
    self.plan = plan
    self.vectors = vectors
    schedule = GradientSchedule(plan, requested: requested)
    isInput = plan.graph.valuesWithoutParameters()
    starts = plan.graph.parameterStarts
    parameters = NumberMemory(count: Self.size(of: plan.graph) * vectors)
    let memory = plan.pieceSizes.map { NumberMemory<Scalar>(count: $0 * images * vectors) }
    self.memory = memory
    tensors = plan.slots.map { slot in
      let shape = plan.graph[slot.value].shape
      return Tensor(
        shape: shape, layout: slot.layout, images: images, vectors: vectors,
        numbers: memory[plan.pieces[slot.root] ?? 0].numbers.part(
          0, shape.count * images * vectors))
    }
  }

  /// The numbers of the gradients of all parameters.
  static func size(of graph: Graph) -> Int { graph.parameters.reduce(0) { $0 + $1.shape.count } }

  /// Sets to zero what gradients are added to before any step.
  func clear() {
    if state.wantsParameters { parameters.numbers.clear() }
    for slot in schedule.clearedFirst { tensors[slot].numbers.clear() }
  }

  /// Sets to zero what a step is the first to add to.
  func clear(before step: Int) {
    for slot in schedule.cleared[step] { tensors[slot].numbers.clear() }
  }

  /// What a step's kernel, or the pass behind it, writes to.
  ///
  /// - Parameters:
  ///   - sources: what is read.
  ///   - output: what is written.
  ///   - step: the step's place.
  ///   - first: where the values among the sources begin among those that the step reads.
  ///   - isBehindKernel: whether the first of them is the kernel's result instead, whose gradient is
  ///     there already.
  func bound(
    _ sources: [EvaluationPlan.Source], output: Int, step: Int, valuesFrom first: Int = 0,
    isBehindKernel: Bool = false
  ) -> BoundGradients<Scalar> {
    var isFirst: [Bool] = []
    var place = first
    for source in sources {
      guard case .slot = source else {
        isFirst.append(false)
        continue
      }
      let isResult = isBehindKernel && isFirst.isEmpty
      isFirst.append(!isResult && schedule.overwrites[step][place])
      place += 1
    }
    return BoundGradients(
      operands: sources.map { source in
        if case .slot(let slot) = source { tensors[slot] } else { nil }
      }, output: tensors[output],
      parameters: sources.map { source in
        if case .parameter(let id) = source { numbers(of: id) } else { nil }
      }, isFirst: isFirst,
      isInput: sources.map { source in
        if case .slot(let slot) = source { isInput[plan.slots[slot].value.index] } else { false }
      }, state: state)
  }

  private func numbers(of parameter: ParameterID) -> Numbers<Scalar> {
    parameters.numbers.part(
      starts[parameter.index] * vectors, plan.graph[parameter].shape.count * vectors)
  }

  /// The gradients of all parameters, one behind the other, without tangents.
  var allParameters: Numbers<Scalar> {
    precondition(vectors == 1, "gradients with tangents lie apart")
    return parameters.numbers
  }

  /// Adds vectors, in the order of the value's shape, to the gradient of an image's value and its
  /// tangents.
  func add(_ numbers: [Double], to value: ValueID, ofImage image: Int) {
    let tensor = tensor(of: value)
    let (places, dimension) = (tensor.places, tensor.dimension)
    precondition(
      numbers.count == dimension || numbers.count == tensor.vectors * dimension,
      "a gradient of another size than the value")
    for vector in 0..<numbers.count / dimension {
      let gradient = tensor.vector(vector, ofImage: image)
      for (place, found) in places.enumerated() {
        gradient[found] += Scalar(numbers[vector * dimension + place])
      }
    }
  }

  /// Adds numbers for all images, as the value lies in memory, to its gradient.
  func add(_ numbers: [Scalar], to value: ValueID) {
    let tensor = tensor(of: value)
    precondition(
      tensor.vectors == 1 && numbers.count == tensor.numbers.count,
      "a gradient of another size than the value")
    unsafe numbers.withUnsafeBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return }
      unsafe Scalar.axpy(
        count: numbers.count, alpha: 1, start, stride: 1, tensor.numbers.start, stride: 1)
    }
  }

  /// The gradient of an image's value, or a tangent of it, in the order of its shape.
  func gradient(of value: ValueID, _ vector: Int, ofImage image: Int) -> [Double] {
    let tensor = tensor(of: value)
    let gradient = tensor.vector(vector, ofImage: image)
    return tensor.places.map { Double(gradient[$0]) }
  }

  /// The gradient of a parameter, or a tangent of it.
  func gradient(of parameter: ParameterID, _ vector: Int) -> [Double] {
    let count = plan.graph[parameter].shape.count
    let numbers = numbers(of: parameter).part(vector * count, count)
    return (0..<count).map { Double(numbers[$0]) }
  }

  /// The first slot of a value, from which all others are converted.
  func tensor(of value: ValueID) -> Tensor<Scalar> {
    guard let slot = plan.slots.firstIndex(where: { $0.value == value }) else {
      preconditionFailure("a value that is not computed")
    }
    return tensors[slot]
  }
}

extension Tensor {
  /// The place in memory of each entry of a vector, in the order of the shape.
  var places: [Int] {
    let strides = layout.strides(of: shape)
    return (0..<dimension).map { place in
      var (rest, found) = (place, 0)
      for axis in shape.sides.indices.reversed() {
        found += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      return found
    }
  }
}
