internal import HDF5

extension ResultReader {
  /// A group's texts, such as `id` of `points`; nil where there are none.
  ///
  /// **Throws**: `StoreError`.
  public func texts(
    _ name: String, in group: String, points: Range<Int>? = nil
  ) throws(StoreError) -> [String]? {
    try reading { () throws(HDF5Error) in
      guard try root.contains(group) else { return nil }
      let group = try root.openGroup(group)
      guard try group.contains(name) else { return nil }
      let dataset = try group.openDataset(name)
      return try dataset.readTexts(from: try Self.rows(points, of: dataset))
    }
  }

  /// A group's numbers, such as `wall_seconds` of `execution`; nil where there are none.
  ///
  /// **Throws**: `StoreError`.
  public func numbers(
    _ name: String, in group: String, points: Range<Int>? = nil
  ) throws(StoreError) -> [Double]? {
    try reading { () throws(HDF5Error) in
      guard try root.contains(group) else { return nil }
      let group = try root.openGroup(group)
      guard try group.contains(name) else { return nil }
      let dataset = try group.openDataset(name)
      return try dataset.read(Double.self, from: try Self.rows(points, of: dataset))
    }
  }

  /// The points that went wrong, and why.
  ///
  /// **Throws**: `StoreError`, also where a point is none of the plan: the checksum of the data does not
  /// cover this group.
  public func errors() throws(StoreError) -> [(point: Int, message: String)] {
    guard let messages = try texts("message", in: "errors") else { return [] }
    let points = try reading { () throws(HDF5Error) in
      try root.openGroup("errors").openDataset("error_point").read(Int64.self)
    }
    guard points.count == messages.count, points.allSatisfy({ 0 <= $0 && $0 < pointCount }) else {
      throw StoreError(
        .damaged, path: path, operation: "reading the results file",
        reason: "/errors: it holds points that the file does not have")
    }
    return zip(points, messages).map { (Int($0), $1) }
  }

  /// The text of the sweep file.
  ///
  /// **Throws**: `StoreError`.
  public func sweepText() throws(StoreError) -> String {
    try texts("sweep", in: "provenance")?.first ?? ""
  }

  /// The provenance of every run.
  ///
  /// **Throws**: `StoreError`.
  public func runs() throws(StoreError) -> [RunFacts] {
    try reading { () throws(HDF5Error) in
      let group = try root.openGroup("provenance")
      guard try group.contains("run") else { return [] }
      let count = try group.openDataset("run").shape().reduce(1, *)
      var runs = [RunFacts](repeating: RunFacts(), count: count)
      for name in try group.datasetNames() where name != "run" && name != "sweep" {
        let texts = try group.openDataset(name).readTexts()
        for (run, text) in texts.enumerated() where runs.indices.contains(run) && !text.isEmpty {
          runs[run][name] = text
        }
      }
      return runs
    }
  }
}
