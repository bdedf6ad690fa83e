internal import OneDNN

/// The convolutions that an evaluation has prepared, so that nodes that apply the same weight in the same
/// shape share one packed copy of it.
final class PreparedConvolutions<Scalar: GraphScalar> {
  /// What two nodes have in common if they share a convolution.
  struct Key: Hashable {
    let shape: ImageConvolutionShape
    let weight: ParameterID
    /// 0 for the weight itself; else the direction of it.
    var vector = 0
    /// What the weight is multiplied by.
    let scale: [ChannelChain.ScaleKey]
  }

  /// A convolution, and whether it was made for the one who asks, who has to load its weight.
  typealias Shared<Operator> = (operator: Operator, isNew: Bool)

  private var convolutions: [Key: any GraphConvolution<Scalar>] = [:]
  private var derivatives: [Key: any GraphConvolutionDerivative<Scalar>] = [:]

  /// A convolution that reads images.
  ///
  /// **Throws**: `OneDNNError`.
  func convolution(_ key: Key) throws -> Shared<any GraphConvolution<Scalar>> {
    if let known = convolutions[key] { return (known, false) }
    let made: any GraphConvolution<Scalar> =
      if let taps = UsedTaps(key.shape) {
        try CroppedConvolution<Scalar>(taps)
      } else {
        try Scalar.library.convolution(key.shape)
      }
    convolutions[key] = made
    return (made, true)
  }

  /// The derivatives of a convolution.
  ///
  /// **Throws**: `OneDNNError`.
  func derivative(_ key: Key) throws -> Shared<any GraphConvolutionDerivative<Scalar>> {
    if let known = derivatives[key] { return (known, false) }
    let made: any GraphConvolutionDerivative<Scalar> =
      if let taps = UsedTaps(key.shape) {
        try CroppedConvolutionDerivative<Scalar>(taps, weightCount: key.shape.weightCount)
      } else {
        try Scalar.library.convolutionDerivative(key.shape)
      }
    derivatives[key] = made
    return (made, true)
  }
}
