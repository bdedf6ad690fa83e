public import Architectures
public import NetworkGraphs

/// Images with the classes they belong to.
public struct LabelledImages: Sendable {
  /// The values of all images, images × channels × size × size.
  public enum Values: Sendable {
    /// Bytes, and the one that stands for 1.
    case bytes([UInt8], largest: UInt8)
    /// Numbers in [0, 1].
    case numbers([Double])

    var count: Int {
      switch self {
      case .bytes(let bytes, _): bytes.count
      case .numbers(let numbers): numbers.count
      }
    }
  }

  /// The shape of an image.
  public let shape: InputShape
  /// The values of all images.
  public let values: Values
  /// The class of each image, from 0.
  public let labels: [Int]
  /// The number of classes, at least 2.
  public let classes: Int

  /// Collects images, whose number must be that of the labels.
  ///
  /// - Parameter classes: the number of classes; nil for one more than the largest label.
  public init(shape: InputShape, values: Values, labels: [Int], classes: Int? = nil) {
    precondition(
      values.count == labels.count * shape.channels * shape.size * shape.size,
      "images and labels of different numbers")
    precondition(labels.allSatisfy { $0 >= 0 }, "classes are counted from 0")
    let least = (labels.max() ?? 0) + 1
    precondition(classes ?? least >= least, "a label of a class that there is not")
    self.shape = shape
    self.values = values
    self.labels = labels
    self.classes = max(2, classes ?? least)
  }

  /// The number of images.
  public var count: Int { labels.count }
  /// The number of values of an image.
  public var dimension: Int { shape.channels * shape.size * shape.size }

  /// The values of an image, channels × size × size.
  public func image(_ index: Int) -> [Double] {
    let places = index * dimension..<(index + 1) * dimension
    switch values {
    case .bytes(let bytes, let largest): return bytes[places].map { Double($0) / Double(largest) }
    case .numbers(let numbers): return Array(numbers[places])
    }
  }

  /// Copies the values of an image, channels × size × size, over whatever an array holds.
  func copyImage(_ index: Int, to image: inout [Double]) {
    image.removeAll(keepingCapacity: true)
    let places = index * dimension..<(index + 1) * dimension
    switch values {
    case .bytes(let bytes, let largest):
      for place in places { image.append(Double(bytes[place]) / Double(largest)) }
    case .numbers(let numbers): for place in places { image.append(numbers[place]) }
    }
  }

  /// Whether networks with an input [1, channels, height, width] take these images, as they are or
  /// flattened.
  public func fit(_ input: Shape) -> Bool {
    input == [1, shape.channels, shape.size, shape.size] || input == [1, dimension, 1, 1]
  }
}
