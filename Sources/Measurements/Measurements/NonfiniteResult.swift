internal import Architectures
internal import InducedFrames
internal import NeuralFrames
internal import SweepSpec

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
  ///   - frame: the frame.
  ///   - tensors: its weights.
  init(
    _ statistic: String, of draw: Int, _ statistics: FrameStatistics, _ frame: NetworkFrame,
    _ tensors: [WeightTensor]
  ) {
    let head = "\(statistic) of draw \(draw) is not finite"
    if let (atom, place) = frame.zeroAtom(of: tensors) {
      description =
        "\(head): atom \(atom) of \(place) is zero, so the frame's column has no direction"
    } else if let index = statistics.layerWithoutDirection {
      description =
        "\(head): a column of \(frame.name(ofColumn: index)) has no direction, its taps cancel where they wrap "
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

  /// Says which numbers of a network from a file cannot be computed with.
  init(of file: NetworkFile, _ damage: String) {
    description = "\(file.path): \(damage), expected finite numbers"
  }

  /// Says that a score of a network is not a number.
  init(_ statistic: String, of draw: Int, _ score: Double) {
    description =
      "\(statistic) of draw \(draw) is \(score): numbers on the way to it leave the range of "
      + "double precision"
  }
}
