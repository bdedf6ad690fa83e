internal import Architectures

extension Measure {
  /// Where images come from, and their classes where those are asked for.
  public enum DataSource: Hashable, Sendable {
    /// The handwritten digits that the program brings.
    case digits
    /// Datasets of an HDF5 file.
    case hdf5(file: String, images: String, labels: String)
    /// A file in the format of MNIST, gzipped or not, and another one with classes.
    case idx(String, labels: String?)
    /// A binary file of CIFAR-10, or the folder that holds them.
    case cifar10(String)

    /// The choice in the one spelling that the plan hash covers; files are known by their digests.
    ///
    /// - Parameter areLabelled: whether classes are asked for.
    func canonicalText(areLabelled: Bool) -> String {
      switch self {
      case .digits: "digits"
      case .hdf5(_, let images, let labels):
        areLabelled ? "{hdf5: \(images), labels: \(labels)}" : "{hdf5: \(images)}"
      case .idx: "idx"
      case .cifar10: "cifar10"
      }
    }

    /// What is known without a look at files.
    var knownFacts: ImageFacts? {
      guard self == .digits else { return nil }
      return ImageFacts(count: 1_797, shape: InputShape(channels: 1, size: 8), valueBytes: 1)
    }
  }
}

extension Reading {
  /// Where images come from.
  ///
  /// Classes may be named even where none are asked for, so that one description serves all parts
  /// of a sweep file.
  mutating func dataSource(_ value: YAMLValue, _ keyPath: String) -> Measure.DataSource? {
    let expected = "digits, {file: images.h5, images: name}, {idx: path} or {cifar10: path}"
    if case .scalar(let text, _) = value.content {
      if text == "digits" { return .digits }
      fail(
        value.place, keyPath, "found \(value.summary)", expected: expected,
        suggestion: nearMiss(of: text, among: ["digits"]))
      return nil
    }
    guard let entries = entries(of: value, keyPath, in: .data, expected: expected) else {
      return nil
    }
    var texts: [String: String] = [:]
    for entry in entries {
      texts[entry.key] = text(entry.value, "\(keyPath).\(entry.key)")
    }
    let given = entries.map(\.key)
    let sources = given.filter { $0 != "images" && $0 != "labels" }
    guard sources.count == 1 else {
      // A source that was misspelt has its own message.
      if !(sources.isEmpty && entries.count < (value.entries?.count ?? 0)) {
        let problem =
          sources.isEmpty
          ? "no file is named" : "\(sources.joined(separator: " and ")) are given together"
        fail(value.place, keyPath, problem, expected: expected)
      }
      return nil
    }
    if sources != ["file"], let entry = entries.first(where: { $0.key == "images" }) {
      fail(
        entry.keyPlace, "\(keyPath).images", "a file of \(sources[0]) has no names",
        expected: "it with file (HDF5) only")
    }
    if sources == ["cifar10"], let entry = entries.first(where: { $0.key == "labels" }) {
      fail(
        entry.keyPlace, "\(keyPath).labels", "files of CIFAR-10 hold the classes themselves",
        expected: "it with file (HDF5) or idx only")
    }
    if let file = texts["file"] {
      return .hdf5(
        file: file, images: texts["images"] ?? "images", labels: texts["labels"] ?? "labels")
    }
    if let path = texts["idx"] { return .idx(path, labels: texts["labels"]) }
    return texts["cifar10"].map { .cifar10($0) }
  }

  /// A text that is not empty.
  private mutating func text(_ value: YAMLValue, _ keyPath: String) -> String? {
    guard case .scalar(let text, _) = value.content, !value.isNull, !text.isEmpty,
      !text.contains(where: \.isNewline)
    else {
      fail(value, keyPath, expected: "a text on one line")
      return nil
    }
    return text
  }
}
