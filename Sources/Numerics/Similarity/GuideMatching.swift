/// Which layers of a network are compared with those of another one that guides it.
///
/// Layers are matched by their relative depth: guide layer i of G belongs to layer
/// round(i (T − 1)/(G − 1)) of T, halves going to the even one. So the first and the last layers of both are
/// matched, and a layer may have none or several of the guide's.
///
/// **Source**: Subramaniam, Mayo, Conwell, Poggio, Katz, Cheung & Barbu, "Training the untrainable:
/// introducing inductive bias via representational alignment", 2024.
public struct GuideMatching: Sendable {
  /// For each layer the guide's layers that are compared with it, both counted from 0.
  public let guideLayers: [[Int]]

  /// Matches layers.
  ///
  /// - Parameters:
  ///   - guideCount: the layers G of the guide; the only one of a guide belongs to the last layer.
  ///   - count: the layers T of the network, at least 1.
  public init(guideCount: Int, count: Int) {
    var matched = [[Int]](repeating: [], count: count)
    for layer in 0..<guideCount {
      let place =
        guideCount == 1
        ? Double(count - 1) : Double(layer * (count - 1)) / Double(guideCount - 1)
      matched[min(Int(place.rounded(.toNearestOrEven)), count - 1)].append(layer)
    }
    guideLayers = matched
  }
}
