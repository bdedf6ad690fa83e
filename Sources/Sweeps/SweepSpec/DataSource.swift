public import Architectures

extension Measure {
  /// Where images come from, and how networks normalise them.
  public struct DataSource: Hashable, Sendable {
    /// The files of a data set, or what the program brings.
    public enum Files: Hashable, Sendable {
      /// The handwritten digits that the program brings.
      case digits
      /// Datasets of an HDF5 file.
      case hdf5(file: String, images: String, labels: String)
      /// A file in the format of MNIST, gzipped or not, and another one with classes.
      case idx(String, labels: String?)
      /// A binary file of CIFAR-10, or the folder that holds them.
      case cifar10(String)
      /// A binary file of CIFAR-100, or the folder that holds it; its 100 classes, or its 20 groups.
      case cifar100(String, areFine: Bool)
      /// A folder of PNG and JPEG files, a CSV file with their classes, what their shorter side is
      /// brought to, and the side of the square that is cut from the middle.
      case folder(String, labels: String?, resize: Int?, crop: Int?)
    }

    /// The handwritten digits that the program brings, as they are.
    public static let digits = DataSource(.digits)

    /// Where images come from, and their classes if those are asked for.
    public let files: Files
    /// What networks do to images first; nil if they take them as they are.
    public let normalization: ImageNormalization?

    init(_ files: Files, normalization: ImageNormalization? = nil) {
      (self.files, self.normalization) = (files, normalization)
    }

    /// The choice in the one spelling that the plan hash covers; files are known by their digests.
    ///
    /// - Parameter areLabelled: whether classes are asked for.
    public func canonicalText(areLabelled: Bool) -> String {
      let text =
        switch files {
        case .digits: "digits"
        case .hdf5(_, let images, let labels):
          areLabelled ? "{hdf5: \(images), labels: \(labels)}" : "{hdf5: \(images)}"
        case .idx: "idx"
        case .cifar10: "cifar10"
        case .cifar100(_, let areFine):
          areLabelled ? "{cifar100: \(areFine ? "fine" : "coarse")}" : "cifar100"
        case .folder(_, _, let resize, let crop):
          "{folder" + (resize.map { ", resize: \($0)" } ?? "")
            + (crop.map { ", crop: \($0)" } ?? "") + "}"
        }
      return text + (normalization.map { ", normalize: \($0.canonicalText)" } ?? "")
    }

    /// What is known without a look at files.
    var knownFacts: ImageFacts? {
      guard files == .digits else { return nil }
      return ImageFacts(count: 1_797, shape: InputShape(channels: 1, size: 8), valueBytes: 1)
    }
  }
}

extension Reading {
  /// Where images come from.
  ///
  /// Classes may be named even where none are asked for, so that one description serves all parts
  /// of a sweep file.
  public mutating func dataSource(_ value: YAMLValue, _ keyPath: String) -> Measure.DataSource? {
    let expected =
      "digits, {file: images.h5, images: name}, {idx: path}, {cifar10: path}, {cifar100: path} or "
      + "{folder: path}"
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
    var sizes: [String: Int] = [:]
    var normalization: ImageNormalization?
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      switch entry.key {
      case "resize", "crop": sizes[entry.key] = integer(entry.value, path, in: 1...16_384)
      case "normalize": normalization = self.normalization(entry.value, path)
      default: texts[entry.key] = text(entry.value, path)
      }
    }
    let sources = entries.map(\.key).filter { $0 != "normalize" && Self.detailHomes[$0] == nil }
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
    for entry in entries {
      guard let homes = Self.detailHomes[entry.key], !homes.sources.contains(sources[0]) else {
        continue
      }
      fail(
        entry.keyPlace, "\(keyPath).\(entry.key)",
        homes.reason, expected: "it with \(homes.text) only")
    }
    let files: Measure.DataSource.Files? =
      switch sources[0] {
      case "file":
        texts["file"].map {
          .hdf5(file: $0, images: texts["images"] ?? "images", labels: texts["labels"] ?? "labels")
        }
      case "idx": texts["idx"].map { .idx($0, labels: texts["labels"]) }
      case "cifar10": texts["cifar10"].map { .cifar10($0) }
      case "cifar100": cifar100(texts, entries, keyPath)
      default:
        texts["folder"].map {
          .folder($0, labels: texts["labels"], resize: sizes["resize"], crop: sizes["crop"])
        }
      }
    return files.map { Measure.DataSource($0, normalization: normalization) }
  }

  /// What networks do to images first: a mean is taken off, and what is left is divided.
  private mutating func normalization(
    _ value: YAMLValue, _ keyPath: String
  ) -> ImageNormalization? {
    note(value.place, of: keyPath)
    let expected = "what the network was trained with ({mean: [0.5], std: [0.25]})"
    let keys = ["mean", "std"]
    guard let entries = self.entries(of: value, keyPath, keys: keys, expected: expected) else {
      return nil
    }
    var lists: [String: [Double]] = [:]
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      let items = entry.value.items ?? [entry.value]
      let expected =
        entry.key == "std"
        ? "a number above 0, or one for each channel" : "a number, or one for each channel"
      if items.isEmpty { fail(entry.value, path, expected: expected) }
      let numbers = items.compactMap { real($0, path, expected: expected) }
      for (item, number) in zip(items, numbers) where entry.key == "std" && number <= 0 {
        fail(item.place, path, "found \(item.summary)", expected: expected)
      }
      if numbers.count == items.count { lists[entry.key] = numbers }
    }
    for key in keys where !entries.contains(where: { $0.key == key }) {
      fail(value.place, keyPath, "'\(key)' is missing", expected: expected)
    }
    guard let mean = lists["mean"], let deviation = lists["std"] else { return nil }
    guard mean.count == 1 || deviation.count == 1 || mean.count == deviation.count else {
      fail(
        value.place, keyPath, "\(mean.count) means and \(deviation.count) deviations are given",
        expected: "one of each, or one for each channel")
      return nil
    }
    return ImageNormalization(mean: mean, deviation: deviation)
  }

  /// The keys beside a source, with the sources that have them, and why others have not.
  private static let detailHomes: [String: (sources: Set<String>, text: String, reason: String)] = [
    "images": (["file"], "file (HDF5)", "only HDF5 files name their images"),
    "labels": (
      ["file", "idx", "cifar100", "folder"], "file (HDF5), idx, cifar100 or folder",
      "files of CIFAR-10 hold the classes themselves"
    ),
    "resize": (["folder"], "folder", "only pictures of a folder are resized"),
    "crop": (["folder"], "folder", "only pictures of a folder are cropped"),
  ]

  private mutating func cifar100(
    _ texts: [String: String], _ entries: [YAMLValue.Entry], _ keyPath: String
  ) -> Measure.DataSource.Files? {
    var areFine = true
    if let entry = entries.first(where: { $0.key == "labels" }) {
      let choices = [("fine", true), ("coarse", false)]
      guard
        let choice = name(
          entry.value, "\(keyPath).labels", among: choices.map { (name: $0.0, value: $0.1) })
      else { return nil }
      areFine = choice
    }
    return texts["cifar100"].map { .cifar100($0, areFine: areFine) }
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
