public import Architectures

/// What a plan has to know of the images that a sweep names.
public struct ImageFacts: Hashable, Sendable {
  /// The number of images of the data set.
  public var count: Int
  /// The shape of each of them.
  public var shape: InputShape
  /// The bytes of a value: 1 where values are bytes, or 8.
  public var valueBytes: Int

  /// Collects the facts.
  public init(count: Int, shape: InputShape, valueBytes: Int = 8) {
    self.count = count
    self.shape = shape
    self.valueBytes = valueBytes
  }

  /// The number of values of an image.
  public var dimension: Int { shape.channels * shape.size * shape.size }

  /// Whether networks with an input take these images, as they are or flattened.
  public func fit(_ input: InputShape) -> Bool {
    input == shape || input == InputShape(channels: dimension, size: 1)
  }

  /// Where networks find the shapes that fit, as sweep files spell them.
  var inputs: String {
    let own = "input: {channels: \(shape.channels), size: \(shape.size)}"
    guard shape.size > 1 else { return own }
    return own + ", or {channels: \(dimension), size: 1} for images flattened"
  }
}

/// What a plan has to know of all images that a sweep names; nil where it names none, or unknown.
public struct DataFacts: Hashable, Sendable {
  /// The images of neural frames.
  public var neuralFrames: ImageFacts?
  /// The images that networks are trained on.
  public var train: ImageFacts?
  /// The images of the scores of untrained networks.
  public var companions: ImageFacts?

  /// Starts with what is known without a look at files.
  public init(_ measure: Measure) {
    neuralFrames = measure.neuralFrames?.data.knownFacts
    train = measure.train?.data.knownFacts
    companions = measure.companions?.data.knownFacts
  }

  /// All that is known.
  var all: [ImageFacts] { [neuralFrames, train, companions].compactMap { $0 } }
}
