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
  /// All parameters in the order of the file, the classifier's and running statistics included, in the
  /// precision in which they were trained or a higher one.
  public let parameters: [(place: StoredParameter, values: [Double])]
  /// The places of the images that tested it among all images of the data set, ascending.
  public let testImages: [Int]
  /// What the file says besides, in order; names are unique.
  public let facts: [(name: String, value: Fact)]

  /// Collects a network and its facts.
  public init(
    training: String, parameters: [(place: StoredParameter, values: [Double])], testImages: [Int],
    facts: [(name: String, value: Fact)]
  ) {
    self.training = training
    self.parameters = parameters
    self.testImages = testImages
    self.facts = facts
  }
}
