internal import HDF5

/// A dataset of numbers; its file is opened whenever numbers are asked for.
struct HDF5Numbers: Sendable {
  let path: String
  /// The dataset's name, which may lead through groups.
  let dataset: String
  /// What messages call the file.
  let name: String

  /// The type, nil for one that the project does not use, its name for messages, and the extents.
  func facts() throws(InputFileError) -> (type: ElementType?, typeName: String, extents: [Int]) {
    try open { dataset throws(HDF5Error) in
      (try dataset.elementType(), try dataset.elementSummary(), try dataset.shape())
    }
  }

  /// Some rows.
  func rows<Element: HDF5Element>(
    _ rows: Range<Int>, as type: Element.Type
  ) throws(InputFileError) -> [Element] {
    try open { dataset throws(HDF5Error) in
      try dataset.read(type, from: Hyperslab(rows: rows, of: try dataset.shape()))
    }
  }

  private func open<Result>(
    _ body: (borrowing Dataset) throws(HDF5Error) -> Result
  ) throws(InputFileError) -> Result {
    let others = try reading { root throws(HDF5Error) in
      try contains(in: root) ? nil : try root.datasetNames()
    }
    if let others {
      var names = others.prefix(20).joined(separator: ", ")
      if others.count > 20 { names += ", … (\(others.count) in all)" }
      throw InputFileError(
        path: name, problem: "there is no dataset /\(dataset)",
        expected: names.isEmpty ? "a dataset of this name" : "one of \(names)")
    }
    return try reading { root throws(HDF5Error) in try body(try root.openDataset(dataset)) }
  }

  private func reading<Result>(
    _ body: (borrowing Group) throws(HDF5Error) -> Result
  ) throws(InputFileError) -> Result {
    do throws(HDF5Error) {
      return try body(try File.open(path).root())
    } catch {
      throw InputFileError(
        path: name, problem: error.description, expected: "a readable HDF5 file")
    }
  }

  /// Whether the dataset is there; the library asks for one link after the other.
  private func contains(in root: borrowing Group) throws(HDF5Error) -> Bool {
    var path = ""
    for part in dataset.split(separator: "/") {
      path += path.isEmpty ? String(part) : "/\(part)"
      guard try root.contains(path) else { return false }
    }
    return !path.isEmpty
  }
}
