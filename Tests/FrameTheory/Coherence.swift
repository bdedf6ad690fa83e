extension GramMatrix {
  /// The mutual coherence: the largest |G_ab| of two different atoms, 0 for fewer than two.
  ///
  /// **Range**: 0 ≤ coherence ≤ 1, NaN if a product is.
  public var mutualCoherence: Double {
    var largest = 0.0
    for column in 0..<count {
      for row in 0..<column {
        let value = abs(self[row, column])
        guard !value.isNaN else { return .nan }
        largest = max(largest, value)
      }
    }
    return largest
  }

  /// The sum of |G_ab| over all ordered pairs of different atoms.
  public var offDiagonalSum: Double {
    var sum = 0.0
    for column in 0..<count {
      for row in 0..<column { sum += abs(self[row, column]) }
    }
    return 2 * sum
  }
}

/// Lower bounds that hold for every frame of n unit-norm atoms in d dimensions.
///
/// **Source**: L. Welch, "Lower bounds on the maximum cross correlation of signals", 1974.
public enum WelchBound {
  /// The smallest possible mutual coherence: √((n − d) / (d (n − 1))), or 0 if n ≤ d.
  public static func mutualCoherence(dimension d: Int, count n: Int) -> Double {
    n <= d ? 0 : (Double(n - d) / (Double(d) * Double(n - 1))).squareRoot()
  }

  /// The smallest possible frame potential: max(n, n²/d).
  ///
  /// Reached by orthonormal atoms if n ≤ d, by tight frames otherwise (Benedetto & Fickus, 2003).
  public static func framePotential(dimension d: Int, count n: Int) -> Double {
    max(Double(n), Double(n) * Double(n) / Double(d))
  }
}
