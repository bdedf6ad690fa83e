/// What is wrong with an ONNX file, or what in it is not supported.
public struct ONNXError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's path, as it was given; empty if only bytes are known.
  public internal(set) var file: String
  /// The part of the file, such as `node '/conv1/Conv' (Conv)`; nil if it is the whole file.
  public internal(set) var place: String?
  /// What is wrong.
  public let problem: String
  /// What was expected, without the word.
  public let expected: String

  /// Collects the facts.
  public init(file: String = "", place: String? = nil, problem: String, expected: String) {
    self.file = file
    self.place = place
    self.problem = problem
    self.expected = expected
  }

  /// `file: place: what is wrong, expected what`.
  public var description: String {
    let places = [file, place ?? ""].filter { !$0.isEmpty }.map { "\($0): " }.joined()
    return "\(places)\(problem), expected \(expected)"
  }

  /// The error with the file's path.
  public func inFile(_ name: String) -> ONNXError {
    var error = self
    error.file = name
    return error
  }

  /// The error with a place, if it has none yet.
  func at(_ place: String) -> ONNXError {
    var error = self
    error.place = error.place ?? place
    return error
  }
}
