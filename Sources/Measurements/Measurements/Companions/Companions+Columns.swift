internal import SweepRecords
internal import Training

extension Companions {
  /// A score, and what it may be besides a number.
  struct Score: Sendable {
    let column: Column
    let value: @Sendable (Companions) -> Double
    /// The value that is an answer although it is not finite, for so many sweeps of inference.
    var exception: @Sendable (_ sweeps: Int) -> Double? = { _ in nil }
    /// Whether it is defined for plain networks only, and NaN for others.
    var isOfPlainNetworks = false

    /// Whether a value of the score is an answer.
    func allows(_ value: Double, sweeps: Int, isPlain: Bool) -> Bool {
      guard !value.isFinite else { return true }
      if value.isNaN, isOfPlainNetworks, !isPlain { return true }
      guard let exception = exception(sweeps) else { return false }
      return value == exception || value.isNaN && exception.isNaN
    }
  }

  /// All scores, in file order.
  static let scores: [Score] = [
    Score(
      column: .perDraw(
        "synflow_log", "ln synflow",
        "natural logarithm of the sum of theta dR/dtheta over weights, R the sum of the class scores "
          + "of an image of ones in the network with weights |theta|"),
      value: { $0.synflowLog }, exception: { $0 > 1 ? .nan : -.infinity },
      isOfPlainNetworks: true),
    Score(
      column: .perDraw(
        "spectral_norm_log", "ln of the product of spectral norms",
        "sum over layers, projections and classifier of the logarithm of the weight's largest "
          + "singular value as a matrix of atoms"), value: { $0.spectralNormLog }),
    Score(
      column: .perDraw(
        "spectral_complexity_log", "ln of the spectral complexity",
        "logarithm of the product of spectral norms times the correction factor of Bartlett, Foster "
          + "and Telgarsky (2017), with reference matrices of zero"),
      value: { $0.spectralComplexityLog }),
    Score(
      column: .perDraw(
        "zen_score", "Zen-score",
        "mean over 32 draws of standard normal weights of the logarithm of the mean L1 change of the "
          + "last representations between random images a hundredth of a standard deviation apart"),
      value: { $0.zenScore }, exception: { _ in -.infinity }, isOfPlainNetworks: true),
    Score(
      column: .perDraw(
        "gradient_norm", "gradient norm",
        "sum over layers, projections and classifier of the Euclidean norm of the weight's gradient "
          + "of a batch's mean cross-entropy before training"), value: { $0.gradientNorm }),
    Score(
      column: .perDraw(
        "snip", "SNIP",
        "sum of |theta dL/dtheta| over weights, L a batch's mean cross-entropy before training"),
      value: { $0.snip }),
    Score(
      column: .perDraw(
        "naswot", "NASWOT",
        "logarithm of the determinant of the matrix that counts the units whose states two images of "
          + "a batch share"), value: { $0.naswot }, exception: { _ in -.infinity }),
    Score(
      column: .perDraw(
        "ntk_condition", "condition of the tangent kernel",
        "largest over smallest eigenvalue of the neural tangent kernel of up to 16 images before "
          + "training, of the sum of class scores with respect to all weights"),
      value: { $0.ntkCondition }, exception: { _ in .infinity }),
  ]

  /// Stores the scores of a draw.
  ///
  /// **Throws**: `NonfiniteResult` for the first that is not finite and not meant to be so.
  static func store(
    _ found: Companions, draw: Int, sweeps: Int, isPlain: Bool, in values: inout RecordValues
  ) throws(NonfiniteResult) {
    for score in scores {
      let value = score.value(found)
      guard score.allows(value, sweeps: sweeps, isPlain: isPlain) else {
        throw NonfiniteResult(score.column.name, of: draw, value)
      }
      values.set(score.column.id, value, at: draw)
    }
  }
}
