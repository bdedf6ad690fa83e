import Architectures
import Digest
import InducedFrames
import Measurements
import SweepRecords
import SweepSpec
import SweepStore

extension SweepFile {
  /// What the results file needs to know of the sweep.
  var table: TableDescription {
    let plan = plan
    let recipe = recipe
    let layout = recipe.layout
    var cache = StructureCache()
    var table = TableDescription(
      planHash: plan.planHash.bytes, pointCount: plan.count, layout: layout, sweepText: spec.text,
      coordinateNames: spec.coordinates,
      fillPlanRow: { index, row in plan.point(at: index).fill(&row) },
      structure: { index in
        var values = RecordValues(layout: layout, draws: 0)
        StructureValues(plan.point(at: index).architecture, cache: &cache).store(in: &values)
        return values
      },
      draws: { index in recipe.draws(of: plan.point(at: index)) },
      identity: { index in
        let point = plan.point(at: index)
        return PointIdentity(
          id: point.shortID, architecture: point.architecture.canonicalText,
          weights: point.weights.canonicalText)
      })
    let options = Set(plan.presets.flatMap { $0.options.map(\.option) })
    table.omittedColumns = Set(
      PresetOption.allCases.filter { !options.contains($0) }.compactMap(\.column))
    if plan.maximumSweeps == 1 { table.omittedColumns.insert(.inferenceSweeps) }
    return table
  }
}

extension PresetOption {
  /// The column that holds the option's values, which has its name.
  fileprivate var column: ColumnID? { ColumnID(rawValue: rawValue) }
}

extension Point {
  /// Stores what the plan says about the point in its row of the table.
  fileprivate func fill(_ row: inout PlanRow) {
    let columns = columns
    row.set(.family, Int(architecture.family.rawValue))
    row.set(.form, Int(architecture.form.rawValue))
    row.set(.shortcut, Int(columns.shortcut))
    row.set(.preset, Int(columns.preset))
    for (option, value) in columns.presetOptions {
      if let column = option.column { row.set(column, Int(value)) }
    }
    row.set(.stageDepth, Int(columns.stageDepth))
    row.set(.width, Int(columns.width))
    row.set(.stageCount, Int(columns.stageCount))
    row.set(.widen, columns.widen)
    row.set(.kernel, Int(columns.kernel))
    row.set(.stride, Int(columns.stride))
    row.set(.growth, Int(columns.growth))
    row.set(.skipLength, Int(columns.skipLength))
    row.set(.inputChannels, Int(columns.inputChannels))
    row.set(.inputSize, Int(columns.inputSize))
    row.set(.layerCount, Int(columns.layerCount))
    row.set(.seed, Int(seed))
    row.set(.inferenceSweeps, inferenceSweeps)
    row.set(.layerWidth, architecture.input.channels, layer: 0)
    for layer in architecture.layers {
      row.set(.layerWidth, layer.width, layer: layer.index + 1)
      row.set(.layerKernel, layer.kernel, layer: layer.index + 1)
      row.set(.layerStride, layer.stride, layer: layer.index + 1)
      row.set(.layerStage, layer.stage + 1, layer: layer.index + 1)
      row.set(.layerInputWidth, layer.inputWidth, layer: layer.index + 1)
    }
  }
}
