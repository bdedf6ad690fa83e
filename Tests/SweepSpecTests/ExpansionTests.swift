import Architectures
import Digest
import Measurements
import TestSupport
import Testing

@testable import SweepSpec

@Suite("Expansion of grids") struct ExpansionTests {
  /// A random sweep over chains and dense networks, with zip, exclusions and inclusions; in most of them
  /// some points are equal.
  private struct RandomSweep {
    let text: String
    /// The settings that are left, one after the other, equal ones included: family, depth, width, growth,
    /// kernel, seed.
    private(set) var kept: [[Int]] = []
    private(set) var excluded = 0

    init(seed: Int, seeds: Int = 2) {
      var random = SeededGenerator(seed: UInt64(seed))
      let families = [[0], [0, 2], [2, 0]].randomElement(using: &random) ?? []
      let depths = Array([1, 2, 4].shuffled(using: &random).prefix(2))
      let widths = Array([3, 4, 6].shuffled(using: &random).prefix(2))
      let growths = Array([2, 5, 4].shuffled(using: &random).prefix(2))
      let kernels = [1, 3]
      let exclusions: [(family: Int?, width: Int?, seeds: [Int])] = (0..<2).map { _ in
        (
          Bool.random(using: &random) ? families.randomElement(using: &random) : nil,
          Bool.random(using: &random) ? widths.randomElement(using: &random) : nil,
          [Int.random(in: 1...seeds, using: &random)]
        )
      }
      let names = [0: "chain", 2: "dense"]
      var text = """
        format: 1
        name: random
        measure: {frame: {minimum: true}}
        architecture: {input: {channels: 2, size: 5}, form: synthesis}
        grid:
          family: [\(families.map { names[$0] ?? "" }.joined(separator: ", "))]
          stage_depth: [\(depths.map(String.init).joined(separator: ", "))]
          width: [\(widths.map(String.init).joined(separator: ", "))]
          growth: [\(growths.map(String.init).joined(separator: ", "))]
          seed: {range: [1, \(seeds)], step: 1}
        zip:
          - {kernel: [1, 3], stride: [2, 1]}
        exclude:

        """
      for exclusion in exclusions {
        var parts = ["seed: [\(exclusion.seeds.map(String.init).joined(separator: ", "))]"]
        if let family = exclusion.family { parts.append("family: \(names[family] ?? "")") }
        if let width = exclusion.width { parts.append("width: \(width)") }
        text += "  - {\(parts.joined(separator: ", "))}\n"
      }
      let included = (family: "chain", depth: depths[0], width: widths[0], seed: 1)
      text += """
        include:
          - {family: chain, form: synthesis, input: {channels: 2, size: 5}, seed: \(included.seed),
             kernel: 3, stage_depth: \(included.depth), width: \(included.width)}
        """
      self.text = text
      for family in families {
        for depth in depths {
          for width in widths {
            for growth in growths {
              for seed in 1...seeds {
                let isExcluded = exclusions.contains {
                  ($0.family ?? family) == family && ($0.width ?? width) == width
                    && $0.seeds.contains(seed)
                }
                if isExcluded {
                  excluded += kernels.count
                  continue
                }
                for kernel in kernels {
                  kept.append([family, depth, width, family == 2 ? growth : -1, kernel, seed])
                }
              }
            }
          }
        }
      }
      kept.append([0, included.depth, included.width, -1, 3, included.seed])
    }

    /// What is left if equal points stay at their first place: dense networks of one layer have no growth.
    var distinct: [[Int]] {
      var seen: Set<[Int]> = []
      return kept.filter { setting in
        var key = setting
        if setting[0] == 2, setting[1] == 1 { key[3] = 0 }
        return seen.insert(key).inserted
      }
    }
  }

  private static func settings(of plan: Plan) -> [[Int]] {
    var cursor = PointCursor(plan)
    return (0..<plan.count).map { index in
      let point = cursor.point(at: index)
      let columns = point.columns
      return [
        Int(columns[.family]), Int(columns[.stageDepth]), Int(columns[.width]),
        Int(columns[.growth]), Int(columns[.kernel]), Int(point.seed),
      ]
    }
  }

  @Test("Random grids with zip, exclude and include are those of loops", arguments: 0..<60)
  func loops(seed: Int) throws {
    let sweep = RandomSweep(seed: seed)
    let plan = try Plan(SpecReader.read(sweep.text))
    let distinct = sweep.distinct
    #expect(Self.settings(of: plan) == distinct)
    #expect(plan.excludedCount == sweep.excluded)
    #expect(plan.duplicateCount == sweep.kept.count - distinct.count)
  }

  @Test("Points come alike one by one, one after the other and in any order", arguments: 0..<20)
  func cursors(seed: Int) throws {
    let plan = try Plan(SpecReader.read(RandomSweep(seed: seed).text))
    var random = SeededGenerator(seed: UInt64(seed))
    var inOrder = PointCursor(plan)
    var anyhow = PointCursor(plan)
    func check(_ index: Int, _ cursor: inout PointCursor) {
      let (expected, found) = (plan.point(at: index), cursor.point(at: index))
      #expect(found.id == expected.id && found.index == index)
      #expect(found.columns == expected.columns && found.shorthand == expected.shorthand)
    }
    for index in 0..<plan.count { check(index, &inOrder) }
    for index in (0..<plan.count).shuffled(using: &random) { check(index, &anyhow) }
  }

  @Test("Any number of threads makes the same plan, over several pieces of the grid")
  func threads() throws {
    // Some 30,000 places are four pieces.
    let sweep = RandomSweep(seed: 1, seeds: 2_000)
    let spec = try SpecReader.read(sweep.text)
    let one = try Plan(spec)
    var told: [Int] = []
    let many = try Plan(spec, threads: 3) { visited, _ in told.append(visited) }
    #expect(spec.gridCount > 24_000)
    #expect(one.expansion == many.expansion)
    #expect(one.warnings.map(\.description) == many.warnings.map(\.description))
    #expect(told.last == spec.gridCount + 1 && told == told.sorted())
    #expect(Self.settings(of: one) == sweep.distinct)
  }

  @Test("Mistakes are counted over all pieces of a grid, and the first is shown")
  func mistakes() throws {
    let spec = try SpecReader.read(
      """
      format: 1
      name: wrong
      measure: {frame: {minimum: true}}
      architecture: {family: residual, input: {channels: 2, size: 1}, width: 4}
      grid:
        form: [analysis, synthesis]
        stage_depth: [2]
        seed: {range: [1, 20000], step: 1}
      """)
    for threads in [1, 3] {
      let error = #expect(throws: SpecErrors.self) { try Plan(spec, threads: threads) }
      let text = error?.errors.map(\.description).joined() ?? ""
      #expect(text.contains("{form: synthesis, stage_depth: 2, seed: 1} and 19999 more are"))
    }
  }

  @Test("A plan that another rank expanded gives the same points and columns")
  func received() throws {
    for seed in 0..<5 {
      let plan = try Plan(SpecReader.read(RandomSweep(seed: seed).text))
      let other = try #require(
        Plan(
          SpecReader.read(RandomSweep(seed: seed).text), expansion: plan.expansion,
          data: plan.data))
      #expect(other.planHash == plan.planHash && other.count == plan.count)
      #expect(other.omittedKeys == plan.omittedKeys && other.isPlain == plan.isPlain)
      #expect(other.layerFrames == plan.layerFrames)
      #expect(other.maximumLayerCount == plan.maximumLayerCount)
      #expect(Self.settings(of: other) == Self.settings(of: plan))
    }
  }

  @Test("What another rank found is refused if this one would make another plan") func foreign()
    throws
  {
    let plan = try Plan(SpecReader.read(RandomSweep(seed: 0).text))
    let other = try Plan(SpecReader.read(RandomSweep(seed: 1).text))
    #expect(Plan(plan.spec, expansion: plan.expansion, data: plan.data) != nil)
    #expect(Plan(other.spec, expansion: plan.expansion, data: plan.data) == nil)
    #expect(
      Plan(
        plan.spec, expansion: plan.expansion, inputDigests: [plan.planHash], data: plan.data) == nil
    )
    #expect(Plan(plan.spec, expansion: [1, 2, 3], data: plan.data) == nil)
    #expect(Plan(plan.spec, expansion: [], data: plan.data) == nil)
  }
}
