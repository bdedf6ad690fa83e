internal import Architectures

/// The variances of each layer's pre-activations at all pixels of all images, as the number that
/// `DualActivation` makes of them.
struct KernelVariances: Sendable {
  private var numbers: [[[Double]]] = []

  /// The numbers of a layer at an image's pixels.
  subscript(layer: Int, image: Int) -> [Double] { numbers[image][layer] }

  /// Computes them image by image.
  init(
    _ network: KernelNetwork, images: [[Double]], shouldStop: () throws -> Void
  ) throws {
    let axes = network.layers.map { $0.convolutions.map { KernelAxis($0, ofPairs: false) } }
    let pixels = network.input.size * network.input.size
    numbers = try images.map { image in
      try shouldStop()
      var square = [Double](repeating: 0, count: pixels)
      for (place, value) in image.enumerated() {
        square[place % pixels] += value * value / Double(network.input.channels)
      }
      var states = [square]
      var sums: [[Double]] = [[]]
      return network.layers.enumerated().map { index, layer in
        var variances = layer.skip.map { sums[$0] }
        for (axis, convolution) in zip(axes[index], layer.convolutions) {
          let own = Self.variances(convolution, axis, states)
          variances = variances.map { zip($0, own).map { $0 + $1 } } ?? own
        }
        let all = variances ?? []
        sums.append(all)
        states.append(all.map { network.activation.square(ofVariance: $0) })
        return all.map { network.activation.number(ofVariance: $0) }
      }
    }
  }

  /// The variances of a convolution's output for the mean squares of all representations.
  private static func variances(
    _ convolution: KernelNetwork.Convolution, _ axis: KernelAxis, _ states: [[Double]]
  ) -> [Double] {
    let read = KernelBlock.joined(
      convolution.sources, entries: states[convolution.sources[0].representation].count
    ) {
      states[$0]
    }
    var sum = [Double](repeating: 0, count: axis.count * axis.count)
    var scratch = [Double](repeating: 0, count: axis.count * axis.sourceCount)
    unsafe axis.sum(read, into: &sum, scratch: &scratch)
    let weights = KernelWeights(convolution)
    return sum.map { weights.scale * $0 + weights.offset }
  }
}
