/// The numbers of a graph's parameters, in the precision that they came in.
public struct GraphParameters: Sendable {
  /// The numbers of one parameter, row-major in the order of its shape.
  public enum Numbers: Sendable {
    /// In single precision.
    case single([Float])
    /// In double precision.
    case double([Double])

    /// How many they are.
    public var count: Int {
      switch self {
      case .single(let numbers): numbers.count
      case .double(let numbers): numbers.count
      }
    }

    /// The numbers in double precision.
    public var doubles: [Double] {
      switch self {
      case .single(let numbers): numbers.map(Double.init)
      case .double(let numbers): numbers
      }
    }

    /// The first that is infinite or not a number; nil if there is none.
    public var firstNonfinite: Double? {
      switch self {
      case .single(let numbers): numbers.first { !$0.isFinite }.map { Double($0) }
      case .double(let numbers): numbers.first { !$0.isFinite }
      }
    }

    /// The numbers in single precision.
    public var floats: [Float] {
      switch self {
      case .single(let numbers): numbers
      case .double(let numbers): numbers.map { Float($0) }
      }
    }
  }

  private var numbers: [Int: Numbers] = [:]

  /// Starts without any numbers.
  public init() {}

  /// The numbers of a parameter; nil until they are set.
  public subscript(parameter: ParameterID) -> Numbers? {
    get { numbers[parameter.index] }
    set { numbers[parameter.index] = newValue }
  }

  /// Checks that each parameter that nodes read has as many numbers as its shape.
  func check(against graph: Graph) {
    for node in graph.nodes {
      for case .parameter(let parameter) in node.operands {
        let (found, shape) = (numbers[parameter.index]?.count, graph[parameter].shape)
        precondition(
          found == shape.count,
          "parameter \(graph[parameter].name) has \(found ?? 0) numbers instead of \(shape)")
      }
    }
  }
}
