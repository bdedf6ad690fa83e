/// What is wrong with a file that a sweep reads, images or weights, or with weights that it writes.
public struct InputFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file's path, as it was given.
  public let path: String
  /// What is wrong.
  public let problem: String
  /// What was expected, without the word.
  public let expected: String

  /// Collects the facts.
  public init(path: String, problem: String, expected: String) {
    self.path = path
    self.problem = problem
    self.expected = expected
  }

  /// `path: what is wrong, expected what`.
  public var description: String { "\(path): \(problem), expected \(expected)" }
}
