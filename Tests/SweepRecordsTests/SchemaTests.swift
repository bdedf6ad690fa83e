import SweepRecords
import Testing

@Suite("Schema") struct SchemaTests {
  @Test("Columns stand in the order of their identities, once each") func order() {
    #expect(Schema.columns.map(\.id) == ColumnID.allCases)
    for id in ColumnID.allCases { #expect(Schema.column(id).id == id) }
  }

  @Test("Codes of enumerations are those of the contract") func codes() {
    let words = Schema.column(.status).flags.map(\.meaning)
    #expect(
      words == [
        "pending", "ok", "failed", "timeout", "out_of_memory", "nonfinite", "lost", "skipped",
      ])
    #expect(Schema.column(.family).flags.map(\.meaning) == ["chain", "residual", "dense"])
    #expect(
      Schema.column(.minimumStatus).flags.map(\.meaning)
        == [
          "not_requested", "closed_form", "converged", "iteration_limit", "unavailable", "failed",
        ])
  }

  @Test("Every column explains itself") func descriptions() {
    for column in Schema.columns {
      #expect(!column.longName.isEmpty && !column.description.isEmpty && !column.units.isEmpty)
      #expect(column.dimensions.first == .point)
      #expect(column.flags.allSatisfy { !$0.meaning.contains(" ") })
    }
  }
}
