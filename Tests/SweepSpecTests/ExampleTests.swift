import Architectures
import Measurements
import SweepSpec
import Testing

@Suite("The documented example")
struct ExampleTests {
  private let plan: Plan

  init() throws {
    plan = try Plan(
      SpecReader.read(
        """
        format: 1
        name: widths-and-skips
        seed: 7
        architecture:                        # what does not vary
          input: {channels: 1, size: 8}
          stage_count: 2
        grid:                                # axes; the last varies fastest
          family: [chain, residual, dense]
          stage_depth: [3, 5, 9]             # layers per stage
          width: {powers_of_two: [8, 64]}    # 8 16 32 64
        zip:                                 # lists of one length walked together
          - {kernel: [3, 5], stride: [2, 1]}
        exclude:                             # every named value matches, a list means any of
          - {family: dense, width: [32, 64]}
        include:                             # whole points, added at the end
          - {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [128, 256]}]}
        weights: {init: he, draws: 4}
        measure:
          frame: {minimum: true, statistics: true, bounds: false}
        """))
  }

  @Test("It has 3 · 3 · 4 · 2 points less 12 and one more")
  func count() {
    #expect(plan.count == 61)
    #expect(plan.excludedCount == 12)
    #expect(plan.duplicateCount == 0)
    #expect(plan.maximumDraws == 4)
    #expect(plan.maximumLayerCount == 18)
    #expect(plan.warnings.isEmpty)
  }

  @Test("Its name, seed, measure and swept keys are read")
  func header() {
    #expect(plan.spec.name == "widths-and-skips")
    #expect(plan.spec.seed == 7)
    #expect(
      plan.spec.measure.canonicalText
        == "{frame: {minimum: true, statistics: true, bounds: false}}")
    #expect(
      plan.spec.measure.canonicalText
        == "{frame: {minimum: true, statistics: true, bounds: false}}")
    #expect(plan.spec.sweptKeys == ["family", "stage_depth", "width", "kernel", "stride"])
    #expect(plan.spec.coordinates == plan.spec.sweptKeys)
    #expect(plan.spec.text.hasPrefix("format: 1\n"))
  }

  @Test("The last axis varies fastest, and zips after the axes")
  func order() {
    let rows = (0..<plan.count).map { index in
      let point = plan.point(at: index)
      let columns = point.columns
      let keys: [ArchitectureKey] = [.stageDepth, .width, .kernel, .stride]
      let numbers = keys.map { Int(columns[$0]) }
      return
        "\(point.network.framed?.family ?? .chain) \(numbers[0]) \(numbers[1]) \(numbers[2]) \(numbers[3])"
    }
    var expected: [String] = []
    for family in ["chain", "residual", "dense"] {
      for depth in [3, 5, 9] {
        for width in [8, 16, 32, 64] where family != "dense" || width < 32 {
          for (kernel, stride) in [(3, 2), (5, 1)] {
            expected.append("\(family) \(depth) \(width) \(kernel) \(stride)")
          }
        }
      }
    }
    #expect(rows == expected + ["chain 2 -1 1 -1"])
  }

  @Test("Ids and plan hash are those of an independent implementation")
  func identity() {
    // Python's hashlib over the texts that the documentation of Point and Plan defines. The plan's hash
    // agreed with it for numerics 8, a line of its text that has another number now.
    #expect(
      plan.point(at: 24).identityText == """
        {family: residual, form: analysis, input: {channels: 1, size: 8}, stages: [{widths: [8, \
        8, 8], kernel: 3, stride: 1}, {widths: [16, 16, 16], kernel: 3, stride: 2}], \
        skip_length: 2, shortcut: plain}
        seed: 7
        weights: {init: he, draws: 4}

        """)
    #expect(plan.point(at: 0).shortID == "ce8af526d4bd3c96")
    #expect(plan.point(at: 24).shortID == "ce424c90d9852e2a")
    #expect(plan.point(at: 60).shortID == "7629e1c3dcdbe806")
    #expect(
      "\(plan.planHash)"
        == "7f71bcb16f28a510a1f44388ed82ae658f13b3c0369b427dec2aa0e1df139707")
  }

  @Test("A point of a rule and one of stages have the columns that follow from them")
  func columns() {
    let first = plan.point(at: 0)
    #expect(first.index == 0)
    #expect(first.seed == 7)
    #expect(first.weights == .random(.he, draws: 4))
    #expect(first.columns[.widen] == 2)
    #expect(first.columns[.stageCount] == 2)
    #expect(first.columns.layerCount == 6)
    #expect(first.columns[.skipLength] == -1)
    #expect(first.columns[.shortcut] == -1)
    let residual = plan.point(at: 24).columns
    #expect(residual[.skipLength] == 2)
    #expect(residual[.shortcut] == KeyValue(Shortcut.plain).number)
    let last = plan.point(at: 60).columns
    #expect(last[.stageCount] == 1)
    #expect(last[.stageDepth] == 2)
    #expect(last[.widen] == -1)
    #expect(last[.inputChannels] == 64)
    #expect(last[.inputSize] == 1)
  }
}
