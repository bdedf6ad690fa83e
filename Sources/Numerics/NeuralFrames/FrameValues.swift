/// A statistic of the neural frame of one family at one image and representation.
///
/// With s the singular values of U = J V and C the cosines between its columns. All but `gain` and
/// `collapsed` are undefined for a frame that has vanished; those of pairs are undefined for one
/// direction.
public enum FrameStatistic: Int, Sendable, CaseIterable {
  /// ‖U‖/‖V‖, Frobenius norms.
  case gain
  /// Gain · ‖x‖/‖h‖, h the representation.
  case relativeGain
  /// Σs²/max s².
  case stableRank
  /// (Σs²)²/Σs⁴.
  case participationRatio
  /// exp(−Σ p ln p) with p = s/Σs (Roy & Vetterli, 2007).
  case effectiveRank
  /// The largest |C| of two columns.
  case coherence
  /// The mean |C| over pairs.
  case meanAbsCosine
  /// The mean C² over pairs.
  case meanSquareCosine
  /// The root mean square over pairs of the change of C since the input.
  case angleDistortion
  /// The fraction of columns that are exactly 0.
  case collapsed
}

/// All statistics of the neural frame of one family at one image and representation.
public struct FrameValues: Sendable, Equatable {
  /// The values by `FrameStatistic.rawValue`, of which there are at most 16; NaN where undefined.
  ///
  /// Not an array: there is one of these for each family of each image at each representation.
  private var values = SIMD16<Double>(repeating: .nan)

  /// Starts with nothing defined.
  public init() {}

  /// A statistic; NaN where undefined.
  public subscript(statistic: FrameStatistic) -> Double {
    get { values[statistic.rawValue] }
    set { values[statistic.rawValue] = newValue }
  }

  /// Whether the frame has a column that is not 0.
  public var isValid: Bool { self[.collapsed] < 1 }
}
