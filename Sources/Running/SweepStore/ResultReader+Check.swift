internal import HDF5
internal import SweepRecords

extension ResultReader {
  /// Checks that a file has the columns of its plan, and the points that it should have.
  ///
  /// Names, order, types, shapes, units, codes, scales, labels, ids, the root attributes and the columns
  /// of the plan are compared; what was computed is what `checkData()` looks at.
  ///
  /// **Throws**: `StoreError` naming the first thing that is not as the plan says.
  public func checkSchema(_ description: TableDescription) throws(StoreError) {
    guard planSHA256 == hexadecimal(description.planHash), pointCount == description.pointCount
    else {
      throw .otherPlan(path, "checking it", runs: try runs())
    }
    let scales = description.dimensions.map { dimension in
      ColumnFacts(
        name: dimension.name, type: dimension.type.numpyName,
        shape: [description.extent(of: dimension)], units: "1",
        longName: dimension.longName,
        flagMeanings: "", flagValues: [], isScale: true)
    }
    let columns = description.columns.map { column in
      ColumnFacts(
        name: column.name, type: column.type.numpyName,
        shape: column.dimensions.map { description.extent(of: $0) }, units: column.units,
        longName: column.longName,
        flagMeanings: column.flags.map(\.meaning).joined(separator: " "),
        flagValues: column.flags.map(\.value), isScale: false)
    }
    let found = try self.columns(among: description.layout.schema)
    for (place, column) in (scales + columns).enumerated() {
      guard place < found.count else { throw wrong("\(column.name) is missing") }
      let other = found[place]
      guard other.name == column.name else {
        throw wrong("column \(place + 1) is \(other.name), expected \(column.name)")
      }
      guard other.type == column.type, other.shape == column.shape else {
        throw wrong(
          "\(column.name) is \(other.type) \(other.shape), expected \(column.type) \(column.shape)")
      }
      guard other.units == column.units, other.isScale == column.isScale else {
        throw wrong("\(column.name) has the unit \(other.units), expected \(column.units)")
      }
      guard other.longName == column.longName else {
        throw wrong("\(column.name) is called '\(other.longName)', expected '\(column.longName)'")
      }
      guard column.isScale || other.flagValues == column.flagValues else {
        throw wrong(
          "the codes of \(column.name) are \(other.flagValues), expected \(column.flagValues)")
      }
      guard column.isScale || other.flagMeanings == column.flagMeanings else {
        throw wrong(
          "the codes of \(column.name) mean '\(other.flagMeanings)', expected "
            + "'\(column.flagMeanings)'")
      }
    }
    if let extra = found.dropFirst(scales.count + columns.count).first {
      throw wrong("there is a column \(extra.name), which the plan does not have")
    }
    guard try statuses().contains(.pending) != isComplete else {
      throw wrong("the attribute complete is not what the statuses say")
    }
    try checkPlanFacts(description)
  }
}
