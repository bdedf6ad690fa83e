extension Architecture {
  /// The number of weights, k·d·f² summed over layers, projections included, biases not.
  public var parameterCount: Int {
    let layers = layers
    return layers.reduce(0) { sum, layer in
      sum + layer.width * layer.inputWidth * layer.kernel * layer.kernel
        + projectionWeights(of: layer, in: layers)
    }
  }

  /// Floating-point operations of one image's forward pass, a multiply-add counted as two.
  ///
  /// Products of layers and projections only; biases, skips and activations are left out, and so are
  /// savings at zero-padded borders, as is usual in the field.
  public var forwardFLOPs: Int {
    let layers = layers
    return layers.reduce(0) { sum, layer in
      let weights =
        layer.width * layer.inputWidth * layer.kernel * layer.kernel
        + projectionWeights(of: layer, in: layers)
      return sum + 2 * weights * layer.outputSize * layer.outputSize
    }
  }

  private func projectionWeights(of layer: Layer, in layers: [Layer]) -> Int {
    guard let skip = layer.skip, skip.projectionStride != nil else { return 0 }
    return layer.width * layers[skip.layer].width
  }
}
