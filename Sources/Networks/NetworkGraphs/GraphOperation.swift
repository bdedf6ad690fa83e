/// The shape of an operand.
public struct OperandShape: Hashable, Sendable {
  /// The shape for one image.
  public let shape: Shape
  /// Whether it is a parameter, the same for all images.
  public let isParameter: Bool

  /// Describes an operand.
  public init(_ shape: Shape, isParameter: Bool = false) {
    self.shape = shape
    self.isParameter = isParameter
  }
}

/// What an operation takes for one vector of one image.
public struct OperationCost: Hashable, Sendable {
  /// Operations, a multiply-add counted as two.
  public var flops: Double
  /// Numbers that are read and written, parameters not among them.
  public var numbers: Double
  /// Numbers of parameters that are read.
  public var parameters: Double

  /// Counts.
  public init(flops: Double = 0, numbers: Double = 0, parameters: Double = 0) {
    self.flops = flops
    self.numbers = numbers
    self.parameters = parameters
  }

  /// Adds what another operation takes.
  public static func += (left: inout Self, right: Self) {
    left.flops += right.flops
    left.numbers += right.numbers
    left.parameters += right.parameters
  }
}

/// What a parameter is to an operation that reads it.
public enum ParameterRole: Hashable, Sendable {
  /// What a linear operator multiplies by; weight decay applies to it.
  case weight
  /// What is added: to a linear operator's output, or to tokens.
  case bias
  /// What a normalised value, or a branch, is multiplied by.
  case scale
  /// The mean or the variance that a normalisation is given: measured, not trained.
  case statistic
}

/// What kind of result an operation gives, for those who choose representations.
public enum OperationRole: Sendable {
  /// A nonlinear function of each entry.
  case activation
  /// A sum of values.
  case addition
  /// Values side by side.
  case concatenation
  /// Means or maxima over pixels.
  case pooling
  /// A normalisation by statistics of the value itself, or by given ones.
  case normalization
  /// A linear operator with a weight.
  case weighted
  /// Anything else.
  case other
}

/// One kind of operation of a network, with its options.
///
/// Everything about it stands in the operation's own file: the shapes, the cost, what it does to
/// zeros, and in which order of entries and how it is computed. The operations of this module are all
/// there are; a new one conforms to `EvaluatedOperation`. Operations that are equal compute the same.
public protocol GraphOperation: Hashable, Sendable {
  /// The name of the kind, such as "convolution".
  static var name: String { get }

  /// What is computed, more closely than by the name of the kind.
  var title: String { get }

  /// What kind of result it gives.
  var role: OperationRole { get }

  /// What a parameter is to it as one of its operands.
  func parameterRole(ofOperand index: Int) -> ParameterRole

  /// Whether it consists of sums of products, so that counts of operations take it in.
  var isProduct: Bool { get }

  /// The shape of the result.
  ///
  /// **Throws**: `GraphError` if it cannot be applied to these operands.
  func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape

  /// What it takes for one vector of one image.
  func cost(_ operands: [OperandShape], output: Shape) -> OperationCost

  /// Whether all tangents of the result are 0 wherever the result is 0.
  ///
  /// - Parameter operands: whether the operands are like that.
  func keepsZeros(_ operands: [Bool]) -> Bool

  /// What it is in an induced frame if it is applied to operands of these shapes.
  func frameRole(_ operands: [OperandShape]) -> FrameRole
}

extension GraphOperation {
  /// The name of the kind.
  public var title: String { Self.name }

  /// Nothing that has a name.
  public var role: OperationRole { .other }

  /// Weights and biases of linear operators, scales, shifts and statistics of normalisations, in torch's
  /// order; elsewhere what is added.
  public func parameterRole(ofOperand index: Int) -> ParameterRole {
    switch role {
    case .weighted: index == 1 ? .weight : .bias
    case .normalization: index == 1 ? .scale : index == 2 ? .bias : .statistic
    default: .bias
    }
  }

  /// If it is a linear operator with a weight.
  public var isProduct: Bool { role == .weighted }

  /// One operation for each entry of the result, each operand read once.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    OperationCost(
      flops: Double(output.count),
      numbers: operands.reduce(Double(output.count)) {
        $0 + ($1.isParameter ? 0 : Double($1.shape.count))
      },
      parameters: operands.reduce(0) { $0 + ($1.isParameter ? Double($1.shape.count) : 0) })
  }

  /// No part of a frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .none }

  /// False.
  public func keepsZeros(_ operands: [Bool]) -> Bool { false }

  /// An error of this operation.
  func error(_ reason: String) -> GraphError {
    GraphError(operation: Self.name, reason: reason)
  }

  /// The only operand's shape.
  func single(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard operands.count == 1, !operands[0].isParameter else {
      throw error("it is applied to one value, not to \(operands.count) operands")
    }
    return operands[0].shape
  }

  /// An axis counted from the front; negative ones count from the end.
  func axis(_ axis: Int, of shape: Shape) throws(GraphError) -> Int {
    let place = axis < 0 ? axis + shape.rank : axis
    guard place >= 0 && place < shape.rank else {
      throw error("there is no axis \(axis) in \(shape)")
    }
    return place
  }
}
