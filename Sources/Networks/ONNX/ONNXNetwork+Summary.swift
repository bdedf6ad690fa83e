public import NetworkGraphs

extension ONNXNetwork {
  /// The operations that the outputs and the standard representations need, in the order in which they
  /// are computed; the standard representations are marked.
  ///
  /// **Throws**: nothing that is expected: all of these values are there.
  public func summary() throws(ONNXError) -> [OperationSummary] {
    let representations = standardRepresentations
    let built = try graph(of: knownOutputs + representations)
    return built.graph.summary(
      of: built.graph.nodes.map(\.output),
      representations: Set(representations.compactMap { built.values[$0] }))
  }

  /// The operators that the file has for values, by the values' names; the last ones of patterns.
  public var operatorNames: [String: String] {
    Dictionary(
      understanding.steps.steps.map { ($0.name, $0.operatorName) }, uniquingKeysWith: { $1 })
  }
}
