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
    let axes = network.layers.map { KernelAxis($0, ofPairs: false) }
    let pixels = network.input.size * network.input.size
    numbers = try images.map { image in
      try shouldStop()
      var square = [Double](repeating: 0, count: pixels)
      for (place, value) in image.enumerated() {
        square[place % pixels] += value * value / Double(network.input.channels)
      }
      var states = [square]
      return network.layers.enumerated().map { index, layer in
        let read = KernelBlock.joined(
          layer.sources, entries: states[layer.sources[0].representation].count
        ) {
          states[$0]
        }
        let axis = axes[index]
        var sum = [Double](repeating: 0, count: axis.count * axis.count)
        var scratch = [Double](repeating: 0, count: axis.count * axis.sourceCount)
        unsafe axis.sum(read, into: &sum, scratch: &scratch)
        let scale = layer.scale / Double(layer.kernel * layer.kernel)
        let variances = sum.map { scale * $0 + layer.offset }
        states.append(variances.map { network.activation.square(ofVariance: $0) })
        return variances.map { network.activation.number(ofVariance: $0) }
      }
    }
  }
}
