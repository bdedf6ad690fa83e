internal import HDF5
internal import SweepRecords

extension ResultReader {
  /// Checks all that a file says of its plan besides the names of columns: root attributes, dimension
  /// scales, labels, and the columns of the plan.
  ///
  /// What is computed from architectures (counts, bounds) is left to the checksum: to compute it again
  /// takes longer than all the rest.
  ///
  /// **Throws**: `StoreError` naming the first thing that is not as the plan says.
  ///
  /// **Complexity**: O(bytes of the plan's columns) in bounded memory.
  func checkPlanFacts(_ description: TableDescription) throws(StoreError) {
    try checkAttributes(description)
    try checkLabels(description)
    try checkExecution()
    try checkScales(description)
    try checkPlanColumns(description)
    try checkIdentities(description)
  }

  /// The damage that a check found.
  func wrong(_ reason: String) -> StoreError {
    StoreError(.damaged, path: path, operation: "checking it", reason: reason)
  }

  private func checkAttributes(_ description: TableDescription) throws(StoreError) {
    let expected = [
      ("Conventions", TableDescription.conventions),
      ("coordinates", description.presentCoordinates.joined(separator: " ")),
    ]
    for (name, text) in expected {
      let found = try reading { () throws(HDF5Error) in
        try root.hasAttribute(name) ? root.textAttribute(name) : ""
      }
      guard found == text else {
        throw wrong("the attribute \(name) is '\(found)', expected '\(text)'")
      }
    }
  }

  private func checkLabels(_ description: TableDescription) throws(StoreError) {
    for label in Labels.all(of: description) {
      guard try texts(label.name, in: "labels") == label.texts else {
        throw wrong("/labels/\(label.name) is missing, or not what the plan says")
      }
    }
    guard let names = description.layerNames else { return }
    guard try texts(LayerNames.dataset, in: "labels") == names.names else {
      throw wrong("/labels/\(LayerNames.dataset) is missing, or not what the plan says")
    }
  }

  private func checkExecution() throws(StoreError) {
    for name in Self.executionNumbers + ["host"] {
      let shape: [Int]? = try reading { () throws(HDF5Error) in
        guard try root.contains("execution") else { return nil }
        let group = try root.openGroup("execution")
        return try group.contains(name) ? group.openDataset(name).shape() : nil
      }
      guard shape == [pointCount] else {
        throw wrong("/execution/\(name) is missing, or has another length than point")
      }
    }
  }

  private func checkScales(_ description: TableDescription) throws(StoreError) {
    for dimension in description.dimensions where dimension != .point {
      let expected = description.layout.extents.coordinates(of: dimension)
      guard try numbers(dimension.name) == expected else {
        throw wrong("the coordinates along \(dimension.name) are not those of the plan")
      }
    }
    for block in blocks() {
      guard try integers("point", points: block) == block.map(Int64.init) else {
        throw wrong("the coordinates along point are not those of the plan")
      }
    }
    for column in description.columns {
      for (place, dimension) in column.dimensions.enumerated() {
        let isAttached = try reading { () throws(HDF5Error) in
          let scale = try root.openDataset(dimension.name)
          return try root.openDataset(column.name).isAttached(scale, to: place)
        }
        guard isAttached else {
          throw wrong("\(column.name) lacks its dimension scale \(dimension.name)")
        }
      }
    }
  }

  private func checkPlanColumns(_ description: TableDescription) throws(StoreError) {
    let columns = description.columns.filter { $0.origin == .plan }
    let row = PlanRow(columns, layerCount: description.layerCount)
    let ranges = columns.map { row.range(of: $0) }
    for block in blocks() {
      var rows = [[UInt8]](repeating: [], count: columns.count)
      for bytes in description.planRows(of: block, like: row) {
        for start in stride(from: 0, to: bytes.count, by: row.bytes.count) {
          for (place, range) in ranges.enumerated() {
            rows[place] += bytes[start + range.lowerBound..<start + range.upperBound]
          }
        }
      }
      for (column, expected) in zip(columns, rows) {
        try compare(column, expected, description, block)
      }
    }
  }

  private func compare(
    _ column: Column, _ expected: [UInt8], _ description: TableDescription, _ block: Range<Int>
  ) throws(StoreError) {
    let shape = column.dimensions.map { description.extent(of: $0) }
    let found = try bytes(of: column.name, as: column.type.element, shape, rows: block)
    guard let found, found != expected else { return }
    let size = max(expected.count / block.count, 1)
    let byte = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
    let point = block.lowerBound + byte / size
    throw wrong("\(column.name) of point \(point) is not what the plan says")
  }

  private func checkIdentities(_ description: TableDescription) throws(StoreError) {
    for block in blocks() {
      let identities = description.identities(of: block)
      for text in PointIdentity.texts(of: description) {
        guard let found = try texts(text.name, in: "points", points: block),
          found.count == block.count
        else { throw wrong("/points/\(text.name) is missing") }
        for (index, identity) in identities.enumerated()
        where found[index] != text.value(identity) {
          let point = block.lowerBound + index
          throw wrong("/points/\(text.name) of point \(point) is not what the plan says")
        }
      }
    }
  }

  /// The points in blocks of a sensible size.
  private func blocks() -> [Range<Int>] {
    stride(from: 0, to: pointCount, by: 1 << 16).map { $0..<min($0 + 1 << 16, pointCount) }
  }
}
