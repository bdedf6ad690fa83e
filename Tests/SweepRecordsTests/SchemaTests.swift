import SweepRecords
import Testing

@Suite("Schema") struct SchemaTests {
  private static let weapon = ColumnDimension(
    "weapon", "code of the weapon",
    codes: [.init(value: 0, meaning: "weak"), .init(value: 3, meaning: "strong")])
  private let schema = Schema(
    measured: [
      Column("score", dimensions: [.point, .draw], "score", "score"),
      Column(
        "weapon_score", type: .float32, inDoublePrecision: .float64, dimensions: [.point, weapon],
        "score", "score"),
    ], dimensions: [weapon])

  @Test("Columns of the plan come first, and each has its name") func order() {
    #expect(
      schema.columns.prefix(Schema.planColumns.count).map(\.id) == Schema.planColumns.map(\.id))
    #expect(schema.columns.suffix(3).map(\.name) == ["status", "score", "weapon_score"])
    for column in schema.columns { #expect(schema[column.id]?.name == column.name) }
    #expect(schema["nothing"] == nil)
  }

  @Test("Codes of the plan and of points are those of the contract") func codes() {
    let words = schema[.status]?.flags.map(\.meaning)
    #expect(
      words == [
        "pending", "ok", "failed", "timeout", "out_of_memory", "nonfinite", "lost", "skipped",
      ])
    #expect(
      schema["family"]?.flags.map(\.meaning)
        == ["chain", "residual", "dense", "transformer", "mixer", "convnext"])
  }

  @Test("Words for codes along a dimension are part of its meaning") func dimensionCodes() {
    #expect(Self.weapon.meaning == "code of the weapon: 0 weak, 3 strong")
    #expect(ColumnDimension.draw.meaning == "index of the random initialisation")
  }

  @Test("Dimensions of measurements come behind those that every file has") func dimensions() {
    #expect(schema.dimensions.map(\.name) == ["point", "draw", "layer", "weapon"])
    #expect(schema.dimensions.map(\.type) == [.int64, .int32, .int32, .int32])
  }

  @Test("Columns have the type that they declare for the precision of a sweep") func precision() {
    #expect(schema.columns(isDouble: true).allSatisfy { $0.type != .float32 })
    #expect(schema.columns(isDouble: false).count { $0.type == .float32 } == 1)
    #expect(schema["weapon_score"]?.afterTraining.type == .float32)
  }

  @Test(
    "A dimension that nobody declares, or two data sets of one name, are a mistake of the program")
  func undeclared() async {
    await #expect(processExitsWith: .failure) {
      let dimension = ColumnDimension("weapon", "code of the weapon")
      _ = Schema(measured: [Column("score", dimensions: [.point, dimension], "score", "score")])
    }
    await #expect(processExitsWith: .failure) {
      let dimension = ColumnDimension("width", "another width")
      _ = Schema(measured: [], dimensions: [dimension])
    }
  }
}
