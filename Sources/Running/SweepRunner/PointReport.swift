internal import Foundation
internal import Measurements
internal import SweepRecords
package import SweepStore

/// A value of JSON.
enum JSONValue: Encodable {
  case integer(Int64)
  case number(Double)
  case text(String)
  case list([JSONValue])

  /// NaN is null; JSON has no infinite numbers, which become texts.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value) where value.isNaN: try container.encodeNil()
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    }
  }

  /// Values of some dimensions as lists of lists.
  init(_ values: ArraySlice<JSONValue>, shape: ArraySlice<Int>) {
    guard let count = shape.first else {
      self = values.first ?? .list([])
      return
    }
    let size = count > 0 ? values.count / count : 0
    self = .list(
      (0..<count).map { index in
        let start = values.startIndex + index * size
        return JSONValue(values[start..<start + size], shape: shape.dropFirst())
      })
  }
}

/// Everything about one point, for other programs.
package struct PointReport: Encodable {
  let point: Int
  /// Id, architecture and weights as text.
  let identity: [String: String]
  /// The columns of the table: a value, or lists of values by the column's other dimensions.
  let columns: [String: JSONValue]
  /// Why its network has no induced frame; nil if it has one.
  let frameReason: String?
  /// Why it is not ok; nil if it is.
  let message: String?
  /// When and where it was computed.
  let execution: [String: JSONValue]

  private enum CodingKeys: String, CodingKey {
    case point, identity, columns, frameReason, message, execution
  }

  package init(_ point: Int, _ view: ResultView, of reader: borrowing ResultReader)
    throws(StoreError)
  {
    let one = point..<point + 1
    self.point = point
    var identity: [String: String] = [:]
    for name in ["id", "architecture", "weights"] {
      identity[name] = try reader.texts(name, in: "points", points: one)?.first
    }
    self.identity = identity
    var columns: [String: JSONValue] = [:]
    for column in view.table {
      let hasWords =
        !(Registry.schema[ColumnID(rawValue: column.name)]?.flags.isEmpty ?? true)
      var values: [JSONValue] = []
      if column.type.hasPrefix("float") {
        values = try reader.numbers(column.name, points: one).map { .number($0) }
      } else {
        values = try reader.integers(column.name, points: one).map { code in
          hasWords ? .text(ResultView.word(column.name, code)) : .integer(code)
        }
      }
      columns[column.name] = JSONValue(values[...], shape: column.shape.dropFirst())
    }
    self.columns = columns
    frameReason = try reader.frameReason(ofPoint: point)
    message = try reader.errors().first { $0.point == point }?.message
    var execution: [String: JSONValue] = [:]
    for name in ["run", "rank", "attempts", "peak_memory"] {
      guard let value = try reader.numbers(name, in: "execution", points: one)?.first,
        let whole = Int64(exactly: value)
      else { continue }
      execution[name] = .integer(whole)
    }
    for name in ["start", "wall_seconds", "cpu_seconds", "predicted_seconds"] {
      execution[name] = try reader.numbers(name, in: "execution", points: one)?.first
        .map { .number($0) }
    }
    if let host = try reader.texts("host", in: "execution", points: one)?.first {
      execution["host"] = .text(host)
    }
    self.execution = execution
  }
}

extension ResultReader {
  /// Why the network of a point has no induced frame; nil if it has one.
  borrowing func frameReason(ofPoint point: Int) throws(StoreError) -> String? {
    try texts("frame_reason", in: "points", points: point..<point + 1)?.first { !$0.isEmpty }
  }
}

/// The points of a file that are not ok, and why.
package struct FailureList {
  package struct Entry: Encodable {
    let point: Int
    let status: String
    let message: String
  }

  package let entries: [Entry]

  package init(of reader: borrowing ResultReader) throws(StoreError) {
    let statuses = try reader.statuses()
    var reasons: [Int: String] = [:]
    for (point, message) in try reader.errors() { reasons[point] = message }
    entries = statuses.indices.filter { ![.ok, .pending].contains(statuses[$0]) }.map { point in
      Entry(point: point, status: statuses[point].name, message: reasons[point] ?? "")
    }
  }

  /// The list for a person.
  package var text: String {
    guard !entries.isEmpty else { return "no point failed" }
    return entries.map { "\($0.point)\t\($0.status)\t\($0.message)" }.joined(separator: "\n")
  }
}
