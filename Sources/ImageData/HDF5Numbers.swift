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

  /// Rows in any order; the file is opened once.
  func rows<Element: HDF5Element>(
    at places: [Int], as type: Element.Type
  ) throws(InputFileError) -> [Element] {
    let order = places.indices.sorted { places[$0] < places[$1] }
    return try open { dataset throws(HDF5Error) in
      let shape = try dataset.shape()
      let width = shape.dropFirst().reduce(1, *)
      var rows = [Element](repeating: .zero, count: places.count * width)
      var next = 0
      while let first = order[next...].first.map({ places[$0] }) {
        let span = Self.span(of: order[next...].lazy.map { places[$0] }, width: width)
        let values = try dataset.read(
          type, from: Hyperslab(rows: first..<span.last + 1, of: shape))
        for index in order[next..<next + span.count] {
          let start = (places[index] - first) * width
          rows.replaceSubrange(
            index * width..<(index + 1) * width, with: values[start..<start + width])
        }
        next += span.count
      }
      return rows
    }
  }

  /// Values that are read and not wanted, between two rows: asking twice takes longer.
  private static let largestGap = 1 << 15
  /// Values that are read at one time.
  private static let blockSize = 1 << 20

  /// How many of the next places, which ascend, are read at one time, and the last of them.
  private static func span(
    of places: some Sequence<Int>, width: Int
  ) -> (count: Int, last: Int) {
    var span = (count: 0, last: 0)
    var first = 0
    for place in places {
      if span.count == 0 {
        first = place
      } else if (place - span.last - 1) * width > largestGap || (place - first) * width >= blockSize
      {
        break
      }
      span = (span.count + 1, place)
    }
    return span
  }

  /// What opening leads to.
  private enum Opened<Result> {
    case result(Result)
    /// The dataset is not there, and these are.
    case others([String])
  }

  private func open<Result>(
    _ body: (borrowing Dataset) throws(HDF5Error) -> Result
  ) throws(InputFileError) -> Result {
    let opened: Opened<Result> = try reading { root throws(HDF5Error) in
      guard try contains(in: root) else { return .others(try root.datasetNames()) }
      return .result(try body(try root.openDataset(dataset)))
    }
    switch opened {
    case .result(let result): return result
    case .others(let others):
      var names = others.prefix(20).joined(separator: ", ")
      if others.count > 20 { names += ", … (\(others.count) in all)" }
      throw InputFileError(
        path: name, problem: "there is no dataset /\(dataset)",
        expected: names.isEmpty ? "a dataset of this name" : "one of \(names)")
    }
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
