import Architectures
import Networks
import Testing

@testable import InducedFrames

@Suite("Cost of statistics") struct StatisticsCostTests {
  private static func architectures() throws -> [Architecture] {
    var found: [Architecture] = []
    for family in Family.layered {
      for form in [Form.synthesis, .analysis] where family != .residual || form == .analysis {
        for (kernel, size) in [(1, 1), (3, 5)] {
          for widths in [[2, 2, 2, 2], [3, 5, 5, 4], [7, 7, 7, 7]] {
            found.append(
              try Architecture(
                family: family, input: InputShape(channels: 3, size: size),
                stages: [
                  Stage(widths: Array(widths[..<2]), kernel: kernel, stride: 1),
                  Stage(widths: Array(widths[2...]), kernel: kernel, stride: 2),
                ], form: form))
          }
        }
      }
    }
    return found
  }

  @Test("Costs are the same whatever shapes are known, and those of all products, one by one")
  func bruteForce() throws {
    var shared = StructureCache()
    for architecture in try Self.architectures() {
      let found = StatisticsCost(architecture, cache: &shared)
      var fresh = StructureCache()
      #expect(StatisticsCost(architecture, cache: &fresh) == found)

      let frame = InducedFrame(architecture)
      let plan = BlockPlan(frame, cache: &fresh)
      var (flops, calls, entries, operands, added) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for pair in plan.pairs {
        let (left, right) = (frame.columns[pair.left].channels, frame.columns[pair.right].channels)
        let classes = fresh.planeClasses(
          pair: pair.classes, sameColumn: pair.left == pair.right,
          normCounts: (
            fresh.normCount(column: plan.columns[pair.left]),
            fresh.normCount(column: plan.columns[pair.right])
          ))
        entries += Double(left * right * classes.count)
        for product in pair.products {
          for run in classes.flatMap({ $0.runs[product.meeting] }) {
            added += Double(left * right)
            guard !product.left.isSelector, !product.right.isSelector else { continue }
            let inner = frame.rows[product.row].channels * run.count
            flops += Double(2 * left * right * inner)
            operands += Double((left + right) * inner)
            calls += 1
          }
        }
      }
      // Whole numbers far below 2⁵³: sums are exact in any order.
      #expect(found.productFLOPs == flops && found.productCalls == calls)
      #expect(found.blockEntries == entries && found.operandEntries == operands)
      #expect(found.addedEntries == added)
    }
  }

  @Test("Work that is found without a frame is that of the frame, whatever widths were met before")
  func work() throws {
    var shared = StructureCache()
    for seed in 0..<150 {
      let architecture = try randomArchitecture(seed: seed, firstKernel: seed % 4 == 3 ? 5 : nil)
      // The same shape with other widths, of which some become equal and some differ.
      let stages = architecture.stages.map { stage in
        Stage(
          widths: stage.widths.map { 2 * $0 + 1 }, kernel: stage.kernel, stride: stage.stride)
      }
      let wider = try Architecture(
        family: architecture.family,
        input: InputShape(channels: architecture.input.channels + 2, size: architecture.input.size),
        stages: stages, form: architecture.form, options: architecture.options)
      for architecture in [wider, architecture, wider] {
        let work = ArchitectureWork(architecture, cache: &shared)
        var fresh = StructureCache()
        let frame = InducedFrame(architecture)
        #expect(work.statistics == StatisticsCost(frame, cache: &fresh))
        #expect(work.weightCount == frame.weightCount)
        #expect(work.weightCount == architecture.parameterCount)
        let hasClosedForm = ExactMinimum(architecture) != nil
        #expect(work.hasClosedForm == hasClosedForm)
        guard !hasClosedForm, let smaller = MinimumSearch.concentratedFrame(architecture) else {
          #expect(work.concentrated == nil)
          continue
        }
        #expect(work.concentrated?.statistics == StatisticsCost(smaller, cache: &fresh))
        #expect(work.concentrated?.weightCount == smaller.weightCount)
      }
    }
  }

  @Test("Frames whose terms tie some channels only cost what their products do, one by one")
  func partialTerms() throws {
    var cache = StructureCache()
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 3, size: 8),
      stages: [
        Stage(widths: [4, 4], kernel: 3, stride: 1), Stage(widths: [8, 8], kernel: 3, stride: 2),
      ], shortcut: .pad)
    let frame = try #require(NetworkFrame(architecture) { BuiltNetwork(architecture) }).frame
    let cost = StatisticsCost(frame, cache: &cache)
    let plan = BlockPlan(frame, cache: &cache)
    var (flops, added) = (0.0, 0.0)
    for pair in plan.pairs {
      let classes = cache.planeClasses(
        pair: pair.classes, sameColumn: pair.left == pair.right,
        normCounts: (
          cache.normCount(column: plan.columns[pair.left]),
          cache.normCount(column: plan.columns[pair.right])
        ))
      for product in pair.products {
        let row = frame.rows[product.row]
        var (own, inner) = (0.0, 0.0)
        frame.forEachMeeting(product.left, product.right, rowChannels: row.channels) { a, b, rows in
          own += Double(a.columns.count * b.columns.count)
          inner = max(inner, Double(rows.count))
        }
        for run in classes.flatMap({ $0.runs[product.meeting] }) {
          added += own
          if !product.left.isSelector, !product.right.isSelector {
            flops += 2 * own * inner * Double(run.count)
          }
        }
      }
    }
    #expect(cost.productFLOPs == flops && cost.addedEntries == added)
    #expect(cost.productFLOPs > 0)
  }
}
