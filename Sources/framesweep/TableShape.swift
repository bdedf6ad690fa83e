import Measurements
import SweepRecords
import SweepSpec

/// The extents of a sweep's table, from which the sizes of its files follow.
struct TableShape: Sendable, Equatable {
  /// The most layers of any point, the input (layer 0) included.
  let layers: Int
  /// The most draws of any point; 0 where nothing is drawn.
  let draws: Int

  init(_ sweep: SweepFile) {
    layers = sweep.plan.maximumLayerCount + 1
    draws = sweep.recipe.measuresStatistics ? sweep.plan.maximumDraws : 0
  }

  /// The bytes of so many points in the results file, before compression.
  func resultBytes(_ points: Int, _ layout: RecordLayout) -> Double {
    var perPoint = 0
    for column in Schema.columns where column.origin == .plan || column.origin == .status {
      let values = column.dimensions.contains(.layer) ? layers : 1
      perPoint += column.type.byteCount * values
    }
    // Ids, architectures and the facts of execution come beside the table.
    return 80_000 + Double(points) * Double(perPoint + payloadBytes(layout) + 300)
  }

  /// The bytes of so many points in the journal.
  func journalBytes(_ points: Int, _ layout: RecordLayout) -> Double {
    Double(points) * Double(payloadBytes(layout) + Record.headerByteCount)
  }

  private func payloadBytes(_ layout: RecordLayout) -> Int {
    layout.offsets(draws: draws).last ?? 0
  }
}
