import Architectures
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
}
