import Architectures
import SweepSpec
import Testing

@Suite("Generators")
struct GeneratorTests {
  private func widths(_ generator: String) throws -> [Int] {
    let plan = try plan(
      """
      architecture: {family: chain, input: {channels: 1, size: 1}, stage_depth: 1}
      grid: {width: \(generator)}
      """)
    return (0..<plan.count).map { Int(plan.point(at: $0).columns[.width]) }
  }

  private func factors(_ generator: String) throws -> [Double] {
    // Wide stages, so that no two factors give equal networks.
    let plan = try plan(
      """
      architecture: {family: chain, input: {channels: 1, size: 1}, stage_depth: 1, width: 1000}
      grid: {stage_count: [2], widen: \(generator)}
      """)
    return (0..<plan.count).map { plan.point(at: $0).columns[.widen] }
  }

  @Test(
    "Whole numbers are rounded and repeats dropped",
    arguments: [
      ("{range: [2, 8], step: 3}", [2, 5, 8]),
      ("{range: [2, 9], step: 3}", [2, 5, 8]),
      ("{range: [3, 1], step: -1}", [3, 2, 1]),
      ("{range: [4, 6]}", [4, 5, 6]),
      ("{range: [1, 3], step: 0.5}", [1, 2, 3]),
      ("{range: [7, 7]}", [7]),
      ("{linspace: [1, 10, 4]}", [1, 4, 7, 10]),
      ("{linspace: [1, 2, 9]}", [1, 2]),
      ("{linspace: [10, 1, 4]}", [10, 7, 4, 1]),
      ("{logspace: [1, 1000, 4]}", [1, 10, 100, 1000]),
      ("{logspace: [1, 8, 7]}", [1, 2, 3, 4, 6, 8]),
      ("{powers_of_two: [8, 64]}", [8, 16, 32, 64]),
      ("{powers_of_two: [5, 40]}", [8, 16, 32]),
    ] as [(String, [Int])])
  func generatesIntegers(generator: String, expected: [Int]) throws {
    #expect(try widths(generator) == expected)
  }

  @Test(
    "What comes out is said where the ends are not met, or values fall together",
    arguments: [
      ("{powers_of_two: [20, 120]}", "gives 2 values, 32, 64: 20 and 120 are no powers of two"),
      ("{powers_of_two: [8, 100]}", "gives 4 values, 8, 16, 32, 64: 100 is no power of two"),
      ("{range: [1, 10], step: 4}", "gives 3 values, 1, 5, 9: 10 is not reached in steps of 4"),
      (
        "{range: [1, 3], step: 0.5}",
        "gives 3 values, 1, 2, 3: fractions are rounded, and equal values count once"
      ),
      (
        "{linspace: [1, 2, 9]}",
        "gives 2 values, 1, 2: 9 were asked for, and equal ones count once"
      ),
      ("{linspace: [1.4, 9, 2]}", "gives 2 values, 1, 9: 1.4 is rounded"),
      (
        "{range: [1, 30], step: 2}",
        "gives 15 values, 1, 3, 5, 7, 9, 11, …, 27, 29: 30 is not reached in steps of 2"
      ),
    ])
  func notes(generator: String, expected: String) throws {
    let plan = try plan(
      """
      architecture: {family: chain, input: {channels: 1, size: 1}, stage_depth: 1}
      grid: {width: \(generator)}
      """)
    #expect(plan.spec.notes.map(\.message) == ["grid.width: \(expected)"])
    #expect(plan.warnings.isEmpty)
  }

  @Test(
    "Nothing is said where the values are what they seem",
    arguments: [
      "{powers_of_two: [8, 64]}", "{range: [2, 8], step: 3}", "{range: [3, 1], step: -1}",
      "{linspace: [1, 10, 4]}", "{logspace: [1, 1000, 4]}", "[20, 120]",
    ])
  func noNotes(values: String) throws {
    let plan = try plan(
      """
      architecture: {family: chain, input: {channels: 1, size: 1}, stage_depth: 1}
      grid: {width: \(values)}
      """)
    #expect(plan.spec.notes.isEmpty)
  }

  private func seeds(_ generator: String) throws -> [Int64] {
    let plan = try plan(
      """
      architecture: {family: chain, input: {channels: 1, size: 1}, stage_depth: 1, width: 4}
      grid: {seed: \(generator)}
      """)
    return (0..<plan.count).map { plan.point(at: $0).seed }
  }

  @Test(
    "Large whole numbers keep all of their digits",
    arguments: [
      (
        "{range: [100000000000001, 100000000000005]}",
        (0..<5).map { 100_000_000_000_001 + $0 }
      ),
      (
        "{range: [9007199254740993, 9007199254740997], step: 2}",
        [9_007_199_254_740_993, 9_007_199_254_740_995, 9_007_199_254_740_997]
      ),
      (
        "{range: [-9223372036854775808, 9223372036854775807], step: 4611686018427387904}",
        [.min, -1 << 62, 0, 1 << 62]
      ),
      (
        "{range: [9223372036854775807, 9223372036854775805], step: -1}",
        [.max, .max - 1, .max - 2]
      ),
      ("{range: [1e3, 3e3], step: 1e3}", [1000, 2000, 3000]),
      (
        "{linspace: [9223372036854775801, 9223372036854775807, 4]}",
        [.max - 6, .max - 4, .max - 2, .max]
      ),
      (
        "{linspace: [-9223372036854775808, 9223372036854775807, 3]}",
        [.min, -1, .max]
      ),
      ("{logspace: [1, 9007199254740993, 2]}", [1, 9_007_199_254_740_993]),
      ("{logspace: [1, 9223372036854775807, 2]}", [1, .max]),
      ("{powers_of_two: [9007199254740993, 18014398509481985]}", [1 << 54]),
    ] as [(String, [Int64])])
  func keepsAllDigits(generator: String, expected: [Int64]) throws {
    #expect(try seeds(generator) == expected)
  }

  @Test("A whole number halfway between two is the one farther from 0")
  func roundsHalvesAwayFromZero() throws {
    #expect(try seeds("{linspace: [-2, 2, 9]}") == [-2, -1, 0, 1, 2])
    #expect(try seeds("{linspace: [-3, -2, 3]}") == [-3, -2])
    #expect(try seeds("{linspace: [0, -1, 3]}") == [0, -1])
    #expect(try seeds("{linspace: [0, 15, 11]}") == [0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15])
  }

  @Test(
    "Real numbers are free of rounding noise and take their ends",
    arguments: [
      ("{range: [0.1, 0.5], step: 0.1}", [0.1, 0.2, 0.3, 0.4, 0.5]),
      ("{linspace: [1, 2, 5]}", [1, 1.25, 1.5, 1.75, 2]),
      ("{logspace: [0.5, 2, 3]}", [0.5, 1, 2]),
      ("[1.5, 2, 2.5]", [1.5, 2, 2.5]),
    ] as [(String, [Double])])
  func generatesReals(generator: String, expected: [Double]) throws {
    #expect(try factors(generator) == expected)
  }
}
