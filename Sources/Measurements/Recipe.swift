public import SweepRecords
public import SweepSpec

/// What a sweep measures at each point, and what that will cost.
public struct Recipe: Sendable {
  /// The sweep file's choice.
  public let measure: Measure
  /// Where measured values lie in records.
  public let layout: RecordLayout

  /// Derives the columns from the choice.
  public init(_ measure: Measure) {
    self.measure = measure
    var columns: Set<ColumnID> = []
    if measure.frame.minimum {
      columns.formUnion([
        .minFramePotential, .minDeepFramePotential, .minimumStatus, .minimumIterations,
        .minimumRestarts, .minimumGradientNorm, .minimumSpread,
      ])
    }
    if measure.frame.statistics || measure.frame.bounds {
      columns.formUnion([
        .framePotential, .deepFramePotential, .mutualCoherence, .meanCoherence,
      ])
    }
    if measure.frame.bounds {
      columns.formUnion([
        .frameBoundLower, .frameBoundUpper, .frameBoundResidual, .frameBoundStatus,
      ])
    }
    layout = RecordLayout(measuring: columns)
  }

  /// Whether frames are measured at weights.
  public var measuresStatistics: Bool { measure.frame.statistics || measure.frame.bounds }

  /// The number of draws that a point's record holds.
  public func draws(of point: Point) -> Int {
    measuresStatistics ? point.weights.draws : 0
  }
}
