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

/// What a plan has to know of the images that its measurements ask for.
public struct DataFacts: Hashable, Sendable {
  private var facts: [String: ImageFacts] = [:]

  /// Starts with what is known without a look at files.
  public init(_ measure: Measure) {
    for request in measure.requests {
      guard let known = request.data?.source.knownFacts else { continue }
      facts[type(of: request).section] = known
    }
  }

  /// The images that a section of `measure` asks for; nil if it asks for none, or unknown.
  public subscript(section: String) -> ImageFacts? {
    get { facts[section] }
    set { facts[section] = newValue }
  }

  /// All that is known, in an order that is always the same.
  var all: [ImageFacts] { facts.sorted { $0.key < $1.key }.map(\.value) }
}
