internal import Architectures
internal import InducedFrames
internal import NeuralFrames

/// A statistic that should be a number is none.
struct NonfiniteResult: Error, CustomStringConvertible {
  /// The statistic, the draw, the layer, and why.
  let description: String

  /// Says in which layer statistics of the induced frame are not defined, and which atom is to blame.
  ///
  /// - Parameters:
  ///   - statistic: the name of the column that stands for all of them.
  ///   - draw: the draw.
  ///   - statistics: the statistics.
  ///   - weights: the weights.
  init(
    _ statistic: String, of draw: Int, _ statistics: FrameStatistics, _ weights: NetworkWeights
  ) {
    let head = "\(statistic) of draw \(draw) is not finite"
    if let (atom, place) = Self.zeroAtom(of: weights) {
      description =
        "\(head): atom \(atom) of \(place) is zero, so the frame's column has no direction"
    } else if let layer = statistics.layerWithoutDirection {
      description =
        "\(head): a column of layer \(layer + 1) has no direction, its taps cancel where they wrap "
        + "around the image"
    } else {
      description = head
    }
  }

  /// Says in which layer a network overflowed.
  init(_ statistic: String, of draw: Int, _ frame: NonfiniteFrame, precision: String) {
    description =
      "\(statistic) of draw \(draw) is not finite in layer \(frame.representation): the "
      + "network overflows \(precision)"
  }

  /// Says that a score of a network is not a number.
  init(_ statistic: String, of draw: Int, _ score: Double) {
    description =
      "\(statistic) of draw \(draw) is \(score): numbers on the way to it leave the range of "
      + "double precision"
  }

  /// The first row of zeros, with the words for its layer; nil where there is none.
  private static func zeroAtom(of weights: NetworkWeights) -> (atom: Int, place: String)? {
    let named =
      weights.layers.enumerated().map { ("layer \($0.offset + 1)", $0.element) }
      + weights.projections.sorted { $0.key < $1.key }.map {
        ("the projection of layer \($0.key + 1)", $0.value)
      }
    for (place, tensor) in named {
      let length = tensor.columns * tensor.kernel * tensor.kernel
      let atom = (0..<tensor.rows).first { row in
        tensor.values[row * length..<(row + 1) * length].allSatisfy { $0 == 0 }
      }
      if let atom { return (atom, place) }
    }
    return nil
  }
}
