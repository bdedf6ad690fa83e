internal import OpenBLAS

extension Evaluator {
  /// Carries what was stored through all operations, up to a common power of 2.
  ///
  /// If all biases are zero, the values of a network of convolutions, sums and relus grow in proportion
  /// to its input, tangents included. So if the norm of a representation leaves the middle of the range
  /// of numbers, everything that was computed so far is multiplied by a power of 2, which leaves its
  /// digits as they are. A number that is smaller than others by half of that range may be lost.
  ///
  /// - Precondition: each operation is positively homogeneous in what it is computed of.
  /// - Parameters:
  ///   - shouldStop: called before each operation; may throw to end.
  ///   - visit: gets each representation as soon as it is there, with an exponent e: it is 2ᵉ times what
  ///     it then reads.
  ///
  /// **Throws**: what `shouldStop` and `visit` throw, and `OneDNNError`.
  public func runScaled(
    shouldStop: () throws -> Void = {},
    visit: (_ representation: Representation<Scalar>, _ exponent: Int) throws -> Void
  ) throws {
    var exponent = 0
    try run(shouldStop: shouldStop) { found in
      try visit(found, exponent)
      exponent += center(around: found.tensor.numbers)
    }
  }

  /// Multiplies everything by a power of 2 if the norm of some numbers is far from 1.
  ///
  /// - Returns: the exponent of what all was divided by, 0 if the norm is not far from 1.
  private func center(around numbers: Numbers<Scalar>) -> Int {
    let norm = unsafe Scalar.nrm2(count: numbers.count, numbers.start, stride: 1)
    // Sums of products with weights stay in range.
    let limit = Scalar.greatestFiniteMagnitude.exponent / 4
    guard norm.isNormal, norm.exponent.magnitude > limit.magnitude else { return 0 }
    let factor = Scalar(sign: .plus, exponent: -norm.exponent, significand: 1)
    for piece in memory {
      unsafe Scalar.scal(
        count: piece.numbers.count, alpha: factor, piece.numbers.start, stride: 1)
    }
    return Int(norm.exponent)
  }
}
