internal import Foundation
internal import HDF5

/// A dataset of numbers; its file is opened whenever numbers are asked for.
struct HDF5Numbers: Sendable {
  let path: String
  /// The dataset's name, which may lead through groups.
  let dataset: String
  /// What messages call the file.
  let name: String

  /// What is to be known of a dataset before it is read.
  struct Facts {
    /// Nil for a type that the project does not use.
    let type: ElementType?
    /// The type as messages name it.
    let typeName: String
    let extents: [Int]
    /// The other files that the values are read from.
    let sources: SourceFiles
  }

  /// Looks at the dataset, and makes sure that all files are there that its values are read from.
  func facts() throws(InputFileError) -> Facts {
    try open { dataset, links throws(HDF5Error) in
      var sources = links
      try dataset.noteSources(in: &sources)
      return Facts(
        type: try dataset.elementType(), typeName: try dataset.elementSummary(),
        extents: try dataset.shape(), sources: sources)
    }
  }

  /// The bytes of the other files that the values are read from, mapped.
  func sourceContents(of sources: SourceFiles) throws(InputFileError) -> [Data] {
    var contents: [Data] = []
    for path in sources.paths {
      contents.append(
        try FileBytes.contents(
          of: path, name: "\(name): \(path), which /\(dataset) is read from",
          expected: "a file with values"))
    }
    return contents
  }

  /// Some rows.
  func rows<Element: HDF5Element>(
    _ rows: Range<Int>, as type: Element.Type
  ) throws(InputFileError) -> [Element] {
    try open { dataset, _ throws(HDF5Error) in
      try dataset.read(type, from: Hyperslab(rows: rows, of: try dataset.shape()))
    }
  }

  /// Rows in any order; the file is opened once.
  func rows<Element: HDF5Element>(
    at places: [Int], as type: Element.Type
  ) throws(InputFileError) -> [Element] {
    let order = places.indices.sorted { places[$0] < places[$1] }
    return try open { dataset, _ throws(HDF5Error) in
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

  /// Opens the dataset, and lends it with the files that links lead through.
  private func open<Result>(
    _ body: (borrowing Dataset, SourceFiles) throws(HDF5Error) -> Result
  ) throws(InputFileError) -> Result {
    let opened: Opened<Result> = try reading { root throws(HDF5Error) in
      var sources = SourceFiles()
      guard let dataset = try root.dataset(at: dataset, noting: &sources) else {
        return .others(try root.datasetNames())
      }
      return .result(try body(dataset, sources))
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
        path: name, problem: error.description, expected: "a readable HDF5 file with all its data")
    }
  }
}
