/// Eigenvalues of up to four small symmetric matrices at once, one in each lane of a vector.
///
/// LAPACK spends most of its time on a matrix of ten rows in calls and in waiting for one division
/// after the other; four matrices in step take a fifth of it. Matrices of smaller order are filled up
/// with zeros, whose eigenvalues are the least ones of a matrix that is positive definite.
struct LaneEigenvalues {
  typealias Lanes = SIMD4<Double>

  private let order: Int
  /// The matrices, of which the lower triangle is read, and later the diagonal.
  private var matrix: [Lanes]
  /// Squares of the entries beside the diagonal.
  private var squares: [Lanes]

  /// Computes the eigenvalues of each matrix, ascending, to a few 1e-15 of its trace.
  ///
  /// - Parameters:
  ///   - matrices: up to four positive definite matrices, symmetric.
  ///   - orders: their orders, at least 1.
  ///
  /// Nil if an iteration does not converge.
  static func compute(_ matrices: [[Double]], orders: [Int]) -> [[Double]]? {
    precondition(
      (1...4).contains(matrices.count) && matrices.count == orders.count,
      "there is room for four matrices")
    var state = LaneEigenvalues(order: orders.reduce(1, max))
    var traces = Lanes(repeating: 1)
    for (lane, (matrix, order)) in zip(matrices, orders).enumerated() {
      traces[lane] = state.store(matrix, order: order, lane: lane)
    }
    state.reduce()
    guard let values = state.iterate() else { return nil }
    return orders.enumerated().map { lane, order in
      values.suffix(order).map { $0[lane] * traces[lane] }
    }
  }

  private init(order: Int) {
    self.order = order
    matrix = Array(repeating: .zero, count: order * order)
    squares = Array(repeating: .zero, count: order)
  }

  /// Stores a matrix divided by its trace, which is returned.
  private mutating func store(_ values: [Double], order count: Int, lane: Int) -> Double {
    precondition(count >= 1 && values.count == count * count, "the matrix is not order × order")
    let trace = (0..<count).reduce(0.0) { $0 + values[$1 * count + $1] }
    let scale = trace > 0 ? 1 / trace : 0
    for row in 0..<count {
      for column in 0...row {
        // By rows or by columns: it is symmetric.
        matrix[row * order + column][lane] = values[row * count + column] * scale
      }
    }
    return trace
  }

  /// Makes the matrices tridiagonal by reflections; those of columns that are zero already are none.
  ///
  /// **Source**: Golub & Van Loan, *Matrix Computations*, algorithm 8.3.1.
  private mutating func reduce() {
    let n = order
    var vector = squares
    var product = squares
    for column in 0..<max(n - 2, 0) {
      let below = column + 1..<n
      var tail = Lanes.zero
      for row in below {
        vector[row] = matrix[row * n + column]
        tail += vector[row] * vector[row]
        product[row] = .zero
      }
      let head = vector[below.lowerBound]
      let norm = tail.squareRoot()
      squares[column] = tail
      vector[below.lowerBound] = head + norm.replacing(with: -norm, where: head .< 0)
      // |v|² = 2 (|x|² + |x₁| |x|).
      let scale =
        1 / (tail + norm * head.replacing(with: -head, where: head .< 0) + .leastNormalMagnitude)
      for row in below {
        var sum = matrix[row * n + row] * vector[row]
        for other in below.lowerBound..<row {
          sum += matrix[row * n + other] * vector[other]
          product[other] += matrix[row * n + other] * vector[row]
        }
        product[row] += sum
      }
      var dot = Lanes.zero
      for row in below {
        product[row] *= scale
        dot += product[row] * vector[row]
      }
      for row in below { product[row] -= 0.5 * scale * dot * vector[row] }
      for row in below {
        for other in below.lowerBound...row {
          matrix[row * n + other] -= vector[row] * product[other] + product[row] * vector[other]
        }
      }
    }
    if n > 1 {
      let last = matrix[(n - 1) * n + n - 2]
      squares[n - 2] = last * last
    }
  }

  /// Iterates by rational QL steps with explicit shifts.
  ///
  /// All lanes go on until the last one has converged, which the others do not mind: a shift that is
  /// an eigenvalue stays one.
  ///
  /// **Source**: Reinsch, "A stable, rational QL algorithm for the computation of the eigenvalues of a
  /// symmetric tridiagonal matrix", 1973.
  private mutating func iterate() -> [Lanes]? {
    let n = order
    let rounding = 0x1p-52
    var diagonal = (0..<n).map { matrix[$0 * n + $0] }
    var shifts = Lanes.zero
    for first in 0..<n {
      var rounds = 0
      while first < n - 1, any(squares[first] .> rounding * rounding) {
        rounds += 1
        guard rounds <= 60 else { return nil }
        // The eigenvalue of the upper left corner that is closer to its first entry.
        let side = squares[first].squareRoot() + rounding * rounding
        let slope = (diagonal[first + 1] - diagonal[first]) / (2 * side)
        let root = (slope * slope + 1).squareRoot()
        let rest = side / (slope + root.replacing(with: -root, where: slope .< 0))
        let shift = diagonal[first] - rest
        diagonal[first] = rest
        for row in first + 1..<n { diagonal[row] -= shift }
        shifts += shift

        var entry = diagonal[n - 1]
        entry.replace(with: rounding, where: entry .== 0)
        var height = entry
        var sine = Lanes.zero
        for row in (first..<n - 1).reversed() {
          let product = entry * height
          let sum = product + squares[row]
          squares[row + 1] = sine * sum
          sine = squares[row] / sum
          diagonal[row + 1] = height + sine * (height + diagonal[row])
          entry = diagonal[row] - squares[row] / entry
          entry.replace(with: rounding, where: entry .== 0)
          height = entry * (product / sum)
        }
        squares[first] = sine * entry * height
        diagonal[first] = height
      }
      diagonal[first] += shifts
    }
    return Self.sorted(diagonal)
  }

  private static func sorted(_ values: [Lanes]) -> [Lanes] {
    var values = values
    for place in values.indices.dropFirst() {
      for row in (1...place).reversed() {
        let (first, second) = (values[row - 1], values[row])
        values[row - 1] = first.replacing(with: second, where: second .< first)
        values[row] = second.replacing(with: first, where: second .< first)
      }
    }
    return values
  }
}
