public import SweepRecords
public import SweepSpec

/// What a sweep measures at each point, and where records hold it.
public struct SweepMeasurements: Sendable {
  /// The measurements, in the order of their columns.
  let all: [any Measurement]
  /// What is measured again at trained weights.
  let repeated: [any Measurement]
  /// The sweep's top-level seed.
  let seed: Int64
  /// How many points differ in their seeds alone: a number of the grid, the same for all points.
  let pointsPerNetwork: Double
  /// What is known of the images.
  let data: DataFacts
  /// What the points of networks from files cost on a common core, as the rank found that read the files.
  let networkCosts: [FileNetwork: PointCost]
  /// What is known of the networks that points are compared with, by the sections that ask for them.
  let guides: [String: FileNetwork]
  /// Where measured values lie in records.
  public let layout: RecordLayout

  /// Derives the columns from what a plan measures.
  ///
  /// - Parameters:
  ///   - plan: the sweep's points.
  ///   - inputs: the files that the sweep reads, whose images are chosen; nil where it reads none.
  ///   - schema: all columns that a results file can have.
  public init(_ plan: Plan, inputs: SweepInputs? = nil, schema: Schema = Registry.schema) {
    let measure = plan.spec.measure
    all = measure.measurements
    repeated = all.contains { $0.trainsNetworks } ? all.compactMap { $0.repeated } : []
    seed = plan.spec.seed
    pointsPerNetwork = Double(plan.spec.seedCount)
    data = plan.data
    networkCosts = inputs?.networks.costs ?? [:]
    guides = inputs?.networks.guides.mapValues(\.network) ?? [:]
    var extents = TableExtents(layers: plan.maximumLayerCount + 1)
    if all.contains(where: { $0.usesDraws }) { extents.draws = plan.maximumDraws }
    for measurement in all { measurement.note(&extents, inputs) }
    let absent = plan.absentColumns
    layout = RecordLayout(
      schema,
      measuring: Set(measure.columns.map(\.id).filter { !absent.contains($0) }), extents: extents)
  }

  /// The measurement of a kind; nil where the sweep has none.
  func first<Kind: Measurement>(_ kind: Kind.Type) -> Kind? {
    all.lazy.compactMap { $0 as? Kind }.first
  }

  /// The number of draws that a point's record holds.
  public func draws(of point: Point) -> Int { layout.extents.draws > 0 ? point.weights.draws : 0 }

  /// Whether predictions are better if the machine's rates are measured.
  public var followsRates: Bool { all.contains { $0.followsRates } }

  /// Whether potentials of induced frames are measured.
  public var measuresFrames: Bool {
    first(MinimumMeasurement.self) != nil || first(StatisticsMeasurement.self) != nil
  }
}

extension Measure {
  /// What is asked for, as measurements.
  var measurements: [any Measurement] {
    requests.map { request in
      guard let measurement = request as? any Measurement else {
        preconditionFailure("\(type(of: request)) is asked for and cannot be measured")
      }
      return measurement
    }
  }
}
