internal import MemoryBudgets

/// Which derivatives an evaluation computes, besides tangents.
public enum DerivativeOrder: Sendable {
  /// No gradients.
  case none
  /// Gradients.
  case gradients
  /// Gradients and, for each tangent, how they change along it: products of Hessians with vectors.
  case gradientTangents
}

/// A graph with parameters, prepared to carry the values and tangents of a batch of images through
/// all operations in one pass.
///
/// A tangent is the exact directional derivative of each value along a direction at the image; at a
/// kink the derivative is 0. An image's value and all its tangents go through each operation
/// together, so each weight is read once for all of them. Values share memory by who reads what, and
/// nothing is allocated while it runs. It computes on the thread that calls it and no other, and gives
/// the same bits each time.
public final class Evaluator<Scalar: GraphScalar> {
  /// The graph.
  public let graph: Graph
  /// The number of images of a batch.
  public let images: Int
  /// The number of vectors of an image: its value, and the tangents.
  public let vectors: Int

  private let plan: EvaluationPlan
  private var kernels: [(tensor: Tensor<Scalar>, value: ValueID?, kernel: Kernel?)] = []
  private let input: Tensor<Scalar>
  let memory: [NumberMemory<Scalar>]
  private let share: MemoryShare
  private let keepsZeros: [Bool]
  private let requested: Set<ValueID>
  private let gradients: GradientMemory<Scalar>?
  private let starts: [Int]
  private let vector: ParameterVector<Scalar>

  /// Prepares an evaluation.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - parameters: the numbers of its parameters, of the shapes that the graph says; they are not
  ///     kept.
  ///   - representations: the values that `run` shows. Only what they need is computed, and no two
  ///     operations are joined in one step if that would leave one of them out.
  ///   - images: the number of images of a batch, at least 1.
  ///   - vectors: the number of vectors of an image, at least 1.
  ///   - order: whether `differentiate` will be called. All values are kept then, and fewer operations
  ///     are joined.
  ///
  /// **Throws**: `OneDNNError`, and `MemoryRefused`.
  public init(
    _ graph: Graph, parameters: GraphParameters, representations: [ValueID], images: Int,
    vectors: Int, order: DerivativeOrder = .none
  ) throws {
    precondition(images >= 1 && vectors >= 1, "an evaluation of nothing")
    self.graph = graph
    self.images = images
    self.vectors = vectors
    requested = Set(representations)
    let isDifferentiable = order != .none
    let plan = EvaluationPlan(graph, requested: requested, order: order)
    self.plan = plan
    keepsZeros = graph.zeroKeepingValues()
    let gradientVectors = order == .gradientTangents ? vectors : 1
    let gradientSize =
      isDifferentiable
      ? (plan.totalSize * images + GradientMemory<Scalar>.size(of: graph)) * gradientVectors : 0
    share = try MemoryShare(
      byteCount: (plan.totalSize * images * vectors + gradientSize) * MemoryLayout<Scalar>.stride)
    let memory = plan.pieceSizes.map { NumberMemory<Scalar>(count: $0 * images * vectors) }
    self.memory = memory
    let tensors = plan.slots.map { slot in
      let shape = graph[slot.value].shape
      let piece = memory[plan.pieces[slot.root] ?? 0]
      return Tensor(
        shape: shape, layout: slot.layout, images: images, vectors: vectors,
        numbers: piece.numbers.part(0, shape.count * images * vectors))
    }
    input = tensors[0]
    starts = graph.parameterStarts
    vector = ParameterVector(graph)
    let scratch = Scratch<Scalar>()
    let gradients =
      isDifferentiable
      ? GradientMemory<Scalar>(
        plan, requested: requested, images: images, vectors: gradientVectors) : nil
    self.gradients = gradients
    for index in plan.steps.indices {
      let step = plan.steps[index]
      kernels.append(
        (
          tensors[step.output], step.value,
          try Self.kernel(index, plan, tensors, scratch, gradients)
        ))
    }
    scratch.allocate()
    try setParameters(parameters)
  }

  /// Takes over the numbers of all parameters.
  ///
  /// **Throws**: `OneDNNError`.
  public func setParameters(_ parameters: GraphParameters) throws {
    parameters.check(against: graph)
    try load(parameters, vector: 0)
  }

  /// Takes over a direction of the parameters, along which all that follows moves with a tangent.
  ///
  /// Parameters without numbers stay where they are. Only evaluations of gradients' tangents have
  /// directions, which are zero at first.
  ///
  /// - Parameters:
  ///   - direction: the numbers of each parameter that moves.
  ///   - vector: the vector of the input whose direction it belongs to, from 1.
  ///
  /// **Throws**: `OneDNNError`.
  public func setParameterDirection(_ direction: GraphParameters, vector: Int) throws {
    precondition(
      vector >= 1 && vector < (gradients?.vectors ?? 1), "parameters without such a direction")
    try load(direction, vector: vector)
  }

  private func load(_ source: any ParameterSource, vector: Int) throws {
    for step in kernels { try step.kernel?.load(source, vector) }
  }

  /// Stores vectors of an image given in the order of the input's shape, channels × pixels.
  ///
  /// - Parameters:
  ///   - values: whole vectors, one behind the other.
  ///   - first: the first vector's place; 0 is the value.
  ///   - image: the image's place.
  public func store(_ values: borrowing Span<Double>, vectorsFrom first: Int, ofImage image: Int) {
    let dimension = input.dimension
    precondition(values.count.isMultiple(of: dimension), "an image has \(dimension) values")
    let count = values.count / dimension
    precondition(
      (0..<images).contains(image) && first >= 0 && first + count <= vectors, "no such vector")
    let isTransposed = input.layout == .channelsLast && input.shape.rank >= 3
    let channels = isTransposed ? input.shape[1] : dimension
    unsafe values.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress else { return }
      for vector in 0..<count {
        let target = input.vector(first + vector, ofImage: image)
        unsafe Scalar.library.storeTransposed(
          source + vector * dimension, rows: channels, columns: dimension / channels,
          to: target.start)
      }
    }
  }

  /// Sets the vectors of an image from one on to zero.
  public func clear(vectorsFrom first: Int, ofImage image: Int) {
    precondition((0..<images).contains(image) && (0...vectors).contains(first), "no such vector")
    for vector in first..<vectors { input.vector(vector, ofImage: image).clear() }
  }

  /// Carries what was stored through all operations.
  ///
  /// - Parameters:
  ///   - shouldStop: called before each operation; may throw to end.
  ///   - visit: gets each representation as soon as it is there; what follows overwrites it.
  ///
  /// **Throws**: what `shouldStop` and `visit` throw, and `OneDNNError`.
  public func run(
    shouldStop: () throws -> Void = {}, visit: (Representation<Scalar>) throws -> Void
  ) throws {
    if requested.contains(graph.input) { try visit(representation(graph.input, input)) }
    // By places: in small networks the copy of a step would take as long as some operations.
    for place in kernels.indices {
      try shouldStop()
      try kernels[place].kernel?.forward()
      if let value = kernels[place].value, requested.contains(value) {
        try visit(representation(value, kernels[place].tensor))
      }
    }
  }

  /// Carries gradients back through all operations, at the values that the last `run` computed.
  ///
  /// - Parameter seeds: the gradients of some representations with respect to their values: for each
  ///   image as many numbers as the representation has, in the order of its shape; behind them, if
  ///   gradients have tangents, those of the gradients, zeros if left out.
  ///
  /// **Throws**: `OneDNNError`.
  public func differentiate(_ seeds: [(value: ValueID, gradients: [[Double]])]) throws {
    let gradients = required
    (gradients.state.wantsInput, gradients.state.wantsParameters) = (true, true)
    gradients.clear()
    for seed in seeds {
      precondition(requested.contains(seed.value), "a gradient of what was not asked for")
      precondition(seed.gradients.count == images, "a gradient for each image")
      for (image, numbers) in seed.gradients.enumerated() {
        gradients.add(numbers, to: seed.value, ofImage: image)
      }
    }
    try carryBack(gradients)
  }

  /// Carries the gradient of one representation back, with those of others if there are any, and allocates
  /// nothing.
  ///
  /// - Parameters:
  ///   - value: the representation, whose entries lie in memory in the order of its shape, as those of
  ///     vectors do.
  ///   - gradient: images × dimension, row-major.
  ///   - wantsInput: whether the gradient with respect to the input is to be computed.
  ///   - wantsParameters: whether those with respect to parameters are.
  ///   - others: the gradients of other representations, each images × dimension, as these lie in memory.
  ///
  /// **Throws**: `OneDNNError`.
  public func differentiate(
    _ value: ValueID, _ gradient: borrowing Span<Scalar>, wantsInput: Bool, wantsParameters: Bool,
    others: [(value: ValueID, gradient: [Scalar])] = []
  ) throws {
    let gradients = required
    precondition(requested.contains(value), "a gradient of what was not asked for")
    (gradients.state.wantsInput, gradients.state.wantsParameters) = (wantsInput, wantsParameters)
    gradients.clear()
    let tensor = gradients.tensor(of: value)
    precondition(
      tensor.vectors == 1 && (tensor.layout == .logical || tensor.shape.rank < 3)
        && gradient.count == tensor.numbers.count, "a gradient in another order")
    unsafe gradient.withUnsafeBufferPointer { gradient in
      guard let start = gradient.baseAddress else { return }
      tensor.numbers.copy(
        unsafe Numbers(UnsafeMutablePointer(mutating: start), count: gradient.count))
    }
    for other in others { gradients.add(other.gradient, to: other.value) }
    try carryBack(gradients)
  }

  private func carryBack(_ gradients: GradientMemory<Scalar>) throws {
    for index in kernels.indices.reversed() {
      gradients.clear(before: index)
      try kernels[index].kernel?.backward?()
    }
  }

  private var required: GradientMemory<Scalar> {
    guard let gradients else { preconditionFailure("an evaluation without gradients") }
    return gradients
  }

  /// Whether batch normalisation uses the statistics of the batch; only evaluations of gradients can.
  ///
  /// While it does, each run moves the given statistics; see `copyStatistics(to:)`.
  public var usesBatchStatistics: Bool {
    get { gradients?.state.usesBatchStatistics ?? false }
    set { required.state.usesBatchStatistics = newValue }
  }

  /// Copies the given statistics of batch normalisations, which runs may have moved, to the numbers of
  /// all parameters, one parameter behind the other.
  public func copyStatistics(to numbers: inout MutableSpan<Scalar>) {
    for (parameter, statistics) in required.state.statistics {
      let start = starts[parameter.index]
      for place in 0..<statistics.count { numbers[start + place] = statistics[place] }
    }
  }

  /// Takes over the numbers of all parameters, one parameter behind the other, and allocates nothing
  /// in evaluations of gradients.
  ///
  /// **Throws**: `OneDNNError`.
  public func setParameters(_ numbers: borrowing Span<Scalar>) throws {
    try unsafe numbers.withUnsafeBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return }
      vector.numbers = unsafe Numbers(UnsafeMutablePointer(mutating: start), count: numbers.count)
      try load(vector, vector: 0)
    }
  }

  /// Copies the gradients of the first parameters, one parameter behind the other, as many numbers as
  /// there is room for.
  public func copyParameterGradients(to numbers: inout MutableSpan<Scalar>) {
    let all = required.allParameters
    precondition(numbers.count <= all.count, "another graph's parameters")
    unsafe numbers.withUnsafeMutableBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return }
      unsafe Numbers(start, count: numbers.count).copy(all)
    }
  }

  /// The values of the input of an image, in the order in which they lie in memory.
  public func rawInput(ofImage image: Int) -> [Scalar] {
    precondition((0..<images).contains(image), "image \(image) of \(images)")
    return input.value(ofImage: image).array
  }

  /// Sets the values of the input of an image, in the order of `rawInput`.
  public func setRawInput(_ values: borrowing Span<Scalar>, ofImage image: Int) {
    precondition((0..<images).contains(image), "image \(image) of \(images)")
    let target = input.value(ofImage: image)
    precondition(values.count == target.count, "an image has \(target.count) values")
    for place in 0..<values.count { target[place] = values[place] }
  }

  /// The values of the input of an image, in the order of the input's shape.
  public func input(ofImage image: Int) -> [Double] {
    precondition((0..<images).contains(image), "image \(image) of \(images)")
    return input.widened(0, ofImage: image)
  }

  /// The gradient with respect to the input of an image, in the order of `rawInput`.
  public func rawInputGradient(ofImage image: Int) -> [Scalar] {
    required.tensor(of: graph.input).value(ofImage: image).array
  }

  /// The gradient with respect to the input of an image, or a tangent of it, in the order of the
  /// input's shape, after `differentiate`.
  public func inputGradient(ofImage image: Int, vector: Int = 0) -> [Double] {
    required.gradient(of: graph.input, vector, ofImage: image)
  }

  /// The gradient with respect to a parameter, or a tangent of it, summed over the images, in the
  /// order of its shape, after `differentiate`.
  ///
  /// The statistics of a batch normalisation are given, and have none: zeros.
  public func parameterGradient(_ parameter: ParameterID, vector: Int = 0) -> [Double] {
    required.gradient(of: parameter, vector)
  }

  private func representation(
    _ value: ValueID, _ tensor: Tensor<Scalar>
  ) -> Representation<Scalar> {
    Representation(
      value: value, shape: tensor.shape, images: images, vectors: vectors,
      keepsZeros: keepsZeros[value.index], tensor: tensor)
  }

  // MARK: Preparation

  private static func kernel(
    _ index: Int, _ plan: EvaluationPlan, _ tensors: [Tensor<Scalar>], _ scratch: Scratch<Scalar>,
    _ gradients: GradientMemory<Scalar>?
  ) throws -> Kernel? {
    let step = plan.steps[index]
    let output = tensors[step.output]
    switch step.action {
    case .view: return nil
    case .convert(let source):
      return try kernel(
        LayoutConversion(), [.value(tensors[source])], output, scratch,
        gradients: gradients?.bound([.slot(source)], output: step.output, step: index))
    case .pass(let source):
      return try pass(
        step.tail, from: source, plan, tensors, output, scratch, isScaled: false,
        gradients: gradients?.bound(
          step.tail.sources(of: source), output: step.output, step: index))
    case .kernel(let node, let sources):
      let operands: [BoundOperand<Scalar>] = sources.map { operand($0, plan, tensors) }
      let operation = EvaluationPlan.evaluated(plan.graph.nodes[node].operation)
      let bound = gradients?.bound(sources, output: step.output, step: index)
      guard !step.tail.isEmpty else {
        return try kernel(operation, operands, output, scratch, gradients: bound)
      }
      let scale = step.tail.channels.map { chain in
        { (parameters: any ParameterSource) in chain.map(parameters).scale }
      }
      let chunks =
        operation.isHead && (bound?.vectors ?? 1) == 1
        ? VectorChunks(
          images: output.images, vectors: output.vectors,
          vectorByteCount: output.dimension * MemoryLayout<Scalar>.stride) : nil
      let own = try kernel(
        operation, operands, output, scratch, channelScale: scale,
        scaleKey: step.tail.channels?.scaleKey ?? [], chunks: chunks, gradients: bound)
      let values = sources.count { source in if case .slot = source { true } else { false } }
      let tail = try pass(
        step.tail, from: step.output, plan, tensors, output, scratch, isScaled: true,
        chunks: chunks,
        gradients: gradients?.bound(
          step.tail.sources(of: step.output), output: step.output, step: index,
          valuesFrom: values - 1, isBehindKernel: true))
      return joined(own, tail, chunks)
    }
  }

  private static func operand(
    _ source: EvaluationPlan.Source, _ plan: EvaluationPlan, _ tensors: [Tensor<Scalar>]
  ) -> BoundOperand<Scalar> {
    switch source {
    case .slot(let slot): .value(tensors[slot])
    case .parameter(let parameter):
      .parameter(ParameterBinding(id: parameter, shape: plan.graph[parameter].shape))
    }
  }

  private static func pass(
    _ tail: EvaluationPlan.Tail, from source: Int, _ plan: EvaluationPlan,
    _ tensors: [Tensor<Scalar>], _ output: Tensor<Scalar>, _ scratch: Scratch<Scalar>,
    isScaled: Bool, chunks: VectorChunks? = nil, gradients: BoundGradients<Scalar>?
  ) throws -> Kernel {
    let pass = PointwiseStep(
      isNegative: tail.sums.map(\.isNegative), function: tail.function, channels: tail.channels,
      isScaled: isScaled)
    return try kernel(
      pass, tail.sources(of: source).map { operand($0, plan, tensors) }, output, scratch,
      chunks: chunks, gradients: gradients)
  }

  /// A kernel and what follows it, chunk by chunk if it is a head.
  private static func joined(_ head: Kernel, _ tail: Kernel, _ chunks: VectorChunks?) -> Kernel {
    var forward = {
      try head.forward()
      try tail.forward()
    }
    if let chunks {
      guard let compute = head.forwardChunk, let finish = tail.forwardChunk else {
        preconditionFailure("a head computes its vectors in chunks")
      }
      forward = {
        for first in chunks.starts {
          try compute(first)
          try finish(first)
        }
      }
    }
    var backward: (() throws -> Void)?
    if let own = head.backward, let before = tail.backward {
      backward = {
        try before()
        try own()
      }
    }
    return Kernel(
      load: { parameters, vector in
        try head.load(parameters, vector)
        try tail.load(parameters, vector)
      }, forward: forward, backward: backward)
  }

  /// An operation's kernel of this precision.
  private static func kernel(
    _ operation: any KernelMaking, _ operands: [BoundOperand<Scalar>], _ output: Tensor<Scalar>,
    _ scratch: Scratch<Scalar>, channelScale: ((any ParameterSource) -> [Double]?)? = nil,
    scaleKey: [ChannelChain.ScaleKey] = [], chunks: VectorChunks? = nil,
    gradients: BoundGradients<Scalar>? = nil
  ) throws -> Kernel {
    let binding = Binding(
      operands: operands, output: output, scratch: scratch, channelScale: channelScale,
      scaleKey: scaleKey, chunks: chunks, gradients: gradients)
    // The two precisions are all there are; the choice is made once for each kernel.
    if let binding = binding as? Binding<Float> { return try operation.kernel(binding) }
    if let binding = binding as? Binding<Double> { return try operation.kernel(binding) }
    preconditionFailure("graphs are evaluated in single or double precision")
  }
}
