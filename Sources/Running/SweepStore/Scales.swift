internal import HDF5
internal import SweepRecords

/// The dimension scales of the root group.
final class Scales {
  private var scales: [(dimension: ColumnDimension, writer: ColumnWriter)] = []

  init(_ description: TableDescription, in root: borrowing Group) throws(HDF5Error) {
    for dimension in description.dimensions {
      let count = description.extent(of: dimension)
      let writer = try ColumnWriter(
        dimension.name, dimension.type.element, shape: [count], in: root)
      try writer.dataset.makeScale(of: dimension.name)
      try writer.dataset.describe(
        units: "1", longName: dimension.longName,
        description: dimension.meaning)
      if dimension == .point {
        try Self.count(to: count, writer)
      } else {
        let coordinates = description.layout.extents.coordinates(of: dimension)
        if dimension.type == .float64 {
          try writer.write(all: coordinates)
        } else {
          try writer.write(all: coordinates.map { Int32($0) })
        }
      }
      scales.append((dimension, writer))
    }
  }

  /// Gives the dataset's dimensions their scales.
  func attach(
    to dataset: borrowing Dataset, _ dimensions: [ColumnDimension]
  ) throws(HDF5Error) {
    for (place, dimension) in dimensions.enumerated() {
      for (other, writer) in scales where other == dimension {
        try dataset.attach(writer.dataset, to: place)
      }
    }
  }

  /// Adds the scales to a checksum.
  func finish(_ checksum: inout DataChecksum) {
    for (_, writer) in scales { writer.finish(&checksum) }
  }

  /// Writes the indices of points, 0, 1, 2, …, in blocks.
  private static func count(to count: Int, _ writer: ColumnWriter) throws(HDF5Error) {
    var first = 0
    while first < count {
      let rows = min(count - first, 1 << 16)
      writer.start(rowCount: rows)
      for row in 0..<rows { writer.set(row: row, Int64(first + row)) }
      try writer.write(from: first)
      first += rows
    }
  }
}

extension ColumnType {
  /// The type in files.
  var element: ElementType {
    switch self {
    case .int8: .int8
    case .int32: .int32
    case .int64: .int64
    case .float32: .float32
    case .float64: .float64
    }
  }
}

extension Dataset {
  /// Says what the values are.
  func describe(units: String, longName: String, description: String) throws(HDF5Error) {
    try setAttribute("units", units)
    try setAttribute("long_name", longName)
    try setAttribute("description", description)
  }

  /// Says what a column's values are.
  func describe(_ column: Column) throws(HDF5Error) {
    try describe(
      units: column.units, longName: column.longName, description: column.description)
    guard !column.flags.isEmpty else { return }
    try setAttribute("flag_values", column.flags.map(\.value))
    try setAttribute("flag_meanings", column.flags.map(\.meaning).joined(separator: " "))
  }

  /// Says what texts are.
  func describe(longName: String, description: String) throws(HDF5Error) {
    try setAttribute("long_name", longName)
    try setAttribute("description", description)
  }
}
