/// Sets `c` to `alpha · op(a) · op(b) + beta · c`, for matrices without gaps.
///
/// **Shape.** `c` is `rows × columns`, `op(a)` is `rows × inner`, `op(b)` is `inner × columns`; all
/// three have the same layout. With `beta = 0` what `c` held is not read.
/// - Precondition: the lengths are those of the shapes.
@inlinable
public func gemm<Scalar: BLASScalar>(
  _ layout: Layout, _ transpositionOfA: Transposition = .none,
  _ transpositionOfB: Transposition = .none, rows: Int, columns: Int, inner: Int,
  alpha: Scalar = 1, _ a: borrowing Span<Scalar>, _ b: borrowing Span<Scalar>, beta: Scalar = 0,
  into c: inout MutableSpan<Scalar>
) {
  precondition(rows >= 0 && columns >= 0 && inner >= 0, "a product with a negative size")
  precondition(a.count == rows * inner, "the first factor is not rows × inner")
  precondition(b.count == inner * columns, "the second factor is not inner × columns")
  precondition(c.count == rows * columns, "the product is not rows × columns")
  guard c.count > 0 else { return }
  let leadingOfA =
    transpositionOfA == .none
    ? layout.leading(rows: rows, columns: inner) : layout.leading(rows: inner, columns: rows)
  let leadingOfB =
    transpositionOfB == .none
    ? layout.leading(rows: inner, columns: columns) : layout.leading(rows: columns, columns: inner)
  let leadingOfC = layout.leading(rows: rows, columns: columns)
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      unsafe c.withUnsafeMutableBufferPointer { c in
        guard let cStart = c.baseAddress else { return }
        // With inner = 0 there is nothing to read, but BLAS wants addresses.
        let aStart = unsafe a.baseAddress ?? UnsafePointer(cStart)
        let bStart = unsafe b.baseAddress ?? UnsafePointer(cStart)
        unsafe Scalar.gemm(
          layout, transpositionOfA, transpositionOfB, rows: rows, columns: columns, inner: inner,
          alpha: alpha, aStart, leadingOfA: leadingOfA, bStart, leadingOfB: leadingOfB,
          beta: beta, cStart, leadingOfC: leadingOfC)
      }
    }
  }
}

/// Sets `c` to `alpha · op(a) · op(b) + beta · c`, for matrices without gaps.
///
/// **Shape.** As for spans.
/// - Precondition: the lengths are those of the shapes.
@inlinable
public func gemm<Scalar: BLASScalar>(
  _ layout: Layout, _ transpositionOfA: Transposition = .none,
  _ transpositionOfB: Transposition = .none, rows: Int, columns: Int, inner: Int,
  alpha: Scalar = 1, _ a: [Scalar], _ b: [Scalar], beta: Scalar = 0, into c: inout [Scalar]
) {
  var span = c.mutableSpan
  gemm(
    layout, transpositionOfA, transpositionOfB, rows: rows, columns: columns, inner: inner,
    alpha: alpha, a.span, b.span, beta: beta, into: &span)
}

/// Sets one triangle of `c` to that of `alpha · op(a) · op(a)ᵀ + beta · c`, without gaps.
///
/// **Shape.** `c` is `order × order`, `op(a)` is `order × inner`; both have the same layout. The
/// other triangle stays as it is; `mirror` copies it.
/// - Precondition: the lengths are those of the shapes.
@inlinable
public func syrk<Scalar: BLASScalar>(
  _ layout: Layout, _ triangle: Triangle, _ transposition: Transposition = .none, order: Int,
  inner: Int, alpha: Scalar = 1, _ a: borrowing Span<Scalar>, beta: Scalar = 0,
  into c: inout MutableSpan<Scalar>
) {
  precondition(order >= 0 && inner >= 0, "a product with a negative size")
  precondition(a.count == order * inner, "the factor is not order × inner")
  precondition(c.count == order * order, "the product is not order × order")
  guard order > 0 else { return }
  let leadingOfA =
    transposition == .none
    ? layout.leading(rows: order, columns: inner) : layout.leading(rows: inner, columns: order)
  unsafe a.withUnsafeBufferPointer { a in
    unsafe c.withUnsafeMutableBufferPointer { c in
      guard let cStart = c.baseAddress else { return }
      let aStart = unsafe a.baseAddress ?? UnsafePointer(cStart)
      unsafe Scalar.syrk(
        layout, triangle, transposition, order: order, inner: inner, alpha: alpha, aStart,
        leadingOfA: leadingOfA, beta: beta, cStart, leadingOfC: order)
    }
  }
}

/// Sets one triangle of `c` to that of `alpha · op(a) · op(a)ᵀ + beta · c`, without gaps.
///
/// **Shape.** As for spans.
/// - Precondition: the lengths are those of the shapes.
@inlinable
public func syrk<Scalar: BLASScalar>(
  _ layout: Layout, _ triangle: Triangle, _ transposition: Transposition = .none, order: Int,
  inner: Int, alpha: Scalar = 1, _ a: [Scalar], beta: Scalar = 0, into c: inout [Scalar]
) {
  var span = c.mutableSpan
  syrk(
    layout, triangle, transposition, order: order, inner: inner, alpha: alpha, a.span,
    beta: beta, into: &span)
}

/// Copies one triangle of a square matrix without gaps to the other one.
///
/// - Precondition: `matrix.count == order²`.
@inlinable
public func mirror<Scalar: BLASScalar>(
  _ layout: Layout, from triangle: Triangle, order: Int, _ matrix: inout [Scalar]
) {
  precondition(order >= 0 && matrix.count == order * order, "the matrix is not order × order")
  // Lines are the contiguous rows or columns; the part behind the diagonal of a line is the upper
  // triangle in rows, the lower one in columns.
  let isBehindDiagonal = (layout == .rowMajor) == (triangle == .upper)
  for line in 0..<order {
    for place in line + 1..<max(line + 1, order) {
      if isBehindDiagonal {
        matrix[place * order + line] = matrix[line * order + place]
      } else {
        matrix[line * order + place] = matrix[place * order + line]
      }
    }
  }
}
