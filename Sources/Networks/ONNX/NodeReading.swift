/// What is known of a value of the file.
enum KnownValue: Sendable {
  /// It depends on shapes and on numbers in the file only.
  case constant(Tensor)
  /// It depends on the image: the place of the step that makes it, and its shape.
  case computed(Int, [Int])
  /// It could not be made; why.
  case missing(ONNXError)

  /// The shape; nil if the value is missing.
  var shape: [Int]? {
    switch self {
    case .constant(let tensor): tensor.shape
    case .computed(_, let shape): shape
    case .missing: nil
    }
  }
}

/// A node with what its inputs are, and the checks that readers of operators share.
struct NodeReading {
  let node: NodeRecord
  /// The version of ONNX's operators that the file is written for.
  let operatorSet: Int
  /// The inputs; nil for those that are left out.
  let inputs: [KnownValue?]
  /// The files with external data.
  let files: [String: [UInt8]]

  /// An error of this node.
  func failure(_ problem: String, expected: String) -> ONNXError {
    ONNXError(place: node.place, problem: problem, expected: expected)
  }

  // MARK: Inputs

  /// Whether an input is given.
  func has(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  /// An input that has to be there.
  func input(_ index: Int) throws(ONNXError) -> KnownValue {
    guard has(index), let value = inputs[index] else {
      throw failure("input \(index) is left out", expected: "a value")
    }
    return value
  }

  /// A constant; nil if the input is left out.
  func optionalConstant(_ index: Int, _ meaning: String) throws(ONNXError) -> Tensor? {
    guard has(index) else { return nil }
    guard case .constant(let tensor) = try input(index) else {
      throw failure(
        "its \(meaning) '\(node.inputs[index])' depends on the image", expected: "a constant")
    }
    return tensor
  }

  /// A constant that has to be there.
  func constant(_ index: Int, _ meaning: String) throws(ONNXError) -> Tensor {
    guard let tensor = try optionalConstant(index, meaning) else {
      throw failure("its \(meaning) is left out", expected: "a constant")
    }
    return tensor
  }

  /// A list of integers that is an input from some operator set on and an attribute before.
  func integers(attribute name: String, input index: Int) throws(ONNXError) -> [Int]? {
    if let tensor = try optionalConstant(index, name) {
      guard let values = tensor.integers else {
        throw failure("its \(name) are no integers", expected: "integers")
      }
      return values
    }
    return try integers(name)
  }

  /// A number that is an input from some operator set on and an attribute before.
  func number(attribute name: String, input index: Int) throws(ONNXError) -> Double? {
    guard let tensor = try optionalConstant(index, name) else { return try number(name) }
    guard let number = tensor.scalar else {
      throw failure("its \(name) has \(tensor.count) elements", expected: "a number")
    }
    return number
  }

  // MARK: Attributes

  /// An integer; nil if it is left out.
  func integer(_ name: String) throws(ONNXError) -> Int? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .integer(let value) = attribute.value else { throw wrongKind(name, "an integer") }
    return value
  }

  /// A yes or no, written as an integer; no if it is left out.
  func flag(_ name: String, default standard: Bool = false) throws(ONNXError) -> Bool {
    try integer(name).map { $0 != 0 } ?? standard
  }

  /// A list of integers; nil if it is left out.
  func integers(_ name: String) throws(ONNXError) -> [Int]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .integers(let values) = attribute.value else {
      throw wrongKind(name, "a list of integers")
    }
    return values
  }

  /// A number; nil if it is left out.
  func number(_ name: String) throws(ONNXError) -> Double? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .float(let value) = attribute.value else { throw wrongKind(name, "a number") }
    return Double(value)
  }

  /// A word; nil if it is left out.
  func text(_ name: String) throws(ONNXError) -> String? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .text(let value) = attribute.value else { throw wrongKind(name, "a text") }
    return value
  }

  private func wrongKind(_ name: String, _ expected: String) -> ONNXError {
    failure("its attribute \(name) is of another kind", expected: expected)
  }

  // MARK: Shapes

  /// An axis of a shape, counted from the front.
  func axis(_ axis: Int, of rank: Int) throws(ONNXError) -> Int {
    guard (-rank..<rank).contains(axis) else {
      throw failure("it names axis \(axis) of \(rank)", expected: "an axis that there is")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// Several axes, counted from the front, in order.
  func axes(_ axes: [Int], of rank: Int) throws(ONNXError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let axis = try self.axis(axis, of: rank)
      guard !result.contains(axis) else {
        throw failure("it names axis \(axis) twice", expected: "each axis once")
      }
      result.append(axis)
    }
    return result.sorted()
  }

  /// A shape as text.
  static func text(_ shape: [Int]) -> String {
    "(\(shape.map(String.init).joined(separator: ", ")))"
  }
}
