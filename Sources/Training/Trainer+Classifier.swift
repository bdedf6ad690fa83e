public import Architectures
internal import Networks

extension Trainer {
  /// The classifier's weight as it is now: classes × features, in the order of the channels that it
  /// reads; a kernel of 1.
  public var classifierWeight: WeightTensor {
    guard let tensor = network.layout.classifier else {
      preconditionFailure("networks are trained with a classifier")
    }
    return WeightTensor(
      rows: tensor.rows, columns: tensor.columns, kernel: 1,
      values: state.parameters[tensor.range].map { Double($0) })
  }

  /// The classifier's bias as it is now, one number for each class.
  public var classifierBias: [Double] {
    guard let range = network.layout.classifierBias else {
      preconditionFailure("networks are trained with a classifier")
    }
    return state.parameters[range].map { Double($0) }
  }
}
