/// Numbers in a box of any rank, row-major: what a file brings, or what follows from shapes.
public struct Tensor: Hashable, Sendable {
  /// The numbers of a tensor, row-major.
  public enum Elements: Hashable, Sendable {
    /// Numbers that single precision holds exactly: float32, float16 and bfloat16.
    case single([Float])
    /// Numbers in double precision.
    case double([Double])
    /// Integers of any width, and truth values as 0 and 1.
    case integer([Int])
  }

  /// The extents; none of them for a single number.
  public let shape: [Int]
  /// As many elements as the product of the extents.
  public let elements: Elements

  /// Gives numbers a shape.
  ///
  /// - Precondition: there are as many elements as the shape says.
  init(_ shape: [Int], _ elements: Elements) {
    self.shape = shape
    self.elements = elements
    precondition(shape.reduce(1, *) == count, "\(count) elements of the shape \(shape)")
  }

  /// A list of integers.
  init(integers: [Int]) { self.init([integers.count], .integer(integers)) }

  /// The number of elements.
  public var count: Int {
    switch elements {
    case .single(let values): values.count
    case .double(let values): values.count
    case .integer(let values): values.count
    }
  }

  /// Tells whether the elements are real numbers in floating point.
  public var isFloatingPoint: Bool { integers == nil }

  /// The elements if they are integers.
  public var integers: [Int]? {
    guard case .integer(let values) = elements else { return nil }
    return values
  }

  /// The elements as real numbers; integers beyond 2⁵³ are rounded.
  public var doubles: [Double] {
    switch elements {
    case .single(let values): values.map { Double($0) }
    case .double(let values): values
    case .integer(let values): values.map { Double($0) }
    }
  }

  /// The first element that is infinite or not a number; nil if there is none.
  var firstNonfinite: Double? {
    switch elements {
    case .single(let values): values.first { !$0.isFinite }.map { Double($0) }
    case .double(let values): values.first { !$0.isFinite }
    case .integer: nil
    }
  }

  /// The only element, as a real number; nil if there are none or several.
  public var scalar: Double? {
    guard count == 1 else { return nil }
    switch elements {
    case .single(let values): return Double(values[0])
    case .double(let values): return values[0]
    case .integer(let values): return Double(values[0])
    }
  }

  /// The same elements in another shape.
  ///
  /// - Precondition: the shape has as many elements.
  func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape, elements) }

  /// The elements at some offsets, in another shape.
  ///
  /// - Precondition: the offsets are below the count, and as many as the shape says.
  func gathered(_ offsets: [Int], shape: [Int]) -> Tensor {
    switch elements {
    case .single(let values): Tensor(shape, .single(offsets.map { values[$0] }))
    case .double(let values): Tensor(shape, .double(offsets.map { values[$0] }))
    case .integer(let values): Tensor(shape, .integer(offsets.map { values[$0] }))
    }
  }
}

/// The number of elements of a shape that a file gives; nil if an extent is negative or takes more than
/// 31 bits, or if the product of those that are not 0 does not fit.
func elementCount(_ shape: some Sequence<Int>) -> Int? {
  var product = 1
  var isEmpty = false
  for extent in shape {
    guard extent >= 0, extent <= Int(Int32.max) else { return nil }
    guard extent > 0 else {
      isEmpty = true
      continue
    }
    let (next, overflows) = product.multipliedReportingOverflow(by: extent)
    guard !overflows else { return nil }
    product = next
  }
  return isEmpty ? 0 : product
}
