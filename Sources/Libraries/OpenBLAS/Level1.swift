/// The inner product of two vectors.
///
/// - Precondition: equal lengths.
@inlinable
public func dot<Scalar: BLASScalar>(
  _ x: borrowing Span<Scalar>, _ y: borrowing Span<Scalar>
) -> Scalar {
  precondition(x.count == y.count, "an inner product of vectors of different lengths")
  return unsafe x.withUnsafeBufferPointer { x in
    unsafe y.withUnsafeBufferPointer { y in
      guard let xStart = x.baseAddress, let yStart = y.baseAddress else { return 0 }
      return unsafe Scalar.dot(count: x.count, xStart, stride: 1, yStart, stride: 1)
    }
  }
}

/// The inner product of two vectors.
///
/// - Precondition: equal lengths.
@inlinable
public func dot<Scalar: BLASScalar>(_ x: [Scalar], _ y: [Scalar]) -> Scalar {
  dot(x.span, y.span)
}

/// The Euclidean norm of a vector, computed without overflow.
@inlinable
public func nrm2<Scalar: BLASScalar>(_ x: borrowing Span<Scalar>) -> Scalar {
  unsafe x.withUnsafeBufferPointer { x in
    guard let start = x.baseAddress else { return 0 }
    return unsafe Scalar.nrm2(count: x.count, start, stride: 1)
  }
}

/// The Euclidean norm of a vector, computed without overflow.
@inlinable
public func nrm2<Scalar: BLASScalar>(_ x: [Scalar]) -> Scalar { nrm2(x.span) }

/// Adds `alpha · x` to `y`.
///
/// - Precondition: equal lengths.
@inlinable
public func axpy<Scalar: BLASScalar>(
  _ alpha: Scalar, _ x: borrowing Span<Scalar>, into y: inout MutableSpan<Scalar>
) {
  precondition(x.count == y.count, "a sum of vectors of different lengths")
  unsafe x.withUnsafeBufferPointer { x in
    unsafe y.withUnsafeMutableBufferPointer { y in
      guard let xStart = x.baseAddress, let yStart = y.baseAddress else { return }
      unsafe Scalar.axpy(count: x.count, alpha: alpha, xStart, stride: 1, yStart, stride: 1)
    }
  }
}

/// Adds `alpha · x` to `y`.
///
/// - Precondition: equal lengths.
@inlinable
public func axpy<Scalar: BLASScalar>(_ alpha: Scalar, _ x: [Scalar], into y: inout [Scalar]) {
  var span = y.mutableSpan
  axpy(alpha, x.span, into: &span)
}

/// Multiplies a vector by `alpha`.
@inlinable
public func scal<Scalar: BLASScalar>(_ alpha: Scalar, _ x: inout MutableSpan<Scalar>) {
  unsafe x.withUnsafeMutableBufferPointer { x in
    guard let start = x.baseAddress else { return }
    unsafe Scalar.scal(count: x.count, alpha: alpha, start, stride: 1)
  }
}

/// Multiplies a vector by `alpha`.
@inlinable
public func scal<Scalar: BLASScalar>(_ alpha: Scalar, _ x: inout [Scalar]) {
  var span = x.mutableSpan
  scal(alpha, &span)
}
