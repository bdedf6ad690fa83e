import Networks
import SweepRecords
import SweepSpec
import TestSupport
import Testing

@testable import Measurements
@testable import SweepStore

/// A measurement that only this file knows, with dimensions that no other has.
private struct WidthPowers: Measurement {
  private static let flags = [
    Column.Flag(value: 0, meaning: "even"), Column.Flag(value: 1, meaning: "odd"),
  ]
  static let parity = ColumnDimension(
    "parity", "code of the parity", codes: flags, labels: "the name of the parity")
  static let exponent = ColumnDimension(
    "exponent", isReal: true, longName: "exponent of widths", "what widths are raised to")

  static let section = "width_powers"
  static let keys = ["exponents"]
  static let expected = "a mapping (exponents: [0.5, 2])"
  static let dimensions = [parity, exponent]
  static let allColumns = [
    Column(
      "width_power_sum", dimensions: [.point, parity, exponent], "sum of powers",
      "sum over layers of a parity of powers of widths")
  ]

  let exponents: [Double]
  var columns: [Column] { Self.allColumns }
  var usesDraws: Bool { false }
  var canonicalText: String { "exponents: \(exponents)" }

  init?(_ given: GivenSection, _ reading: inout Reading) {
    guard let entry = given.entries.first,
      let items = reading.items(of: entry.value, given.keyPath, expected: Self.expected)
    else { return nil }
    exponents = items.compactMap { reading.real($0, given.keyPath, expected: "a number") }
  }

  func note(_ extents: inout TableExtents, _ inputs: SweepInputs?) {
    extents.set(Self.parity, [0, 1], labels: Self.flags.map(\.meaning))
    extents.set(Self.exponent, exponents)
  }

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {}

  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws {
    for (place, exponent) in exponents.enumerated() where exponent == 2 {
      for parity in 0..<2 {
        let widths = context.point.network.representations.compactMap { $0.weighted?.width }
        let chosen = widths.enumerated().filter { $0.offset % 2 == parity }
        let sum = chosen.reduce(0) { $0 + Double($1.element * $1.element) }
        values.set("width_power_sum", sum, at: [parity, place])
      }
    }
  }
}

extension ResultFileTests {
  @Test("A dimension that a measurement declares is in records, scales and labels of its files")
  func ownDimension() throws {
    let schema = Registry.schema(of: [WidthPowers.self])
    let spec = try SpecReader.read(
      """
      format: 1
      name: powers
      include: [{family: chain, input: {channels: 6, size: 1}, stages: [{widths: [5, 4, 3]}]}]
      measure: {width_powers: {exponents: [0.5, 2]}}
      """, measuring: Registry.requests(of: [WidthPowers.self]))
    let plan = try Plan(spec)
    let sweep = SweepMeasurements(plan, schema: schema)
    var computer = PointComputer(
      plan: plan, sweep: sweep, run: 0, rank: 0, limits: PointLimits(),
      inputs: try SweepInputs(opening: spec, folder: ""), images: SweepImages())
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    let description = Sample.description(points: 1, layout: sweep.layout)
    try ResultFile.write(description, from: journal([record], points: 1), to: output)

    let reader = try ResultReader.open(output)
    #expect(
      try reader.columns(among: schema).map(\.name).prefix(4)
        == ["point", "layer", "parity", "exponent"])
    #expect(try reader.integers("parity") == [0, 1])
    #expect(try reader.numbers("exponent") == [0.5, 2])
    #expect(try reader.texts("parity_name", in: "labels") == ["even", "odd"])
    let sums = try reader.numbers("width_power_sum")
    #expect(sums.map(\.isNaN) == [true, false, true, false])
    #expect(sums[1] == 34 && sums[3] == 16)
    try reader.checkSchema(description)
    // A program without the measurement does not know what lies there.
    #expect(throws: StoreError.self) { try reader.columns(among: Registry.schema) }
  }
}
