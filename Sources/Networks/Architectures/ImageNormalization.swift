/// What a network does to images first: (x − mean) / deviation, for each channel.
public struct ImageNormalization: Hashable, Sendable {
  /// What is taken off: one number, or one for each channel of an image.
  public let mean: [Double]
  /// What is divided by then, positive: one number, or one for each channel.
  public let deviation: [Double]

  /// Collects the numbers.
  public init(mean: [Double], deviation: [Double]) {
    (self.mean, self.deviation) = (mean, deviation)
  }

  /// Whether images of a shape can be normalised by these numbers; a vector has as many channels as
  /// there are numbers, one behind the other.
  public func fits(_ shape: InputShape) -> Bool {
    [mean, deviation].allSatisfy { numbers in
      numbers.count == 1 || numbers.count == shape.channels
        || shape.size == 1 && shape.channels.isMultiple(of: numbers.count)
    }
  }

  /// The numbers as sweep files have them, in the shortest spelling that means them exactly.
  public var canonicalText: String {
    func list(_ numbers: [Double]) -> String {
      "[\(numbers.map { "\($0)" }.joined(separator: ", "))]"
    }
    return "{mean: \(list(mean)), std: \(list(deviation))}"
  }
}
