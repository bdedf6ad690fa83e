internal import Foundation

extension Architecture {
  /// The decimal logarithm of what a wide network multiplies the second moment of its input by under
  /// He's weights, without biases.
  ///
  /// A layer without a skip keeps it, and so does one whose branch is normalised, about. One that adds an
  /// earlier layer multiplies it by 2.4, because what is added is not negative; one that adds a
  /// projection multiplies it by 2, because a projection has either sign. Branches that start s times as
  /// large multiply it by 1 + 2 s² at most, or 1 + s² behind a projection.
  ///
  /// **Source**: Hanin & Rolnick, "How to start training", NeurIPS 2018, say that residual networks grow
  /// with each block; 2.399 is the limit for relu behind the sum, found by sampling.
  ///
  /// **Complexity**: O(layers).
  public var heGrowth: Double {
    guard isPlain, family == .residual else { return 0 }
    let square = branchScale * branchScale
    return layers.reduce(0) { sum, layer in
      guard let skip = layer.skip else { return sum }
      let isSum = skip.projectionStride == nil
      return sum + log10(isSum ? min(1 + 1.4 * max(1, square), 1 + 2 * square) : 1 + square)
    }
  }
}
