internal import Architectures
internal import Digest
internal import InducedFrames
internal import Measurements
internal import Networks
internal import SweepRecords
internal import SweepSpec
internal import SweepStore

extension SweepFile {
  /// What the results file needs to know of the sweep.
  var table: TableDescription {
    let plan = plan
    let measurements = measurements
    let layout = measurements.layout
    var cache = StructureCache()
    // The file asks for the points in order, each time for something else.
    var (structures, draws) = (PointCursor(plan), PointCursor(plan))
    var lastStructure: (network: Int, values: RecordValues)?
    var table = TableDescription(
      planHash: plan.planHash.bytes, pointCount: plan.count, layout: layout, sweepText: spec.text,
      coordinateNames: spec.coordinates,
      planRows: {
        var points = PointCursor(plan)
        var last: (network: Int, row: PlanRow)?
        return { index, row in
          let point = points.point(at: index)
          if let last, last.network == points.networkNumber {
            row = last.row
          } else {
            point.fill(&row)
            last = (points.networkNumber, row)
          }
          row.set(.seed, Int(point.seed))
        }
      },
      structure: { index in
        let point = structures.point(at: index)
        if let last = lastStructure, last.network == structures.networkNumber {
          return last.values
        }
        var values = RecordValues(layout: layout, draws: 0)
        StructureValues(point, cache: &cache).store(in: &values)
        lastStructure = (structures.networkNumber, values)
        return values
      },
      draws: { index in measurements.draws(of: draws.point(at: index)) },
      identities: {
        var points = PointCursor(plan)
        var last: (number: Int, bytes: [UInt8], text: String, reason: String)?
        var lastWeights = LastWeights()
        return { index in
          let point = points.point(at: index)
          let network =
            if let last, last.number == points.networkNumber { last } else {
              (
                number: points.networkNumber, bytes: point.network.canonicalBytes,
                text: point.network.canonicalText, reason: point.network.frameReason
              )
            }
          last = network
          let weights = lastWeights.text(of: point.weights)
          return PointIdentity(
            id: point.shortID(network: network.bytes, weights: weights), architecture: network.text,
            weights: weights, frameReason: network.reason)
        }
      })
    table.omittedColumns = plan.absentColumns
    if !plan.isPlain { table.layerNames = LayerNames(plan) }
    return table
  }
}

extension LayerNames {
  /// Collects the names of all representations of a plan's networks.
  fileprivate init(_ plan: Plan) {
    var (names, codes) = ([String](), [String: Int32]())
    var points = PointCursor(plan)
    for index in 0..<plan.count {
      for representation in points.point(at: index).network.representations
      where codes[representation.name] == nil {
        codes[representation.name] = Int32(names.count)
        names.append(representation.name)
      }
    }
    let known = codes
    points = PointCursor(plan)
    self.init(names: names) { index in
      points.point(at: index).network.representations.map { known[$0.name] ?? -1 }
    }
  }
}

extension ArchitectureKey {
  /// The columns of all keys, found once: rows are made for every point.
  fileprivate static let columns = allCases.compactMap { key in
    key.column.map { (key: key, id: ColumnID(rawValue: $0), isReal: key.row.reading.isReal) }
  }
}

extension Point {
  /// Stores what the plan says about the point in its row of the table.
  fileprivate func fill(_ row: inout PlanRow) {
    let columns = columns
    for (key, id, isReal) in ArchitectureKey.columns {
      if isReal { row.set(id, columns[key]) } else { row.set(id, Int(columns[key])) }
    }
    row.set(.layerCount, columns.layerCount)
    row.set(.inferenceSweeps, inferenceSweeps)
    row.set(.layerWidth, network.input.channels, layer: 0)
    for (layer, representation) in network.representations.enumerated() {
      row.set(.layerKind, Int(representation.kind.rawValue), layer: layer)
      guard layer > 0 else { continue }
      let weighted = representation.weighted
      row.set(.layerWidth, weighted?.width ?? -1, layer: layer)
      row.set(.layerKernel, weighted?.kernel ?? -1, layer: layer)
      row.set(.layerStride, weighted?.stride ?? -1, layer: layer)
      row.set(.layerStage, representation.stage, layer: layer)
      row.set(.layerInputWidth, weighted?.inputWidth ?? -1, layer: layer)
    }
  }
}
