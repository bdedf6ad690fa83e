internal import HDF5
internal import SweepRecords

/// The group `/errors`: the reasons of points that went wrong, in the order of points.
final class ErrorTable {
  private let messages: Dataset
  private let points: [Int64]
  private var written = 0

  /// Whether points of a status are listed.
  static func lists(_ status: PointStatus) -> Bool {
    switch status {
    case .pending, .ok, .skipped: false
    case .failed, .timeout, .outOfMemory, .nonfinite, .lost: true
    }
  }

  /// Creates the group; nil where no point went wrong.
  init?(_ journal: Journal, in root: borrowing Group) throws(HDF5Error) {
    points = (0..<journal.planCount).filter { Self.lists(journal.status(of: $0)) }
      .map { Int64($0) }
    guard !points.isEmpty else { return nil }
    let group = try root.createGroup("errors")
    let scale = try group.createDataset("error", .int32, shape: [points.count])
    try scale.makeScale(of: "error")
    try scale.describe(units: "1", longName: "error", description: "index of the error")
    try scale.write(points.indices.map { Int32($0) })
    let places = try group.createDataset("error_point", .int64, shape: [points.count])
    try places.describe(
      units: "1", longName: "point", description: "index of the point that went wrong")
    try places.attach(scale, to: 0)
    try places.write(points)
    messages = try group.createTextDataset("message", shape: [points.count])
    try messages.describe(longName: "reason", description: "why the point went wrong")
    try messages.attach(scale, to: 0)
  }

  /// Writes the next messages, in the order of points.
  func write(_ next: [(point: Int, text: String)]) throws(HDF5Error) {
    guard !next.isEmpty else { return }
    let part = Hyperslab(start: [written], count: [next.count])
    try messages.write(texts: next.map(\.text), to: part)
    written += next.count
  }
}
