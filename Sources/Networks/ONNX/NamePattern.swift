/// A name in which `*` stands for any characters, also none, and `?` for one.
struct NamePattern: Sendable {
  private let characters: [Character]

  init(_ text: String) { characters = Array(text) }

  /// Whether the whole of a name is as the pattern says.
  ///
  /// **Complexity**: O(pattern × name).
  func matches(_ name: String) -> Bool {
    var (place, star): (Int, (pattern: Int, name: String.Index)?) = (0, nil)
    var index = name.startIndex
    while index < name.endIndex {
      if place < characters.count, characters[place] == "*" {
        star = (place, index)
        place += 1
      } else if place < characters.count, [name[index], "?"].contains(characters[place]) {
        place += 1
        index = name.index(after: index)
      } else if let last = star {
        // The star takes one character more.
        star = (last.pattern, name.index(after: last.name))
        place = last.pattern + 1
        index = name.index(after: last.name)
      } else {
        return false
      }
    }
    return characters[place...].allSatisfy { $0 == "*" }
  }
}
