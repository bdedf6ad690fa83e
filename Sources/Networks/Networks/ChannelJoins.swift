public import NetworkGraphs

/// Values of a graph that stand side by side, channel behind channel, with what was joined before.
public struct ChannelJoins: Sendable {
  private var known: [[ValueID]: ValueID] = [:]

  /// Starts with nothing joined.
  public init() {}

  /// Joins values of equal sides; the first of them as they were joined before, if they were.
  ///
  /// What a dense layer reads is what the layer before it reads, and one value more: it is copied in two
  /// runs a pixel.
  ///
  /// **Throws**: `GraphError` if their sides differ.
  public mutating func join(
    _ values: [ValueID], in graph: inout Graph, name: String? = nil
  ) throws(GraphError) -> ValueID {
    guard values.count > 1 else { return values[0] }
    if let join = known[values] { return join }
    let count = (2..<values.count).last { known[Array(values[..<$0])] != nil } ?? 0
    let first = known[Array(values[..<count])].map { [$0] } ?? []
    let join = try graph.add(
      Concatenation(axis: 1), (first + values[count...]).map { .value($0) }, name: name)
    known[values] = join
    return join
  }
}
