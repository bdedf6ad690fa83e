/// Where operations take the numbers of parameters from.
protocol ParameterSource {
  /// The numbers of a parameter; nil if it has none.
  func numbers(of parameter: ParameterID) -> GraphParameters.Numbers?

  /// Copies the numbers of a parameter; false if it has none.
  func copy<Scalar: GraphScalar>(_ parameter: ParameterID, into numbers: Numbers<Scalar>) -> Bool
}

extension ParameterSource {
  /// The numbers of a parameter that has them.
  func required(_ parameter: ParameterID) -> GraphParameters.Numbers {
    guard let found = numbers(of: parameter) else {
      preconditionFailure("parameter \(parameter.index) has no numbers")
    }
    return found
  }
}

extension GraphParameters: ParameterSource {
  func numbers(of parameter: ParameterID) -> Numbers? { self[parameter] }

  func copy<Scalar: GraphScalar>(
    _ parameter: ParameterID, into numbers: NetworkGraphs.Numbers<Scalar>
  ) -> Bool {
    guard let found = self[parameter] else { return false }
    // Loops over numbers of a precision that the compiler knows.
    if let numbers = numbers as? NetworkGraphs.Numbers<Float> {
      let found = found.floats
      for place in 0..<numbers.count { numbers[place] = found[place] }
    } else if let numbers = numbers as? NetworkGraphs.Numbers<Double> {
      let found = found.doubles
      for place in 0..<numbers.count { numbers[place] = found[place] }
    }
    return true
  }
}

/// The numbers of all parameters, one parameter behind the other, wherever they lie while they are read.
final class ParameterVector<Scalar: GraphScalar>: ParameterSource {
  /// The numbers, which are set before they are read.
  var numbers: Numbers<Scalar>? {
    didSet { precondition(numbers?.count == count, "another graph's parameters") }
  }
  private let starts: [Int]
  private let counts: [Int]
  private let count: Int

  init(_ graph: Graph) {
    starts = graph.parameterStarts
    counts = graph.parameters.map(\.shape.count)
    count = counts.reduce(0, +)
  }

  func numbers(of parameter: ParameterID) -> GraphParameters.Numbers? {
    let part = part(parameter)
    if let part = part as? Numbers<Float> { return .single((0..<part.count).map { part[$0] }) }
    return .double((0..<part.count).map { Double(part[$0]) })
  }

  func copy<Other: GraphScalar>(_ parameter: ParameterID, into numbers: Numbers<Other>) -> Bool {
    let part = part(parameter)
    if let part = part as? Numbers<Other> {
      numbers.copy(part)
    } else {
      for place in 0..<numbers.count { numbers[place] = Other(part[place]) }
    }
    return true
  }

  private func part(_ parameter: ParameterID) -> Numbers<Scalar> {
    guard let numbers else { preconditionFailure("parameters before they are set") }
    return numbers.part(starts[parameter.index], counts[parameter.index])
  }
}

/// The numbers of a parameter as an operation holds them: its own, and those of the directions that it
/// moves along.
struct HeldParameter<Scalar: GraphScalar> {
  let binding: ParameterBinding?
  /// The parameter's own numbers and its directions; 1 without directions.
  let vectors: Int
  private let count: Int
  private let memory: NumberMemory<Scalar>

  /// Makes room.
  ///
  /// - Parameters:
  ///   - binding: the parameter; nil for numbers that are all the same.
  ///   - count: how many numbers there are.
  ///   - constant: what they are if there is no parameter.
  ///   - gradients: where gradients lie; if these have tangents, the parameter has directions.
  init(
    _ binding: ParameterBinding?, count: Int, constant: Scalar = 0,
    _ gradients: BoundGradients<Scalar>?
  ) {
    self.binding = binding
    self.count = count
    vectors = gradients?.vectors ?? 1
    memory = NumberMemory(count: vectors * count)
    memory.numbers.part(0, count).fill(constant)
  }

  /// The parameter's own numbers, or those of a direction, counted from 1.
  @inline(__always) func vector(_ vector: Int) -> Numbers<Scalar> {
    memory.numbers.part(vector * count, count)
  }

  /// Takes over numbers; a direction that has none for the parameter does not move it.
  func load(_ source: any ParameterSource, _ vector: Int) {
    guard let binding else { return }
    let numbers = self.vector(vector)
    guard !source.copy(binding.id, into: numbers) else { return }
    precondition(vector > 0, "parameter \(binding.id.index) has no numbers")
    numbers.clear()
  }
}
