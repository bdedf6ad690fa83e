/// A place in a sweep file; lines and columns count from 1, columns in Unicode scalars.
public struct Place: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The line, at least 1.
  public let line: Int
  /// The column, at least 1.
  public let column: Int

  /// Makes a place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// `line:column`.
  public var description: String { "\(line):\(column)" }

  /// Orders places as they are read.
  public static func < (left: Place, right: Place) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// One mistake in a sweep file, or one thing that is worth a warning.
public struct SpecError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where it is.
  public let place: Place
  /// The key it is about, such as `grid.width[2]`; empty for the whole file.
  public let keyPath: String
  /// What is wrong.
  public let problem: String
  /// What was expected, without the word; empty where the problem says it all.
  public let expected: String
  /// The name that was probably meant.
  public let suggestion: String?

  /// Makes a report.
  public init(
    _ place: Place, _ keyPath: String, _ problem: String, expected: String = "",
    suggestion: String? = nil
  ) {
    self.place = place
    self.keyPath = keyPath
    self.problem = problem
    self.expected = expected
    self.suggestion = suggestion
  }

  /// What is wrong and what was expected, without the place.
  public var message: String {
    var text = keyPath.isEmpty ? problem : "\(keyPath): \(problem)"
    if !expected.isEmpty { text += ", expected \(expected)" }
    if let suggestion { text += "; did you mean '\(suggestion)'?" }
    return text
  }

  /// The line that is shown for a mistake in a file of this name.
  public func text(file: String) -> String { "\(file):\(place): \(message)" }

  /// `line:column: what is wrong, what was expected`.
  public var description: String { "\(place): \(message)" }
}

/// All mistakes of a sweep file, ordered by place.
public struct SpecErrors: Error, Sendable, CustomStringConvertible {
  /// The number of mistakes that `text(file:)` lists.
  public static let listedCount = 20

  /// The mistakes, at least one, without repeats.
  public let errors: [SpecError]

  /// Orders mistakes, of which there is at least one, and drops repeats.
  public init(_ errors: [SpecError]) {
    precondition(!errors.isEmpty, "there is no mistake to report")
    var seen: Set<SpecError> = []
    // Sorting by message as well makes the order independent of the order of checks.
    self.errors = errors.filter { seen.insert($0).inserted }.sorted {
      $0.place == $1.place ? $0.message < $1.message : $0.place < $1.place
    }
  }

  /// One line for each of the first mistakes, and how many there are besides.
  public func text(file: String) -> String {
    var lines = errors.prefix(Self.listedCount).map { $0.text(file: file) }
    let rest = errors.count - lines.count
    if rest > 0 { lines.append("\(file): and \(rest) more") }
    return lines.joined(separator: "\n")
  }

  /// The same with places only.
  public var description: String {
    errors.prefix(Self.listedCount).map(\.description).joined(separator: "\n")
  }
}
