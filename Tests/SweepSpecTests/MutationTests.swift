import Measurements
import TestSupport
import Testing

@testable import SweepSpec

/// Sweep files with damage of every kind have a plan or an error with its place; nothing traps.
@Suite("Damaged sweep files") struct MutationTests {
  private static let words = [
    "[", "]", "{", "}", ":", "-", ",", "'", "\"", "#", "&a", "*a", "!!x", "|", "~", "null", "\t",
    "\n",
    "  ", "0", "-1", "1e308", ".nan", "-.inf", "9223372036854775807", "9223372036854775808",
    "0x7fffffffffffffff", "1e-320", "true", "range", "[1, 9223372036854775807]", "step: 0",
    "linspace: [1, 2, 4294967296]", "powers_of_two: [1, 9223372036854775807]",
    "logspace: [-1, 0, 3]", "chain", "family", "stages", "include", "exclude", "zip",
    "preset: vgg_11",
    "\u{0}", "é", "💥",
  ]

  private static let whole = """
    format: 1
    name: mutated
    seed: 7
    architecture: {input: {channels: 3, size: 8}, stage_count: 2}
    grid:
      family: [chain, residual, dense]
      stage_depth: {range: [2, 4], step: 1}
      width: {powers_of_two: [4, 16]}
    zip:
      - {kernel: [3, 1], stride: [2, 1]}
    exclude:
      - {family: dense, width: [8, 16]}
    include:
      - {family: chain, input: {channels: 9, size: 1}, stages: [{widths: [5, 5]}]}
    weights: {init: he, draws: 2}
    measure: {frame: {minimum: true, statistics: true}}
    """

  private func read(_ text: [UInt8]) {
    do throws(SpecErrors) {
      let plan = try Plan(SpecReader.read(text))
      #expect(plan.count > 0)
      _ = plan.point(at: plan.count - 1).id
    } catch {
      #expect(!error.errors.isEmpty)
      #expect(error.errors.allSatisfy { $0.place.line >= 1 })
    }
  }

  @Test("Words put in, taken out or exchanged", arguments: 1...600) func words(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var text = Array(Self.whole.utf8)
    for _ in 0...random.next() % 3 {
      let start = Int(random.next() % UInt64(text.count))
      let end = min(text.count, start + Int(random.next() % 8))
      let word = Self.words[Int(random.next() % UInt64(Self.words.count))]
      text.replaceSubrange(start..<end, with: Array(word.utf8))
    }
    read(text)
  }

  @Test("Bytes changed or cut off", arguments: 1...300) func bytes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var text = Array(Self.whole.utf8)
    if seed.isMultiple(of: 2) {
      text.removeLast(Int(random.next() % UInt64(text.count)))
    } else {
      for _ in 0...random.next() % 5 {
        text[Int(random.next() % UInt64(text.count))] = UInt8(truncatingIfNeeded: random.next())
      }
    }
    read(text)
  }
}
