import ArgumentParser
import Foundation
import Measurements
import SweepRecords
import SweepRunner

/// Prints the description of the results file's table that the program itself writes it by.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print all columns that a results file can have.",
    discussion: """
      As JSON for programs, or as the page docs/columns.md for people. Both come from the \
      description that writes the files.

        framesweep schema > docs/schema.json
        framesweep schema --markdown > docs/columns.md
      """)

  @Flag(name: .long, help: "A page for people.")
  var markdown = false

  func run() {
    print(markdown ? SchemaPage.markdown : SchemaPage.json)
  }
}

/// The schema as JSON and as a page.
enum SchemaPage {
  private struct Document: Encodable {
    let framesweepFormat: Int64
    let dimensions: [Dimension]
    let columns: [Entry]
  }

  private struct Dimension: Encodable {
    let name: String
    let type: String
    let longName: String
    let description: String
  }

  private struct Entry: Encodable {
    let name: String
    let type: String
    /// The type where the sweep asks for double precision, if it is another one.
    let typeInDoublePrecision: String?
    let dimensions: [String]
    let units: String
    let longName: String
    let description: String
    let origin: String
    let flags: [Flag]?
  }

  private struct Flag: Encodable {
    let value: Int8
    let meaning: String
  }

  /// Every column in file order, with its type, dimensions, unit and meaning.
  static var json: String {
    let entries = zip(Registry.schema.columns, Registry.schema.columns(isDouble: true)).map {
      column, wide in
      Entry(
        name: column.name, type: column.type.numpyName,
        typeInDoublePrecision: wide.type == column.type ? nil : wide.type.numpyName,
        dimensions: column.dimensions.map(\.name), units: column.units,
        longName: column.longName, description: column.description, origin: "\(column.origin)",
        flags: column.flags.isEmpty
          ? nil : column.flags.map { Flag(value: $0.value, meaning: $0.meaning) })
    }
    let dimensions = Registry.schema.dimensions.map { dimension in
      Dimension(
        name: dimension.name, type: dimension.type.numpyName, longName: dimension.longName,
        description: dimension.meaning)
    }
    return jsonText(
      Document(framesweepFormat: Schema.format, dimensions: dimensions, columns: entries))
  }

  /// A table of columns for each set of dimensions; the columns in file order.
  static var markdown: String {
    var lines = [
      "# Columns of the results file", "",
      "The root group of a results file is a table: a data set for each column, of those that the",
      "sweep measured. This page is printed by `framesweep schema --markdown`, and `schema.json`",
      "beside it by `framesweep schema`, from the description that writes the files.", "",
      "Statistics are NaN where they were not computed, keys and codes −1 where they take no part,",
      "layers 0 where a network has no such layer. Those of single images are float64 where the sweep",
      "has `precision: float64`.", "",
      "## Dimensions", "",
      "Each dimension that the sweep uses has a data set of its own, a dimension scale.", "",
      "| dimension | type | is |", "|---|---|---|",
    ]
    lines += Registry.schema.dimensions.map { dimension in
      "| `\(dimension.name)` | \(dimension.type.numpyName) | \(dimension.meaning) |"
    }
    var kinds: [[ColumnDimension]] = []
    for column in Registry.schema.columns where !kinds.contains(column.dimensions) {
      kinds.append(column.dimensions)
    }
    for dimensions in kinds {
      let names = dimensions.map(\.name).joined(separator: ", ")
      lines += ["", "## Per \(names)", "", "| column | type | unit | is |", "|---|---|---|---|"]
      lines += Registry.schema.columns.filter { $0.dimensions == dimensions }.map(row)
    }
    return lines.joined(separator: "\n")
  }

  private static func row(_ column: Column) -> String {
    var meaning = "\(column.longName): \(column.description)"
    if column.longName == column.description { meaning = column.description }
    if !column.flags.isEmpty {
      meaning += "; " + column.flags.map { "\($0.value) `\($0.meaning)`" }.joined(separator: ", ")
    }
    let cells = [
      "`\(column.name)`", column.type.numpyName, column.units,
      meaning.replacing("|", with: "\\|"),
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }
}
