internal import Foundation

/// What standard output is connected to: how wide it is, and whether colours are welcome.
package struct Terminal: Sendable {
  /// Whether a person reads along.
  package let isTerminal: Bool
  /// The characters in a line.
  package let width: Int
  /// Whether colours may be used.
  package let hasColour: Bool

  package static var standardOutput: Terminal {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let environment = ProcessInfo.processInfo.environment
    var width = environment["COLUMNS"].flatMap { Int($0) } ?? 80
    if isTerminal {
      var size = winsize()
      if unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
        width = Int(size.ws_col)
      }
    }
    // https://no-color.org: any value of NO_COLOR but an empty one switches colours off.
    let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return Terminal(
      isTerminal: isTerminal, width: max(width, 40),
      hasColour: isTerminal && !refused && environment["TERM"] != "dumb")
  }

  /// Looks that a terminal can give to words.
  package enum Look: String {
    case bold = "1"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case faint = "2"
  }

  /// The text in a look, or as it is where there are no colours.
  package func show(_ text: String, _ look: Look) -> String {
    hasColour ? "\u{1B}[\(look.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Words in lines of this terminal's width, the later ones indented.
  package func wrapped(_ words: [String], head: String, separator: String = ", ") -> String {
    let indent = String(repeating: " ", count: head.count)
    var lines: [String] = []
    var line = head
    for (index, word) in words.enumerated() {
      let piece = word + (index < words.count - 1 ? separator : "")
      if line.count > head.count, line.count + piece.trimmedEnd.count > width {
        lines.append(line.trimmedEnd)
        line = indent
      }
      line += piece
    }
    return (lines + [line.trimmedEnd]).joined(separator: "\n")
  }
}

extension String {
  /// Without spaces at the end.
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
