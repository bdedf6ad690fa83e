internal import NetworkGraphs

/// Goes through the nodes of a file in order and finds out what each of their values is.
///
/// What depends on shapes only is computed on the way. A node that is not supported costs the values
/// that depend on it, and nothing else.
struct Translation {
  /// What an operator's reader makes of a node: one value for each output.
  typealias Reader =
    @Sendable (inout Translation, NodeReading) throws(ONNXError) -> [KnownValue]

  private(set) var steps: StepList
  /// What is known of each value by its name.
  private(set) var values: [String: KnownValue] = [:]
  /// The nodes that are not supported, with their reasons, in order.
  private(set) var unsupported: [ONNXError] = []
  /// The steps that nodes without support read, or nodes that depend on those.
  private(set) var frontier: [Int] = []
  /// How many more elements of constants may be computed.
  private var allowance: Int

  /// Begins with the input.
  ///
  /// - Parameter byteCount: the bytes of the file, which limit the constants that are computed.
  init(input: String, shape: [Int], byteCount: Int) {
    allowance = 4_194_304 + byteCount
    steps = StepList(input: input, shape: shape)
    values[input] = .computed(0, shape)
  }

  /// Notes what a name stands for.
  mutating func define(_ name: String, _ value: KnownValue) { values[name] = value }

  /// Reads a node.
  mutating func read(_ node: NodeRecord, operatorSet: Int, files: [String: [UInt8]]) {
    let first = steps.count
    do throws(ONNXError) {
      let outputs = try value(of: node, operatorSet, files)
      for (index, name) in node.outputs.enumerated() where !name.isEmpty {
        values[name] =
          index < outputs.count
          ? outputs[index]
          : .missing(
            ONNXError(
              place: node.place, problem: "its output \(index), '\(name)', is not supported",
              expected: "a network that reads its first output only"))
      }
      name(first..<steps.count, of: node, outputs)
    } catch {
      let error = error.at(node.place)
      if !unsupported.contains(error) { unsupported.append(error) }
      for name in node.outputs { values[name] = .missing(error) }
      for name in node.inputs {
        if case .computed(let index, _) = values[name] { frontier.append(index) }
      }
    }
  }

  /// Names the steps of a node: by its outputs, and those between by the first of them.
  ///
  /// A step whose result is only seen in another shape has the name, and the view another one: it is
  /// the step that says what is computed.
  private mutating func name(_ new: Range<Int>, of node: NodeRecord, _ outputs: [KnownValue]) {
    var names = new.map { "\(node.outputs[0]) (\($0 - new.lowerBound + 1))" }
    for (output, value) in zip(node.outputs, outputs) where !output.isEmpty {
      guard case .computed(let index, _) = value, new.contains(index) else { continue }
      let source = steps[index].operation is Reshape ? steps[index].inputs[0] : index
      names[(new.contains(source) ? source : index) - new.lowerBound] = output
    }
    for (index, name) in zip(new, names) {
      steps.name(index, name, node: node.title, operatorName: node.operatorName)
    }
  }

  private mutating func value(
    of node: NodeRecord, _ operatorSet: Int, _ files: [String: [UInt8]]
  ) throws(ONNXError) -> [KnownValue] {
    var inputs: [KnownValue?] = []
    for name in node.inputs {
      guard !name.isEmpty else {
        inputs.append(nil)
        continue
      }
      switch values[name] {
      case .missing(let error): throw error
      case nil:
        throw ONNXError(
          problem: "it reads '\(name)', which nothing makes",
          expected: "an input, a tensor of the file or the output of an earlier node")
      case let value?: inputs.append(value)
      }
    }
    guard node.domain.isEmpty, let reader = Self.readers[node.operatorName] else {
      throw ONNXError(
        problem: "the operator is not supported", expected: Self.advice(node))
    }
    return try reader(
      &self, NodeReading(node: node, operatorSet: operatorSet, inputs: inputs, files: files))
  }

  // MARK: For readers

  /// Adds a step, which gets its name when all of its node is read.
  mutating func add(
    _ operation: any GraphOperation, _ operands: KnownValue...
  ) throws(ONNXError) -> KnownValue {
    try add(operation, operands)
  }

  /// Adds a step, which gets its name when all of its node is read.
  mutating func add(
    _ operation: any GraphOperation, _ operands: [KnownValue]
  ) throws(ONNXError) -> KnownValue {
    var list: [StepOperand] = []
    for operand in operands {
      switch operand {
      case .computed(let index, _): list.append(.step(index))
      case .constant(let tensor): list.append(.constant(tensor))
      case .missing(let error): throw error
      }
    }
    guard list.contains(where: { $0.step != nil }) else {
      throw ONNXError(
        problem: "it is applied to constants only", expected: "a network with folded constants")
    }
    let index = try steps.add(operation, list)
    return .computed(index, steps[index].shape)
  }

  /// Allows the computation of a constant, or says that the file asks for too many.
  mutating func allow(_ count: Int?) throws(ONNXError) {
    guard let count, count <= allowance else {
      throw ONNXError(
        problem: "it makes a constant of more elements than the file can mean",
        expected: "constants of at most \(allowance) elements")
    }
    allowance -= count
  }

  /// A value in another arrangement.
  mutating func arrange(
    _ value: KnownValue, _ arrangement: Arrangement
  ) throws(ONNXError) -> KnownValue {
    let input = value.shape ?? []
    let output = arrangement.shape(of: input)
    guard output.count <= 16 else {
      throw ONNXError(problem: "its result has \(output.count) axes", expected: "at most 16")
    }
    guard case .constant(let tensor) = value else {
      if case .slice(let parts) = arrangement, parts == input.map(Arrangement.Part.init(all:)) {
        return value
      }
      return try add(arrangement.operation(on: input), value)
    }
    if case .reshape(let shape) = arrangement { return .constant(tensor.reshaped(shape)) }
    try allow(elementCount(output))
    return .constant(arrangement.applied(to: tensor))
  }
}
