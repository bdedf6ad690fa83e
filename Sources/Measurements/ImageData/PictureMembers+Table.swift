internal import Foundation

extension PictureMembers {
  /// Reads a CSV file with the header `file,label`: a line for each picture, in their order.
  ///
  /// Labels are whole numbers from 0, or names, of which the first in the order of their bytes is
  /// class 0. A field may stand in quotation marks.
  ///
  /// - Parameters:
  ///   - csv: the file.
  ///   - name: what messages call it.
  ///
  /// **Throws**: `InputFileError` with the line.
  init(csv: String, name: String) throws(InputFileError) {
    let expected = "a CSV file with the header file,label"
    let data = try FileBytes.contents(of: csv, name: name, expected: expected)
    guard let text = String(data: data, encoding: .utf8) else {
      throw InputFileError(path: name, problem: "it is not text in UTF-8", expected: expected)
    }
    // A carriage return with a line feed is one character.
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    // Spreadsheets put a mark in front.
    if let first = lines.first, first.hasPrefix("\u{FEFF}") { lines[0] = first.dropFirst() }
    guard lines.first.map({ Self.fields(of: $0) }) == ["file", "label"] else {
      throw InputFileError(
        path: name, problem: "its first line is '\(lines.first?.prefix(40) ?? "")'",
        expected: "the header file,label")
    }
    var (files, names): ([String], [String]) = ([], [])
    var known: Set<String> = []
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      func failure(_ problem: String, _ expected: String) -> InputFileError {
        InputFileError(path: "\(name):\(index + 1)", problem: problem, expected: expected)
      }
      guard let fields = Self.fields(of: line), fields.count == 2, !fields[1].isEmpty else {
        throw failure("the line is '\(line.prefix(60))'", "a file and its label")
      }
      let parts = fields[0].split(separator: "/", omittingEmptySubsequences: false)
      guard !fields[0].isEmpty, !fields[0].contains("\0"), !parts.contains(".."),
        !parts.contains("")
      else {
        throw failure("'\(fields[0])' leads out of the folder", "a path in the folder of pictures")
      }
      guard known.insert(fields[0]).inserted else {
        throw failure("'\(fields[0])' is named twice", "every file once")
      }
      files.append(fields[0])
      names.append(fields[1])
    }
    guard !files.isEmpty else {
      throw InputFileError(path: name, problem: "it names no file", expected: expected)
    }
    self.init(files: files, labels: try Self.classes(of: names, name: name))
  }

  private init(files: [String], labels: [Int]) { (self.files, self.labels) = (files, labels) }

  /// Whole numbers are the classes themselves, names are numbered.
  private static func classes(of names: [String], name: String) throws(InputFileError) -> [Int] {
    let numbers = names.compactMap { Int($0) }
    if numbers.count == names.count {
      guard numbers.allSatisfy({ (0..<ImageSet.classLimit).contains($0) }) else {
        throw InputFileError(
          path: name, problem: "a label is \(numbers.min() ?? 0) or \(numbers.max() ?? 0)",
          expected: "labels from 0 to \(ImageSet.classLimit - 1), or names")
      }
      return numbers
    }
    let distinct = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    return names.map { places[$0] ?? 0 }
  }

  /// The fields of a line; nil if quotation marks are not closed.
  private static func fields(of line: Substring) -> [String]? {
    var fields: [String] = []
    var rest = line
    while true {
      if rest.hasPrefix("\"") {
        // Two marks in a field stand for one.
        var field = ""
        repeat {
          guard let end = rest.dropFirst().firstIndex(of: "\"") else { return nil }
          field += (field.isEmpty ? "" : "\"") + rest[rest.startIndex..<end].dropFirst()
          rest = rest[end...].dropFirst()
        } while rest.hasPrefix("\"")
        guard rest.isEmpty || rest.hasPrefix(",") else { return nil }
        fields.append(field)
      } else {
        let end = rest.firstIndex(of: ",") ?? rest.endIndex
        fields.append(rest[..<end].trimmingCharacters(in: .whitespaces))
        rest = rest[end...]
      }
      guard rest.hasPrefix(",") else { return fields }
      rest = rest.dropFirst()
    }
  }
}
