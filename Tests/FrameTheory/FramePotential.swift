extension GramMatrix {
  /// The frame potential ‖G‖²: the sum of the squares of all products.
  ///
  /// **Range**: at least `WelchBound.framePotential`.
  ///
  /// **Source**: J. Benedetto & M. Fickus, "Finite normalized tight frames", 2003.
  public var framePotential: Double {
    var sum = 0.0
    for value in products { sum += value * value }
    return sum
  }
}
