import Architectures
import Measurements
import SweepRecords
import SweepSpec
import Testing

@Suite("Presets in sweep files")
struct PresetSweepTests {
  private func plan(_ points: String) throws -> Plan {
    let head = "format: 1\nname: test\nmeasure: {frame: {minimum: true}}\n"
    return try Plan(SpecReader.read(head + points))
  }

  @Test("The results file's codes are those of the presets")
  func codes() throws {
    let flags = try #require(Schema.planColumns.first { $0.id == "preset" }).flags
    #expect(flags.map(\.meaning) == Preset.allCases.map(\.name))
    #expect(flags.map(\.value) == Preset.allCases.map(\.rawValue))
  }

  @Test("Presets and their options are axes; options that a preset lacks take no part")
  func axes() throws {
    let plan = try plan(
      "grid: {preset: [vgg_11, wide_resnet_16], preset_widen: [1, 2, 4]}\n")
    #expect(plan.count == 4)
    #expect(plan.duplicateCount == 2)
    #expect(plan.warnings.isEmpty)
    #expect(plan.spec.sweptKeys == ["preset", "preset_widen"])
    #expect(plan.spec.coordinates == ["preset", "preset_widen"])
    let options = Set(ArchitectureKey.presetOptions)
    #expect(options.subtracting(plan.omittedKeys) == [.presetWiden])
    let points = (0..<4).map(plan.point)
    #expect(points.map(\.preset) == [.vgg11, .wideResNet16, .wideResNet16, .wideResNet16])
    #expect(points.map { $0.columns[.preset] } == [7, 5, 5, 5])
    #expect(points.map { $0.columns[.stageCount] } == [5, 3, 3, 3])
    #expect(points.map { $0.columns[.presetWiden] } == [-1, 1, 2, 4])
    for (point, factor) in zip(points.dropFirst(), [1, 2, 4]) {
      #expect(
        try point.network.architecture
          == Preset.wideResNet16.architecture([.presetWiden: .integer(factor)])
      )
    }
  }

  @Test("A preset has the id of the same stages written one by one")
  func identity() throws {
    let plan = try plan(
      """
      include:
        - {preset: densenet_40, form: synthesis}
        - {preset: hourglass_mlp, preset_wide: 8, preset_narrow: 2, preset_blocks: 2}
        - {family: residual, input: {channels: 3072, size: 1}, \
      stages: [{widths: [8, 2, 8, 2, 8]}]}
      """)
    #expect(plan.count == 2)
    #expect(plan.duplicateCount == 1)
    let dense = plan.point(at: 0)
    #expect(dense.network.architecture?.form == .synthesis)
    #expect(dense.columns[.growth] == -1)
    #expect(dense.columns[.stageDepth] == 13)
    let pasted = try self.plan("include: [\(dense.network.canonicalText)]\n").point(at: 0)
    #expect(pasted.columns[.preset] == -1)
    let written = try self.plan("include: [{preset: densenet_40, form: synthesis}]\n").point(at: 0)
    #expect(pasted.id == written.id)
  }

  @Test("Keys of a preset's family can be given beside it, and take the place of its own")
  func keys() throws {
    let plan = try plan(
      """
      architecture: {preset: resnet_18}
      grid: {normalization: [batch, none], pooling: [stride, max], activation: [relu, gelu]}
      """)
    #expect(plan.count == 8 && !plan.isPlain)
    let plain = (0..<8).filter { plan.point(at: $0).network.framed != nil }
    #expect(plain == [4])
    #expect(plan.point(at: 7).network.architecture?.activation == .gelu)
    #expect(plan.point(at: 7).network.architecture?.pooling == .max)
  }

  @Test("A preset's input can be replaced, by axes too")
  func inputs() throws {
    let plan = try plan("grid: {preset: [cifar_resnet_20], input: {size: [8, 32]}}\n")
    let inputs = (0..<plan.count).map { plan.point(at: $0).network.input }
    #expect(inputs == [InputShape(channels: 3, size: 8), InputShape(channels: 3, size: 32)])
  }

  @Test("All of a search space are as many points, in its order")
  func searchSpace() throws {
    let plan = try plan(
      """
      architecture: {preset: nats_bench_size}
      grid: {preset_index: all}
      """)
    #expect(plan.count == 32_768)
    #expect(plan.point(at: 10).network.framed?.layers.map(\.width) == [8, 8, 8, 16, 24])
    #expect(plan.point(at: 10).columns[.preset] == KeyValue(Preset.natsBenchSize).number)
    let range = try self.plan(
      """
      architecture: {preset: nats_bench_size}
      grid: {preset_index: {range: [0, 32767], step: 1}}
      """)
    #expect(range.planHash == plan.planHash)
  }

  @Test("All of a search space are those of the one that is named, wherever that is")
  func otherSearchSpaces() throws {
    let macro = try plan("grid: {preset_index: all, preset: [nas_bench_macro]}\n")
    #expect(macro.count == 6_561)
    #expect(
      macro.point(at: 1_602).network.architecture?.blockChoices.map(\.rawValue)
        == [0, 2, 0, 1, 2, 1, 0, 0])
    let cells = try plan(
      """
      architecture: {preset: nas_bench_201}
      grid: {preset_index: {range: [0, 15624], step: 1953}}
      """)
    #expect(cells.count == 9)
    #expect(cells.point(at: 8).columns[.presetIndex] == 15_624)
    let beyond = #expect(throws: SpecErrors.self) {
      try plan(
        """
        architecture: {preset: nas_bench_macro}
        grid: {preset_index: [0, 6561]}
        """)
    }
    #expect(beyond?.description.contains("a whole number from 0 to 6560") == true)
  }
}
