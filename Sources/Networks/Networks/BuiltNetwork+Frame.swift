extension BuiltNetwork {
  /// The units of the network's induced frame.
  ///
  /// **Throws**: `UnitGraph.Obstacle` if it has none.
  public func units() throws(UnitGraph.Obstacle) -> UnitGraph {
    try UnitGraph(graph, image: image)
  }

  /// Why the network has no induced frame: its first operation that is neither linear nor a rectifier;
  /// nil for one that has a frame.
  public var frameObstacle: String? {
    guard !isPlain else { return nil }
    do throws(UnitGraph.Obstacle) {
      _ = try units()
      return nil
    } catch {
      return error.description
    }
  }
}
