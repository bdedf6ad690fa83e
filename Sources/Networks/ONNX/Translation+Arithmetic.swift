internal import Glibc
internal import NetworkGraphs

extension Translation {
  /// The readers of operators on single elements of one or two inputs.
  static let arithmeticReaders: [String: Reader] = [
    "Add": { translation, node throws(ONNXError) in try translation.combined(.add, node) },
    "Sub": { translation, node throws(ONNXError) in try translation.combined(.subtract, node) },
    "Mul": { translation, node throws(ONNXError) in try translation.combined(.multiply, node) },
    "Div": { translation, node throws(ONNXError) in try translation.combined(.divide, node) },
    "Pow": { translation, node throws(ONNXError) in try translation.combined(.power, node) },
    "Mod": { translation, node throws(ONNXError) in
      try translation.combined(try node.flag("fmod") ? .remainder : .modulus, node)
    },
    "Min": { translation, node throws(ONNXError) in try translation.combined(.minimum, node) },
    "Max": { translation, node throws(ONNXError) in try translation.combined(.maximum, node) },
    "Sum": { translation, node throws(ONNXError) in try translation.summed(node) },
    "Neg": { translation, node throws(ONNXError) in
      guard node.isInteger(0) else { return try translation.activated(.negative, node) }
      let minusOne = KnownValue.constant(Tensor([], .integer([-1])))
      return [try translation.combined(.multiply, try node.input(0), minusOne, node)]
    },
    "Equal": { translation, node throws(ONNXError) in try translation.compared(==, node) },
    "Less": { translation, node throws(ONNXError) in try translation.compared(<, node) },
    "Greater": { translation, node throws(ONNXError) in try translation.compared(>, node) },
    "LessOrEqual": { translation, node throws(ONNXError) in try translation.compared(<=, node) },
    "GreaterOrEqual": { translation, node throws(ONNXError) in try translation.compared(>=, node) },
    "And": { translation, node throws(ONNXError) in
      try translation.compared({ $0 != 0 && $1 != 0 }, node)
    },
    "Or": { translation, node throws(ONNXError) in
      try translation.compared({ $0 != 0 || $1 != 0 }, node)
    },
    "Not": { translation, node throws(ONNXError) in
      let values = try node.constant(0, "operand")
      return [
        .constant(Tensor(values.shape, .integer(values.doubles.map { $0 == 0 ? 1 : 0 })))
      ]
    },
    "Floor": { translation, node throws(ONNXError) in
      try translation.mapped({ $0.rounded(.down) }, node)
    },
    "Ceil": { translation, node throws(ONNXError) in
      try translation.mapped({ $0.rounded(.up) }, node)
    },
    "Where": { translation, node throws(ONNXError) in try translation.chosen(node) },
    "Cast": { translation, node throws(ONNXError) in try translation.cast(node) },
  ]

  // MARK: Two operands

  /// Combines all inputs, from the first on.
  private mutating func combined(
    _ operation: Arithmetic, _ node: NodeReading
  ) throws(ONNXError) -> [KnownValue] {
    var result = try node.input(0)
    for index in node.inputs.indices.dropFirst() {
      result = try combined(operation, result, try node.input(index), node)
    }
    return [result]
  }

  /// Adds all inputs: the constants first, and then all in one step.
  private mutating func summed(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    var constant: KnownValue?
    var terms: [KnownValue] = []
    for index in node.inputs.indices {
      let value = try node.input(index)
      guard case .constant = value else {
        terms.append(value)
        continue
      }
      guard let sum = constant else {
        constant = value
        continue
      }
      constant = try combined(.add, sum, value, node)
    }
    let sum = terms.count > 1 ? try add(Sum(), terms) : terms.first
    switch (sum, constant) {
    case (let sum?, let constant?): return [try combined(.add, sum, constant, node)]
    case (let sum?, nil): return [sum]
    case (nil, let constant?): return [constant]
    case (nil, nil): throw node.failure("it adds nothing", expected: "at least one input")
    }
  }

  /// Combines two values, repeated to a common shape.
  mutating func combined(
    _ operation: Arithmetic, _ left: KnownValue, _ right: KnownValue, _ node: NodeReading
  ) throws(ONNXError) -> KnownValue {
    let (leftShape, rightShape) = (left.shape ?? [], right.shape ?? [])
    guard let shape = broadcastShape(leftShape, rightShape) else {
      throw node.failure(
        "its inputs have the shapes \(NodeReading.text(leftShape)) and "
          + NodeReading.text(rightShape),
        expected: "shapes of which one can be repeated to the other")
    }
    if case .constant(let left) = left, case .constant(let right) = right {
      return .constant(try folded(operation, left, right, shape, node))
    }
    if case .constant(let tensor) = right, tensor.count == 1, shape == leftShape,
      operation.changesNothing(by: tensor)
    {
      return left
    }
    switch operation {
    case .add: return try add(Sum(), left, right)
    case .subtract: return try add(Difference(), left, right)
    case .multiply: return try add(Product(), left, right)
    case .divide: return try add(Quotient(), left, right)
    case .power:
      guard case .constant(let tensor) = right, let exponent = tensor.scalar, shape == leftShape
      else { throw node.failure("its exponent is no single constant", expected: "a number") }
      return try add(Activation(.power(exponent: exponent)), left)
    case .minimum, .maximum:
      // One of both is a bound.
      var (value, bound) = (left, right)
      if case .constant = left { (value, bound) = (right, left) }
      guard case .constant(let tensor) = bound, let number = tensor.scalar, shape == value.shape
      else { throw node.failure("it compares two computed values", expected: "a number as one") }
      let function: ScalarFunction =
        switch operation {
        case .minimum: .clip(minimum: -.infinity, maximum: number)
        default: number == 0 ? .relu : .clip(minimum: number, maximum: .infinity)
        }
      return try add(Activation(function), value)
    case .modulus, .remainder:
      throw node.failure("its operands depend on the image", expected: "constants")
    }
  }

  private mutating func folded(
    _ operation: Arithmetic, _ left: Tensor, _ right: Tensor, _ shape: [Int], _ node: NodeReading
  ) throws(ONNXError) -> Tensor {
    try allow(elementCount(shape))
    let (left, right) = (left.repeated(to: shape), right.repeated(to: shape))
    if let first = left.integers, let second = right.integers, operation != .power {
      if [.divide, .modulus, .remainder].contains(operation), second.contains(0) {
        throw node.failure("it divides by 0", expected: "a divisor that is not 0")
      }
      return Tensor(shape, .integer(zip(first, second).map { operation.result($0, $1) }))
    }
    let values = zip(left.doubles, right.doubles).map { operation.result($0, $1) }
    // An integer to some power stays one.
    guard left.isFloatingPoint else {
      return Tensor(shape, .integer(values.map { Int(exactly: $0.rounded()) ?? 0 }))
    }
    return Tensor(shape, .double(values))
  }

  // MARK: Constants only

  private mutating func compared(
    _ relation: (Double, Double) -> Bool, _ node: NodeReading
  ) throws(ONNXError) -> [KnownValue] {
    let left = try node.constant(0, "first operand")
    let right = try node.constant(1, "second operand")
    guard let shape = broadcastShape(left.shape, right.shape) else {
      throw node.failure("its operands do not fit", expected: "shapes that can be repeated")
    }
    try allow(elementCount(shape))
    let values = zip(left.repeated(to: shape).doubles, right.repeated(to: shape).doubles)
    return [.constant(Tensor(shape, .integer(values.map { relation($0, $1) ? 1 : 0 })))]
  }

  private mutating func mapped(
    _ function: (Double) -> Double, _ node: NodeReading
  ) throws(ONNXError) -> [KnownValue] {
    let operand = try node.constant(0, "operand")
    guard operand.isFloatingPoint else { return [.constant(operand)] }
    try allow(operand.count)
    return [.constant(Tensor(operand.shape, .double(operand.doubles.map(function))))]
  }

  /// `Where`: one of two values by a constant condition.
  private mutating func chosen(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    let condition = try node.constant(0, "condition")
    let (first, second) = (try node.input(1), try node.input(2))
    guard let both = broadcastShape(first.shape ?? [], second.shape ?? []),
      let shape = broadcastShape(both, condition.shape)
    else { throw node.failure("its inputs do not fit", expected: "shapes that can be repeated") }
    try allow(elementCount(shape))
    let isFirst = condition.repeated(to: shape).doubles.map { $0 != 0 }
    if case .constant(let left) = first, case .constant(let right) = second {
      let (left, right) = (left.repeated(to: shape), right.repeated(to: shape))
      if let whole = left.integers, let other = right.integers {
        let values = isFirst.indices.map { isFirst[$0] ? whole[$0] : other[$0] }
        return [.constant(Tensor(shape, .integer(values)))]
      }
      let (values, others) = (left.doubles, right.doubles)
      let chosen = isFirst.indices.map { isFirst[$0] ? values[$0] : others[$0] }
      return [.constant(Tensor(shape, .double(chosen)))]
    }
    // A sum of both, each multiplied by 1 where it is chosen and by 0 elsewhere; a constant, which may be
    // infinite, is chosen beforehand.
    func masked(_ value: KnownValue, _ choice: [Bool]) throws(ONNXError) -> KnownValue {
      if case .constant(let tensor) = value {
        let values = tensor.repeated(to: shape).doubles
        return .constant(
          Tensor(shape, .double(values.indices.map { choice[$0] ? values[$0] : 0 })))
      }
      let mask = Tensor(shape, .double(choice.map { $0 ? 1 : 0 }))
      return try combined(.multiply, value, .constant(mask), node)
    }
    let left = try masked(first, isFirst)
    let right = try masked(second, isFirst.map { !$0 })
    return [try combined(.add, left, right, node)]
  }

  private mutating func cast(_ node: NodeReading) throws(ONNXError) -> [KnownValue] {
    guard let code = try node.integer("to"), let type = ElementType(rawValue: code),
      type.byteCount != nil
    else {
      throw node.failure(
        "it makes elements of \(ElementType.name(try node.integer("to") ?? 0))",
        expected: "a real number or an integer")
    }
    switch try node.input(0) {
    case .missing(let error): throw error
    case .computed(let index, let shape):
      guard type.isFloatingPoint else {
        throw node.failure(
          "it makes \(type) of a value that depends on the image", expected: "floating point")
      }
      return [.computed(index, shape)]
    case .constant(let tensor):
      if tensor.isFloatingPoint == type.isFloatingPoint, type != .bool {
        return [.constant(tensor)]
      }
      try allow(tensor.count)
      if type.isFloatingPoint { return [.constant(Tensor(tensor.shape, .double(tensor.doubles)))] }
      let values = tensor.doubles.map { value in
        // Numbers without an integer are damage, or a bound that means "to the end".
        if type == .bool { return value == 0 ? 0 : 1 }
        return Int(exactly: value.rounded(.towardZero)) ?? (value > 0 ? Int.max : Int.min)
      }
      return [.constant(Tensor(tensor.shape, .integer(values)))]
    }
  }
}

extension NodeReading {
  /// Tells whether an input is a constant of integers.
  func isInteger(_ index: Int) -> Bool {
    guard index < inputs.count, case .constant(let tensor) = inputs[index] else { return false }
    return !tensor.isFloatingPoint
  }
}

/// Operations of two numbers.
enum Arithmetic: Hashable, Sendable {
  case add
  case subtract
  case multiply
  case divide
  case power
  /// What is left of a division; it has the divisor's sign.
  case modulus
  /// What is left of a division; it has the dividend's sign.
  case remainder
  case minimum
  case maximum
}

extension ScalarFunction {
  /// A power, under its own name if it has one.
  fileprivate static func power(exponent: Double) -> ScalarFunction {
    switch exponent {
    case 0.5: .squareRoot
    case -1: .reciprocal
    default: .power(exponent)
    }
  }
}

extension Arithmetic {
  /// The operation on integers; what does not fit wraps around, as in ONNX.
  ///
  /// - Precondition: a divisor is not 0, and the operation is not a power.
  func result(_ left: Int, _ right: Int) -> Int {
    switch self {
    case .add: left &+ right
    case .subtract: left &- right
    case .multiply: left &* right
    case .divide: left.dividedReportingOverflow(by: right).partialValue
    case .modulus:
      {
        let rest = left.remainderReportingOverflow(dividingBy: right).partialValue
        return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest
      }()
    case .remainder: left.remainderReportingOverflow(dividingBy: right).partialValue
    case .minimum: min(left, right)
    case .maximum: max(left, right)
    case .power: preconditionFailure("powers are computed of real numbers")
    }
  }

  /// Whether a second operand leaves the first one as it is.
  fileprivate func changesNothing(by second: Tensor) -> Bool {
    switch self {
    case .add, .subtract: second.scalar == 0
    case .multiply, .divide, .power: second.scalar == 1
    case .modulus, .remainder, .minimum, .maximum: false
    }
  }

  /// The operation on real numbers.
  func result(_ left: Double, _ right: Double) -> Double {
    switch self {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    case .power: pow(left, right)
    case .modulus: left - right * (left / right).rounded(.down)
    case .remainder: fmod(left, right)
    case .minimum: min(left, right)
    case .maximum: max(left, right)
    }
  }
}

extension Tensor {
  /// The tensor with axes of one element repeated, and with new axes in front.
  func repeated(to shape: [Int]) -> Tensor {
    shape == self.shape ? self : Arrangement.expand(shape).applied(to: self)
  }
}
