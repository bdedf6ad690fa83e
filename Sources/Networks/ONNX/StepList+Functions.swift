internal import Glibc
internal import NetworkGraphs

/// Functions of one number that a file spells out, such as GELU by Erf.
extension StepList {
  /// The function of one number that some steps, ending in one, come to, and the step that it is a
  /// function of.
  ///
  /// Exporters spell a function in many ways. So it is computed at some numbers, and compared with the
  /// functions that are known: whatever agrees everywhere is the same.
  func function(endingIn index: Int) -> (ScalarFunction, of: Int)? {
    guard isElementwise(index) else { return nil }
    var ancestors: Set<Int> = []
    collect(index, depth: 12, into: &ancestors)
    // The farthest first: a part of a function may be a function too.
    for source in ancestors.sorted() where source != index {
      var known = [source: ScalarFunction.samples]
      guard let values = values(of: index, &known), known.count > 2,
        let function = ScalarFunction.spelled.first(where: { $0.agrees(with: values) })
      else { continue }
      return (function, source)
    }
    return nil
  }

  /// Whether a step is a function of single elements of its inputs.
  private func isElementwise(_ index: Int) -> Bool {
    let step = self[index]
    guard
      step.operation is Activation || step.operation is Sum || step.operation is Difference
        || step.operation is Product || step.operation is Quotient
    else { return false }
    return step.operands.count <= 2
      && step.operands.allSatisfy { operand in
        operand.constant.map { $0.count == 1 } ?? (shape(operand) == step.shape)
      }
  }

  private func collect(_ index: Int, depth: Int, into ancestors: inout Set<Int>) {
    guard ancestors.insert(index).inserted, depth > 0, isElementwise(index) else { return }
    for input in self[index].inputs { collect(input, depth: depth - 1, into: &ancestors) }
  }

  /// The values of a step if those of another one are known; nil if it depends on others too.
  private func values(of index: Int, _ known: inout [Int: [Double]]) -> [Double]? {
    if let values = known[index] { return values }
    guard known.count < 24, isElementwise(index) else { return nil }
    var operands: [[Double]] = []
    for operand in self[index].operands {
      switch operand {
      case .constant(let tensor):
        operands.append(ScalarFunction.samples.map { _ in tensor.scalar ?? .nan })
      case .step(let input):
        guard let values = values(of: input, &known) else { return nil }
        operands.append(values)
      }
    }
    let result: [Double]
    switch self[index].operation {
    case let activation as Activation:
      result = operands[0].map(activation.function.callAsFunction)
    case is Sum: result = operands.count == 2 ? zip(operands[0], operands[1]).map(+) : operands[0]
    case is Difference: result = zip(operands[0], operands[1]).map(-)
    case is Product: result = zip(operands[0], operands[1]).map(*)
    default: result = zip(operands[0], operands[1]).map(/)
    }
    known[index] = result
    return result
  }
}

extension ScalarFunction {
  /// Numbers at which functions are compared: dense where they bend, and far out.
  fileprivate static let samples =
    (-60...60).map { Double($0) * 0.107 + 0.013 } + [-30, -15.5, -9.25, 9.75, 16.25, 29]

  /// The functions that exporters spell out.
  fileprivate static let spelled: [ScalarFunction] = [
    .gelu, .geluTanh, .silu, .hardSwish, .hardSigmoid(alpha: 1 / 6, beta: 0.5), .mish, .sigmoid,
    .softplus, .clip(minimum: 0, maximum: 6), .relu,
  ]

  /// Tells whether this is the function with some values at the samples, to the rounding of constants
  /// in single precision.
  fileprivate func agrees(with values: [Double]) -> Bool {
    zip(Self.samples, values).allSatisfy { number, value in
      let expected = self(number)
      return (value - expected).magnitude <= 2e-7 * max(1, expected.magnitude)
    }
  }

  /// The function at a number, as it is defined: for constants, and to recognise what is spelled out.
  func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .relu: max(x, 0)
    case .leakyReLU(let slope): x > 0 ? x : slope * x
    case .clip(let minimum, let maximum): min(max(x, minimum), maximum)
    case .elu(let alpha): x > 0 ? x : alpha * expm1(x)
    case .gelu: x * 0.5 * (1 + Glibc.erf(x * 0.5.squareRoot()))
    case .geluTanh:
      0.5 * x * (1 + Glibc.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .silu: x / (1 + Glibc.exp(-x))
    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .hardSigmoid(let alpha, let beta): min(max(alpha * x + beta, 0), 1)
    case .mish: x * Glibc.tanh(ScalarFunction.softplus(x))
    case .erf: Glibc.erf(x)
    case .sigmoid: 1 / (1 + Glibc.exp(-x))
    case .tanh: Glibc.tanh(x)
    case .softplus: max(x, 0) + log1p(Glibc.exp(-x.magnitude))
    case .exponential: Glibc.exp(x)
    case .logarithm: Glibc.log(x)
    case .squareRoot: x.squareRoot()
    case .power(let exponent): pow(x, exponent)
    case .absolute: x.magnitude
    case .negative: -x
    case .reciprocal: 1 / x
    case .identity: x
    }
  }
}
