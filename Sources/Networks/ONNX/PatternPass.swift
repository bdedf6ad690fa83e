internal import NetworkGraphs

/// Goes through the steps of a network and replaces what files spell out by the operation that it is.
///
/// A pattern replaces its last step only. The steps before it stay, and are computed if anything else
/// reads them: so no pattern hides a value.
struct PatternPass {
  /// The steps with the patterns replaced.
  private(set) var steps: StepList
  /// For each step before, the step that takes its place.
  private(set) var places: [Int] = [0]
  /// What was recognised, and the steps that it became.
  private(set) var found: [(kind: String, step: Int)] = []
  /// How many steps read each one.
  private var readers: [Int]
  /// The current step, with its operands among the new steps.
  private var current: Step
  private var readersOfOperand = 0
  private let replacesFunctions: Bool

  /// Replaces all patterns.
  ///
  /// - Parameter replacesFunctions: whether functions of one number are among them; their constants are
  ///   often those of single precision, and the functions that they stand for are exact.
  ///
  /// **Throws**: nothing that is expected: what replaces a pattern fits where the pattern did.
  init(_ before: StepList, replacesFunctions: Bool = true) throws(ONNXError) {
    self.replacesFunctions = replacesFunctions
    steps = StepList(input: before[0].name, shape: before[0].shape)
    current = before[0]
    readers = before.steps.map { _ in 0 }
    for input in before.steps.lazy.flatMap(\.inputs) { readers[input] += 1 }
    for step in before.steps.dropFirst() {
      current = step
      current.operands = step.operands.map { operand in
        operand.step.map { .step(places[$0]) } ?? operand
      }
      readersOfOperand = step.inputs.first.map { readers[$0] } ?? 0
      let first = steps.count
      let place = try replace()
      for index in first..<steps.count {
        let suffix = index == place ? "" : " (\(index - first + 1))"
        steps.name(index, step.name + suffix, node: step.node, operatorName: step.operatorName)
      }
      places.append(place)
    }
  }

  /// Adds the current step, or what it is together with those before it.
  private mutating func replace() throws(ONNXError) -> Int {
    if let place = try normalization() { return note("layer normalization", place) }
    if let place = try affineNormalization() { return note("layer normalization", place) }
    if let place = try attention() { return place }
    if let place = try shuffle() { return note("channel shuffle", place) }
    if let place = try biased() { return place }
    if let place = try paddedConvolution() { return place }
    guard let operation = current.operation else { preconditionFailure("only the input has none") }
    let place = try steps.add(operation, current.operands)
    guard replacesFunctions, let (function, source) = steps.function(endingIn: place) else {
      return place
    }
    return note(function.title, try steps.add(Activation(function), [.step(source)]))
  }

  private mutating func note(_ kind: String, _ place: Int) -> Int {
    found.append((kind, place))
    return place
  }

  // MARK: Layer normalisation

  /// (x − mean) / √(variance + ε), spelled out over the last axes.
  private mutating func normalization() throws(ONNXError) -> Int? {
    guard let (deviation, radicand) = quotientByRoot(),
      let (variance, epsilon) = scalar(steps[radicand], Sum.self),
      let axes = mean(variance), let squares = steps[variance].inputs.first,
      isSquare(of: deviation, squares), steps[deviation].operation is Difference,
      case .step(let value) = steps[deviation].operands[0],
      case .step(let center) = steps[deviation].operands[1],
      mean(center) == axes, steps[center].inputs == [value],
      let axis = axes.first, axes == Array(axis..<steps[value].shape.count)
    else { return nil }
    return try steps.add(LayerNormalization(axis: axis, epsilon: epsilon), [.step(value)])
  }

  /// a and b of a / √b, in one of its spellings.
  private func quotientByRoot() -> (Int, Int)? {
    guard current.operands.count == 2, case .step(let left) = current.operands[0],
      case .step(let right) = current.operands[1]
    else { return nil }
    if current.operation is Quotient { return root(right, 0.5).map { (left, $0) } }
    guard current.operation is Product else { return nil }
    if let radicand = root(right, -0.5) { return (left, radicand) }
    return root(left, -0.5).map { (right, $0) }
  }

  /// The step of which another one is a power: one half, or minus one half.
  private func root(_ index: Int, _ exponent: Double) -> Int? {
    guard let activation = steps[index].operation as? Activation,
      case .step(let input) = steps[index].operands[0]
    else { return nil }
    switch activation.function {
    case .squareRoot: return exponent == 0.5 ? input : nil
    case .power(exponent): return input
    case .reciprocal: return exponent == -0.5 ? root(input, 0.5) : nil
    default: return nil
    }
  }

  private func isSquare(of value: Int, _ index: Int) -> Bool {
    let step = steps[index]
    if step.operation is Product { return step.operands == [.step(value), .step(value)] }
    let activation = step.operation as? Activation
    return activation?.function == .power(2) && step.operands == [.step(value)]
  }

  /// The axes of a mean that keeps them, counted from the front and in order; nil of any other step.
  private func mean(_ index: Int) -> [Int]? {
    guard let reduction = steps[index].operation as? Reduction, reduction.kind == .mean,
      reduction.keepsAxes, let input = steps[index].inputs.first
    else { return nil }
    let rank = steps[input].shape.count
    return reduction.axes.map { $0 < 0 ? $0 + rank : $0 }.sorted()
  }

  /// A layer normalisation that is multiplied by a factor, or to which a term is added.
  private mutating func affineNormalization() throws(ONNXError) -> Int? {
    guard let (before, tensor) = constant(current), current.shape == steps[before].shape,
      let normalization = steps[before].operation as? LayerNormalization
    else { return nil }
    let rank = current.shape.count
    let axis = normalization.axis < 0 ? normalization.axis + rank : normalization.axis
    guard let parameter = tensor.along(Array(axis..<rank), of: current.shape) else { return nil }
    var operands = steps[before].operands
    switch (current.operation, operands.count) {
    case (is Product, 1): operands.append(.constant(parameter))
    case (is Sum, 2): operands.append(.constant(parameter))
    default: return nil
    }
    return try steps.add(normalization, operands)
  }

  // MARK: Attention

  /// softmax(factor · Q K) V for each head, of Q (heads × tokens × d) and K (heads × d × others).
  private mutating func attention() throws(ONNXError) -> Int? {
    let rank = current.shape.count
    guard current.operation is MatrixMultiplication, rank == 3 || rank == 4,
      rank == 3 || current.shape[0] == 1,
      case .step(let weights) = current.operands[0], case .step(let values) = current.operands[1],
      let softmax = steps[weights].operation as? Softmax,
      softmax.axis == rank - 1 || softmax.axis == -1, var scores = steps[weights].inputs.first
    else { return nil }
    var factor = 1.0
    if let (input, number) = scalar(steps[scores], Product.self) {
      (scores, factor) = (input, number)
    } else if let (input, number) = scalar(steps[scores], Quotient.self) {
      (scores, factor) = (input, 1 / number)
    }
    guard steps[scores].operation is MatrixMultiplication, factor.isFinite,
      case .step(let queries) = steps[scores].operands[0],
      case .step(let keys) = steps[scores].operands[1]
    else { return nil }
    let heads = current.shape[rank - 3]
    guard
      [queries, keys, values].allSatisfy({
        steps[$0].shape.count == rank && steps[$0].shape[rank - 3] == heads
      })
    else { return nil }
    let result = try steps.add(
      Attention(heads: heads, factor: factor),
      [
        .step(try joined(queries, channelsLast: true)),
        .step(try joined(keys, channelsLast: false)),
        .step(try joined(values, channelsLast: true)),
      ])
    // What follows may become a part of the exporter's own reshaping.
    found.append(("attention", result))
    let (tokens, channels) = (steps[result].shape[1], steps[result].shape[2])
    let split = try steps.add(
      Reshape([1, tokens, heads, channels / heads]), [.step(result)])
    let parts = try steps.add(Transpose([0, 2, 1, 3]), [.step(split)])
    return try steps.add(Reshape(Shape(current.shape)), [.step(parts)])
  }

  /// The channels of all heads side by side for each token: (heads × tokens × d), or (heads × d ×
  /// tokens), becomes (1 × tokens × heads · d).
  private mutating func joined(_ index: Int, channelsLast: Bool) throws(ONNXError) -> Int {
    let shape = Array(steps[index].shape.suffix(3))
    let whole = try steps.add(Reshape(Shape([1] + shape)), [.step(index)])
    let turned = try steps.add(
      Transpose(channelsLast ? [0, 2, 1, 3] : [0, 3, 1, 2]), [.step(whole)])
    let (tokens, channels) = channelsLast ? (shape[1], shape[2]) : (shape[2], shape[1])
    return try steps.add(Reshape([1, tokens, shape[0] * channels]), [.step(turned)])
  }

  // MARK: Weights

  /// A product or a convolution, and a bias that is added to it.
  private mutating func biased() throws(ONNXError) -> Int? {
    // If something else reads the product, it would be computed twice.
    guard current.operation is Sum, readersOfOperand == 1,
      let (before, tensor) = constant(current), current.shape == steps[before].shape,
      steps[before].operands.count == 2, let operation = steps[before].operation
    else { return nil }
    let axis: Int
    switch operation {
    case is Linear: axis = current.shape.count - 1
    case is Convolution: axis = 1
    default: return nil
    }
    guard let bias = tensor.along([axis], of: current.shape) else { return nil }
    let place = try steps.add(operation, steps[before].operands + [.constant(bias)])
    let isSpelledOut = operation is Linear && steps[before].node != current.node
    return isSpelledOut ? note("linear", place) : place
  }

  /// Zeros around an image, and a convolution.
  private mutating func paddedConvolution() throws(ONNXError) -> Int? {
    guard let convolution = current.operation as? Convolution,
      case .step(let before) = current.operands[0],
      let pad = steps[before].operation as? Pad, pad.constant == 0,
      pad.before[..<2] == [0, 0], pad.after[..<2] == [0, 0]
    else { return nil }
    let window = convolution.window
    return try steps.add(
      Convolution(
        Window(
          kernel: window.kernel, strides: window.strides, dilations: window.dilations,
          paddingBefore: zip(window.paddingBefore, pad.before[2...]).map(+),
          paddingAfter: zip(window.paddingAfter, pad.after[2...]).map(+)),
        groups: convolution.groups),
      steps[before].operands + current.operands.dropFirst())
  }

  /// Channels in groups of which one after the other is taken: reshaped, transposed, reshaped.
  private mutating func shuffle() throws(ONNXError) -> Int? {
    let shape = current.shape
    guard shape.count == 4, current.operation is Reshape, let turned = current.inputs.first,
      let transpose = steps[turned].operation as? Transpose, transpose.order == [0, 2, 1, 3, 4],
      let grouped = steps[turned].inputs.first, steps[grouped].operation is Reshape,
      let source = steps[grouped].inputs.first, steps[source].shape == shape
    else { return nil }
    let (groups, size) = (steps[grouped].shape[1], steps[grouped].shape[2])
    guard groups * size == shape[1] else { return nil }
    let channels = (0..<shape[1]).map { $0 % groups * size + $0 / groups }
    return try steps.add(Gather(axis: 1, indices: channels), [.step(source)])
  }

  // MARK: Constants

  /// The computed operand and the constant of a sum or a product of the two; nil of any other step.
  private func constant(_ step: Step) -> (Int, Tensor)? {
    guard step.operation is Sum || step.operation is Product, step.operands.count == 2 else {
      return nil
    }
    switch (step.operands[0], step.operands[1]) {
    case (.step(let input), .constant(let tensor)), (.constant(let tensor), .step(let input)):
      return (input, tensor)
    default: return nil
    }
  }

  /// The computed operand and the number of a step that combines it with one number.
  private func scalar<Operation: GraphOperation>(
    _ step: Step, _ type: Operation.Type
  ) -> (Int, Double)? {
    guard step.operation is Operation, step.operands.count == 2 else { return nil }
    let found: (Int, Tensor)?
    if case .step(let input) = step.operands[0], case .constant(let tensor) = step.operands[1] {
      found = (input, tensor)
    } else {
      found = constant(step)
    }
    guard let (input, tensor) = found, let number = tensor.scalar, steps[input].shape == step.shape
    else { return nil }
    return (input, number)
  }
}

extension Tensor {
  /// The numbers of a constant that differ along some axes of a shape only, in the shape of these axes;
  /// nil if they differ along others, or if the constant is no floating point.
  fileprivate func along(_ axes: [Int], of shape: [Int]) -> Tensor? {
    guard isFloatingPoint, self.shape.count <= shape.count else { return nil }
    let padded = Array(repeating: 1, count: shape.count - self.shape.count) + self.shape
    guard shape.indices.allSatisfy({ padded[$0] == 1 || axes.contains($0) }) else { return nil }
    return reshaped(axes.map { padded[$0] }).repeated(to: axes.map { shape[$0] })
  }
}
