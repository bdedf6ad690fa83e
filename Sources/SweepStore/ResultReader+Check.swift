internal import HDF5
internal import SweepRecords

extension ResultReader {
  /// Checks that a file has the columns of its plan, and the points that it should have.
  ///
  /// Names, order, types, shapes, units, ids and the attribute `complete` are compared; the data are
  /// what `checkData()` looks at.
  ///
  /// **Throws**: `StoreError` naming the first thing that is not as the plan says.
  public func checkSchema(_ description: TableDescription) throws(StoreError) {
    guard planSHA256 == hexadecimal(description.planHash), pointCount == description.pointCount
    else {
      throw StoreError(
        .otherPlan, path: path, operation: "checking it",
        reason: "it belongs to another plan: the sweep file, an input file or the numerics changed")
    }
    let scales = description.dimensions.map { dimension in
      ColumnFacts(
        name: dimension.rawValue, type: dimension.element.numpyName,
        shape: [description.extent(of: dimension)], units: "1", longName: "",
        flagMeanings: "", isScale: true)
    }
    let columns = description.columns.map { column in
      ColumnFacts(
        name: column.name, type: column.type.numpyName,
        shape: column.dimensions.map { description.extent(of: $0) }, units: column.units,
        longName: column.longName,
        flagMeanings: column.flags.map(\.meaning).joined(separator: " "), isScale: false)
    }
    let found = try self.columns()
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
      guard column.isScale || other.longName == column.longName else {
        throw wrong("\(column.name) is called '\(other.longName)', expected '\(column.longName)'")
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
    try checkIdentities(description)
  }

  private func checkIdentities(_ description: TableDescription) throws(StoreError) {
    var first = 0
    while first < pointCount {
      let block = first..<min(first + 1 << 16, pointCount)
      guard let ids = try texts("id", in: "points", points: block), ids.count == block.count else {
        throw wrong("/points/id is missing")
      }
      guard let architectures = try texts("architecture", in: "points", points: block),
        architectures.count == block.count
      else { throw wrong("/points/architecture is missing") }
      for point in block {
        let identity = description.identity(point)
        guard ids[point - first] == identity.id else {
          throw wrong("point \(point) has another id than in the plan")
        }
        guard architectures[point - first] == identity.architecture else {
          throw wrong("point \(point) has another architecture than in the plan")
        }
      }
      first = block.upperBound
    }
  }

  private func wrong(_ reason: String) -> StoreError {
    StoreError(.damaged, path: path, operation: "checking it", reason: reason)
  }
}
