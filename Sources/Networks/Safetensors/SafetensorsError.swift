/// What is wrong with a safetensors file.
public struct SafetensorsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with the tensor's name where it is about one.
  public let problem: String
  /// What was expected, without the word.
  public let expected: String

  /// Collects the facts.
  public init(_ problem: String, expected: String) {
    (self.problem, self.expected) = (problem, expected)
  }

  /// `what is wrong, expected what`.
  public var description: String { "\(problem), expected \(expected)" }

  static func header(_ problem: String) -> SafetensorsError {
    SafetensorsError("its header \(problem)", expected: "a whole safetensors file")
  }
}
