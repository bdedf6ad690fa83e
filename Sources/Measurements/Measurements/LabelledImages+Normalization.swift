internal import Architectures
internal import NetworkGraphs
internal import Training

extension LabelledImages {
  /// The values of all images as a network has them that normalises them first.
  ///
  /// - Parameter normalization: what it does, which fits the images; nil for nothing.
  func normalized(by normalization: ImageNormalization?) -> [[Double]] {
    let images = (0..<count).map { image($0) }
    guard let normalization else { return images }
    guard
      let operation = InputNormalization(
        mean: normalization.mean, deviation: normalization.deviation, repeatedTo: dimension)
    else { preconditionFailure("a normalisation of other images") }
    return images.map { image in
      image.indices.map { (image[$0] - operation.mean[$0]) / operation.deviation[$0] }
    }
  }
}
