package import Foundation
internal import Measurements
package import SweepStore

extension ResultSummary {
  /// Looks at a results file, of which the reading program reads what is asked for and the table's checksum,
  /// if there is such a program.
  ///
  /// All of a file of ten million points takes several times as long.
  ///
  /// **Throws**: `StoreError` if the file cannot be read, or is damaged.
  package static func probed(_ path: String) throws(StoreError) -> ResultSummary {
    guard let program = Surroundings.current.reader,
      let output = try Probes.output(of: ["probe", path, "--summary"], path, by: program)
    else { return try ResultSummary(reading: path) }
    do {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      return try decoder.decode(ResultSummary.self, from: output)
    } catch {
      throw StoreError(
        .notRead, path: path, operation: "reading the results file",
        reason: "the process that read it did not say what is in it: \(error)")
    }
  }

  /// Looks at a results file in this process, its checksum included.
  ///
  /// **Throws**: `StoreError` if the file cannot be read, or is damaged.
  package init(reading path: String) throws(StoreError) {
    let reader = try ResultReader.open(path)
    try reader.checkData()
    try self.init(of: reader, ResultView(of: reader))
  }

  /// What `probed` reads.
  package var transfer: Data {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(self) else {
      preconditionFailure("a summary has a JSON")
    }
    return data
  }
}

extension ResultView {
  /// The columns of a file.
  ///
  /// **Throws**: `StoreError`.
  package init(of reader: borrowing ResultReader) throws(StoreError) {
    self.init(
      try reader.columns(among: Registry.schema), pointCount: reader.pointCount,
      networks: try reader.networkNames())
  }
}
