internal import Architectures
internal import Kernels
internal import NetworkGraphs
internal import Networks
internal import SweepSpec
internal import Training

extension PointContext {
  /// What a classifier reads of images in the network with the weights that the point has now; of a
  /// network from a file the last representation.
  ///
  /// - Parameters:
  ///   - images: the images.
  ///   - normalization: what the network does to images first; nil if it takes them as they are.
  ///   - readout: whether images of features are reduced to their means.
  ///
  /// **Shape**: images × features, row-major.
  ///
  /// **Throws**: as `visitRepresentations`.
  mutating func features(
    of images: LabelledImages, normalization: ImageNormalization?,
    _ readout: InfiniteKernels.Readout
  ) throws -> [Double] {
    let network = try network(in: Double.self, normalization: normalization)
    let shown = network.network.read
    let shapes = shown.map { network.network.graph[$0].shape }
    var features: [Double] = []
    try network.visit(
      shown, of: (0..<images.count).lazy.map { images.image($0) }, shouldStop: shouldStop
    ) { place, values in
      let shape = shapes[place]
      guard readout == .pooled, shape.rank == 4 else {
        features += values
        return
      }
      let pixels = values.count / shape[1]
      for start in stride(from: 0, to: values.count, by: pixels) {
        features.append(values[start..<start + pixels].reduce(0, +) / Double(pixels))
      }
    }
    return features
  }
}

extension BuiltNetwork {
  /// The values that a classifier reads, side by side.
  fileprivate var read: [ValueID] {
    switch features {
    case .means(let places): places.map { values[$0] }
    case .value(let value): [value]
    }
  }
}
