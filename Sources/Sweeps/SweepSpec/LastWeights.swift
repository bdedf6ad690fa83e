/// The canonical text of the last source of weights, which points that follow one another mostly share.
public struct LastWeights: Sendable {
  private var last: (source: WeightsSource, text: String)?

  /// Starts with none.
  public init() {}

  /// The canonical text of a source.
  public mutating func text(of source: WeightsSource) -> String {
    if let last, last.source == source { return last.text }
    let text = source.canonicalText
    last = (source, text)
    return text
  }
}
