internal import Measurements
internal import SweepRecords
internal import SweepSpec

/// The extents of a sweep's table, from which the sizes of its files follow.
package struct TableShape: Sendable {
  private let layout: RecordLayout

  package init(_ sweep: SweepFile) { layout = sweep.measurements.layout }

  /// The bytes of so many points in the results file, before compression.
  package func resultBytes(_ points: Int) -> Double {
    var perPoint = 0
    for column in layout.schema.columns where column.origin == .plan || column.origin == .status {
      perPoint += column.type.byteCount * layout.valueCount(of: column, draws: 0)
    }
    // Ids, architectures, sources of weights and the facts of execution come beside the table.
    return 80_000 + Double(points) * Double(perPoint + payloadBytes + 370)
  }

  /// About how many seconds it takes to write the results file of so many points.
  func rewriteSeconds(_ points: Int) -> Double {
    1e-5 * Double(points) + resultBytes(points) / 1e8
  }

  /// The bytes of so many points in the journal.
  package func journalBytes(_ points: Int) -> Double {
    Double(points) * Double(payloadBytes + Record.headerByteCount)
  }

  /// The most bytes of values that a point may have: messages and records hold them in one piece.
  package static let largestPayload = 1 << 30

  /// The bytes of a point's values.
  package var payloadBytes: Int { layout.offsets(draws: layout.extents.draws).last ?? 0 }
}
