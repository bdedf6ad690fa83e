internal import NetworkGraphs

/// What a step is computed of: an earlier step, or numbers of the file.
enum StepOperand: Hashable, Sendable {
  /// The place of the step.
  case step(Int)
  case constant(Tensor)

  /// The place of the step; nil of a constant.
  var step: Int? { if case .step(let index) = self { index } else { nil } }
  /// The numbers; nil of a step.
  var constant: Tensor? { if case .constant(let tensor) = self { tensor } else { nil } }
}

/// One operation of a network as a file describes it, at one input shape.
struct Step: Sendable {
  /// The name of the value that the step makes, as the file gives it.
  var name = ""
  /// The node that it stands for, as messages call it.
  var node = ""
  /// The operator in the file, such as `Conv`.
  var operatorName = ""
  /// What is computed; nil of the network's input.
  var operation: (any GraphOperation)?
  var operands: [StepOperand]
  /// The shape of the result, the batch of one included.
  var shape: [Int]

  /// The places of the steps that it reads.
  var inputs: [Int] { operands.compactMap(\.step) }
}

/// Steps, each behind those that it reads.
struct StepList: Sendable {
  /// More elements than this no value of a network has: places are counted in 32 bits.
  static let elementLimit = Int(Int32.max)

  private(set) var steps: [Step]

  /// A list with the input alone.
  init(input: String, shape: [Int]) {
    steps = [Step(name: input, node: input, operands: [], shape: shape)]
  }

  subscript(index: Int) -> Step { steps[index] }

  var count: Int { steps.count }

  /// The shape of an operand.
  func shape(_ operand: StepOperand) -> [Int] {
    switch operand {
    case .step(let index): steps[index].shape
    case .constant(let tensor): tensor.shape
    }
  }

  /// Adds a step, and returns its place; or that of a step before it that is the same.
  ///
  /// Reshaping what was reshaped only, and transposing what was transposed only, are one step; what
  /// changes nothing is none.
  ///
  /// **Throws**: `ONNXError` if the operation cannot be applied to the operands, or if its result is too
  /// large.
  mutating func add(
    _ operation: any GraphOperation, _ operands: [StepOperand]
  ) throws(ONNXError) -> Int {
    let shape: [Int]
    do throws(GraphError) {
      shape = try operation.outputShape(
        operands.map { operand in
          OperandShape(Shape(self.shape(operand)), isParameter: operand.step == nil)
        }
      ).sides
    } catch {
      throw ONNXError(problem: error.reason, expected: "operands that fit")
    }
    guard let count = elementCount(shape), count > 0, count <= Self.elementLimit else {
      throw ONNXError(
        problem: "its result has the shape \(NodeReading.text(shape))",
        expected: "at least one element, and fewer than 2³¹")
    }
    if let source = operands.first?.step {
      let before = steps[source]
      switch operation {
      case let transpose as Transpose:
        let order = transpose.order
        if order == Array(order.indices) { return source }
        if let inner = before.operation as? Transpose {
          return try add(Transpose(order.map { inner.order[$0] }), before.operands)
        }
      case is Reshape, is Expand:
        if shape == before.shape { return source }
        if operation is Reshape, before.operation is Reshape {
          return try add(operation, before.operands)
        }
      default: break
      }
    }
    steps.append(Step(operation: operation, operands: operands, shape: shape))
    return steps.count - 1
  }

  /// Gives a step its names.
  mutating func name(_ index: Int, _ name: String, node: String, operatorName: String) {
    steps[index].name = name
    steps[index].node = node
    steps[index].operatorName = operatorName
  }

  /// For each step, whether one of some others depends on it, or is it.
  func needed(for others: [Int]) -> [Bool] {
    var needed = steps.map { _ in false }
    for index in others { needed[index] = true }
    for index in steps.indices.reversed() where needed[index] {
      for input in steps[index].inputs { needed[input] = true }
    }
    return needed
  }
}
