public import Architectures

/// A network that was trained, with its classifier and what is to be known of its training.
public struct TrainedNetwork: Sendable {
  /// Something that is known of a training.
  public enum Fact: Equatable, Sendable {
    /// Words.
    case text(String)
    /// A count or a seed.
    case integer(Int64)
    /// A score.
    case number(Double)
  }

  /// What tells this training from all others; equal ones end in the same numbers.
  public let training: String
  /// The layers, in the precision in which they were trained or a higher one.
  public let weights: NetworkWeights
  /// The classifier's weight: classes × features, a kernel of 1.
  public let classifier: WeightTensor
  /// The classifier's bias, one number for each class.
  public let classifierBias: [Double]
  /// What the file says besides, in order; names are unique.
  public let facts: [(name: String, value: Fact)]

  /// Collects a network and its facts.
  public init(
    training: String, weights: NetworkWeights, classifier: WeightTensor, classifierBias: [Double],
    facts: [(name: String, value: Fact)]
  ) {
    precondition(
      classifier.kernel == 1 && classifier.rows == classifierBias.count,
      "a classifier is a matrix with a bias for each of its rows")
    self.training = training
    self.weights = weights
    self.classifier = classifier
    self.classifierBias = classifierBias
    self.facts = facts
  }
}
