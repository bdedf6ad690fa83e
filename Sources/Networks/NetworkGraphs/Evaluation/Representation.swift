/// What an operation computed of a batch: values and tangents of each image.
public struct Representation<Scalar: GraphScalar> {
  /// The value.
  public let value: ValueID
  /// The shape for one image.
  public let shape: Shape
  /// The number of images.
  public let images: Int
  /// The number of vectors of each image, its value and then its tangents.
  public let vectors: Int
  /// Whether all tangents are 0 wherever the value is.
  public let keepsZeros: Bool
  let tensor: Tensor<Scalar>

  /// The number of entries of a vector.
  public var dimension: Int { shape.count }

  /// The vectors of an image, one behind the other, all in the same order of entries.
  ///
  /// **Shape**: vectors × dimension, row-major. What the order is follows from the operations.
  public func withVectors<Result>(
    ofImage image: Int, _ body: (borrowing Span<Scalar>) throws -> Result
  ) rethrows -> Result {
    precondition((0..<images).contains(image), "image \(image) of \(images)")
    let numbers = tensor.numbers.part(image * vectors * dimension, vectors * dimension)
    return try body(unsafe UnsafeBufferPointer(start: numbers.start, count: numbers.count).span)
  }

  /// A vector in the order of the shape, for results and tests.
  public func vector(_ vector: Int, ofImage image: Int) -> [Double] {
    tensor.widened(vector, ofImage: image)
  }
}
