public import Architectures
internal import RandomNumbers

extension NetworkWeights {
  /// Draws a random initialisation: normal with variance 2 / fan-in, biases zero.
  ///
  /// The numbers are keyed by seed, canonical architecture, draw and layer, so they depend neither on
  /// a point's place in a plan nor on who computes it. Fan-in is d·f² for a layer, and the source's
  /// width for a projection.
  ///
  /// **Source**: He, Zhang, Ren & Sun, "Delving Deep into Rectifiers", ICCV 2015, equation 10.
  public static func heInitialization(
    of architecture: Architecture, seed: Int64, draw: Int
  ) -> NetworkWeights {
    let key = RandomKey(domain: "framesweep he weights", seed: seed)
      .appending(architecture.canonicalBytes).appending(draw)
    let layers = architecture.layers
    var projections: [Int: WeightTensor] = [:]
    for layer in layers {
      guard let skip = layer.skip, skip.projectionStride != nil else { continue }
      projections[layer.index] = .he(
        rows: layer.width, columns: layers[skip.layer].width, kernel: 1,
        key: key.appending(layer.index).appending("shortcut"))
    }
    return NetworkWeights(
      layers: layers.map {
        .he(
          rows: $0.width, columns: $0.inputWidth, kernel: $0.kernel,
          key: key.appending($0.index).appending("weight"))
      },
      projections: projections)
  }
}

extension WeightTensor {
  fileprivate static func he(rows: Int, columns: Int, kernel: Int, key: RandomKey) -> Self {
    let fanIn = columns * kernel * kernel
    let scale = (2 / Double(fanIn)).squareRoot()
    var stream = key.stream
    let values = stream.nextNormals(rows * fanIn).map { scale * $0 }
    return WeightTensor(rows: rows, columns: columns, kernel: kernel, values: values)
  }
}
