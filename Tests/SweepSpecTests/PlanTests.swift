import Architectures
import Digest
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

/// A plan of a file whose header is right.
func plan(_ body: String, measure: String = "{frame: {minimum: true}}") throws(SpecErrors) -> Plan {
  try Plan(SpecReader.read("format: 1\nname: test\nmeasure: \(measure)\n" + body))
}

@Suite("Plans")
struct PlanTests {
  private let chain = "architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2"

  @Test("Keys that a family does not use make equal points, which stay at their first place")
  func dropsDuplicates() throws {
    let plan = try plan(
      """
      architecture: {input: {channels: 1, size: 8}, stage_depth: 3, width: 4}
      grid: {family: [chain, dense], growth: [2, 4], skip_length: [1, 2]}
      """)
    // Chains use neither key; dense networks use growth, and growth 4 is what none means.
    #expect(plan.count == 3)
    #expect(plan.duplicateCount == 5)
    #expect((0..<3).map { plan.point(at: $0).columns[.growth] } == [-1, 2, 4])
    #expect((0..<3).map { plan.point(at: $0).columns[.skipLength] } == [-1, -1, -1])
    #expect(
      plan.warnings.map(\.description) == [
        "5:48: grid.skip_length: only residual networks have a skip_length, and the grid has none"
      ])
  }

  @Test("Nobody is warned of keys that the only family has") func silent() throws {
    for family in Family.allCases {
      let plan = try plan(
        """
        architecture: {input: {channels: 1, size: 8}, blocks: 2, stage_depth: 3}
        grid: {family: [\(family.name)], width: [4, 8]}
        """)
      #expect(plan.warnings.filter { !$0.description.contains("have a blocks") } == [])
    }
  }

  @Test("Residual networks whose stages are too short for a skip are worth a warning")
  func warnsOfMissingSkips() throws {
    let plan = try plan(
      """
      architecture: {family: residual, input: {channels: 1, size: 8}, width: 4, skip_length: 3}
      grid: {stage_depth: [2, 3, 4], seed: [1, 2]}
      """)
    #expect(plan.count == 6)
    #expect(
      plan.warnings.map(\.description) == [
        "4:88: skip_length: the point {stage_depth: 2, seed: 1} and 3 more have no skip, because "
          + "every stage is too short for a skip_length of 3"
      ])
  }

  @Test(
    "Plain residual networks that grow above a million are worth a warning, normalised ones are not"
  )
  func warnsOfGrowth() throws {
    func warnings(_ keys: String, weights: String = "") throws -> [String] {
      try plan(
        """
        architecture: {family: residual, input: {channels: 1, size: 8}, width: 4}
        grid: {\(keys)}
        \(weights)
        """
      ).warnings.map(\.description)
    }
    // 2.4¹⁵ is 5e5, 2.4¹⁶ is 1.2e6; single precision ends at 2.4²⁰².
    #expect(try warnings("stage_depth: [31]") == [])
    #expect(
      try warnings("stage_depth: [31, 33, 101]") == [
        "5:30: stage_depth: the second moment of the point {stage_depth: 101} grows by 1e19 under "
          + "He's weights, 2.4 times in each residual block, and 1 more grow above 1e6, expected "
          + "normalization: batch, a branch_scale below 1, or fewer blocks"
      ])
    let huge = try warnings("stage_depth: [407]")
    #expect(
      huge.count == 1 && huge[0].contains("each residual block, beyond single precision, exp"))
    #expect(try warnings("stage_depth: [101], normalization: [batch]") == [])
    #expect(try warnings("stage_depth: [101], branch_scale: [0, 0.1]") == [])
    #expect(try warnings("stage_depth: [101], branch_scale: [0.5]").count == 1)
    #expect(try warnings("stage_depth: [33]", weights: "weights: {file: a.h5}") == [])
  }

  @Test("A point is the same in every plan that has it")
  func keepsIdentity() throws {
    let grid = try plan(chain + "}\ngrid: {width: [4, 8]}\nseed: 3\n")
    let point = grid.point(at: 1)
    let included = try plan(
      "include:\n  - \(point.network.canonicalText)\nseed: 3\n",
      measure: "{frame: {statistics: true}}")
    #expect(included.point(at: 0).id == point.id)
    #expect(included.point(at: 0).network == point.network)
    #expect(included.planHash != grid.planHash)
  }

  @Test("Included points that repeat one of the grid are dropped")
  func dropsIncludedDuplicates() throws {
    let plan = try plan(
      chain + """
        }
        grid: {width: [4, 8]}
        include:
          - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [8, 8]}]}
          - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [8, 8]}], seed: 1}
        """)
    #expect(plan.count == 3)
    #expect(plan.duplicateCount == 1)
    #expect(plan.point(at: 2).seed == 1)
    // The first place has the rule's columns, the included point those that follow.
    #expect(plan.point(at: 1).columns[.stride] == 2)
    #expect(plan.point(at: 2).columns[.stride] == -1)
    #expect(plan.point(at: 2).columns[.width] == 8)
  }

  @Test(
    "The plan hash covers what is measured, the points, their columns and order, and the inputs")
  func hashes() throws {
    let first = try plan(chain + "}\ngrid: {width: [4, 8]}")
    let text = first.spec.text
    let again = try Plan(SpecReader.read("# a comment\n" + text.replacing("test", with: "other")))
    #expect(first.planHash == again.planHash)
    let reversed = try plan(chain + "}\ngrid: {width: [8, 4]}")
    #expect(first.planHash != reversed.planHash)
    let more = try plan(chain + "}\ngrid: {width: [4, 8]}", measure: "{frame: {bounds: true}}")
    #expect(first.planHash != more.planHash)
    // Equal points that are written in another way have other columns, or other coordinates.
    let wider = try plan(chain + ", widen: 3}\ngrid: {width: [4, 8]}")
    let listed = try plan(
      """
      include:
        - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [4, 4]}]}
        - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [8, 8]}]}
      """)
    for written in [wider, listed] {
      #expect((0..<2).allSatisfy { written.point(at: $0).id == first.point(at: $0).id })
      #expect(written.planHash != first.planHash)
    }
    let withInput = try Plan(first.spec, inputDigests: [first.planHash])
    #expect(first.planHash != withInput.planHash)
  }

  @Test("The plan hash covers the columns of records, so that versions with others do not mix")
  func layouts() throws {
    let text = try plan(chain + "}\ngrid: {width: [4, 8]}").spec.text
    func hash(_ more: [Column]) throws -> String {
      let registry = MeasureRegistry(
        Registry.requests.requests, structure: Registry.requests.structure + more)
      return try Plan(SpecReader.read(text, measuring: registry)).planHash.hexadecimal
    }
    func column(_ name: String, _ type: ColumnType, _ dimensions: [ColumnDimension]) -> Column {
      Column(
        ColumnID(rawValue: name), type: type, dimensions: dimensions, "new", "new",
        origin: .structure)
    }
    let hashes = try [
      hash([]), hash([column("new", .float64, [.point])]),
      hash([column("more", .float64, [.point])]),
      hash([column("new", .int32, [.point])]), hash([column("new", .float64, [.point, .layer])]),
    ]
    #expect(Set(hashes).count == hashes.count)
    #expect(try hash([]) == Plan(SpecReader.read(text)).planHash.hexadecimal)
  }

  @Test("Seeds and weights are axes, and part of what identifies a point")
  func sweepsSeedsAndWeights() throws {
    let plan = try plan(
      chain + """
        , width: 4}
        grid: {seed: [1, -2], weights: [{init: he}, {init: he, draws: 8}]}
        include:
          - {family: chain, input: {channels: 1, size: 1}, stages: [{widths: [2]}],
             weights: {init: he, draws: 3}}
        """)
    #expect(plan.count == 5)
    #expect((0..<5).map { plan.point(at: $0).seed } == [1, 1, -2, -2, 0])
    #expect((0..<5).map { plan.point(at: $0).weights.draws } == [1, 8, 1, 8, 3])
    #expect(Set((0..<5).map { plan.point(at: $0).id }).count == 5)
    #expect(plan.maximumDraws == 8)
    #expect(plan.spec.coordinates == ["seed"])
  }

  @Test("Shapes vary as a whole or by their sides")
  func sweepsInputs() throws {
    let rest = "architecture: {family: chain, stage_depth: 2, width: 4}\n"
    let whole = try plan(rest + "grid: {input: [{size: 8, channels: 3}, {channels: 1, size: 1}]}")
    #expect(whole.count == 2)
    #expect(whole.point(at: 1).columns[.kernel] == 1)
    #expect(whole.spec.coordinates == ["input_channels", "input_size"])
    let sides = try plan(
      """
      architecture: {family: chain, stage_depth: 2, width: 4, input: {channels: 3}}
      grid: {input: {size: [8, 16]}, kernel: [1, 3]}
      exclude: [{input: {size: 16}, kernel: 1}]
      """)
    #expect((0..<sides.count).map { sides.point(at: $0).columns[.inputSize] } == [8, 8, 16])
    #expect(sides.spec.coordinates == ["input_size", "kernel"])
  }

  @Test("Stages vary, take the rule's defaults and are matched by exclusions")
  func sweepsStages() throws {
    let plan = try plan(
      """
      architecture: {family: dense, input: {channels: 3, size: 8}}
      grid:
        stages:
          - [{widths: [4, 2, 2]}, {widths: [8, 2, 2]}]
          - [{widths: [4, 2, 2], kernel: 5}, {widths: [8, 2, 2]}]
          - [{widths: [4]}]
        form: [analysis, synthesis]
      exclude: [{stages: [{widths: [4]}], form: synthesis}]
      """)
    #expect(plan.count == 5)
    let columns = plan.point(at: 0).columns
    #expect(columns[.width] == 4)
    #expect(columns[.widen] == 2)
    #expect(columns[.growth] == 2)
    #expect(columns[.stride] == 2)
    #expect(columns[.kernel] == 3)
    let uneven = plan.point(at: 2).columns
    #expect(uneven[.kernel] == -1)
    #expect(uneven[.width] == -1)
    #expect(uneven[.stageDepth] == 3)
    #expect(plan.spec.coordinates == ["form"])
  }

  @Test("Exclusions that match nothing are warned of")
  func warnsOfIdleExclusions() throws {
    let plan = try plan(
      chain + """
        }
        grid: {width: [4, 8], kernel: [3, 5]}
        exclude:
          - {width: [8, 9]}
          - {width: 8, kernel: 3}
          - {width: 4, kernel: 7}
        """)
    #expect(plan.count == 2)
    #expect(
      plan.warnings.map(\.description) == [
        "7:17: exclude[0].width: the axis has no value 9, so it excludes nothing",
        "9:5: exclude[2]: the item matches no point of grid and zip",
        "9:24: exclude[2].kernel: the axis has no value 7, so it excludes nothing",
      ])
  }

  @Test("A zip alone makes points, and an included point alone as well")
  func acceptsParts() throws {
    let zip = try plan(chain + "}\nzip: [{width: [4, 8], kernel: [3, 5]}, {seed: [1, 2]}]")
    #expect(zip.count == 4)
    let single = try plan(
      "include: [{family: chain, input: {channels: 1, size: 4}, width: 3, stage_depth: 2}]")
    #expect(single.count == 1)
    #expect(single.spec.coordinates.isEmpty)
  }

  @Test("Every point of a plan is the one its index names")
  func derivesPoints() throws {
    let plan = try plan(
      """
      architecture: {input: {channels: 2, size: 9}, stage_count: 2}
      grid: {family: [chain, residual, dense], stage_depth: [1, 4], width: {range: [1, 40]}}
      zip: [{form: [analysis, synthesis], seed: [1, 2]}]
      exclude: [{family: residual, form: synthesis}, {width: [3, 30]}]
      """)
    #expect(plan.count == 5 * 2 * 38)
    #expect(plan.excludedCount == 6 * 2 * 40 - plan.count)
    var index = 0
    for family in Family.layered {
      for depth in [1, 4] {
        for width in 1...40 where width != 3 && width != 30 {
          for form in [Form.analysis, .synthesis] where family != .residual || form == .analysis {
            let point = plan.point(at: index)
            #expect(point.network.framed?.family == family)
            #expect(point.network.framed?.form == form)
            #expect(point.columns[.stageDepth] == Double(depth))
            #expect(point.columns[.width] == Double(width))
            #expect(point.seed == (form == .analysis ? 1 : 2))
            index += 1
          }
        }
      }
    }
  }
}
