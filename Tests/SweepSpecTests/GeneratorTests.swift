import SweepSpec
import Testing

@Suite("Generators")
struct GeneratorTests {
  private func widths(_ generator: String) throws -> [Int32] {
    let plan = try plan(
      """
      architecture: {family: chain, input: {channels: 1, size: 1}, stage_depth: 1}
      grid: {width: \(generator)}
      """)
    return (0..<plan.count).map { plan.point(at: $0).columns.width }
  }

  private func factors(_ generator: String) throws -> [Double] {
    // Wide stages, so that no two factors give equal networks.
    let plan = try plan(
      """
      architecture: {family: chain, input: {channels: 1, size: 1}, stage_depth: 1, width: 1000}
      grid: {stage_count: [2], widen: \(generator)}
      """)
    return (0..<plan.count).map { plan.point(at: $0).columns.widen }
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
    ] as [(String, [Int32])])
  func generatesIntegers(generator: String, expected: [Int32]) throws {
    #expect(try widths(generator) == expected)
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
