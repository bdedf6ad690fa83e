/// How the random weights and biases of a network are drawn.
///
/// Weights have mean zero. Their variance is a number, the weight variance, divided by the fan-in d·f²,
/// so that the mean square of what a layer computes is that number times the mean square of what it reads.
public struct RandomWeights: Hashable, Sendable {
  /// The ways to draw them.
  public enum Scheme: String, CaseIterable, Sendable {
    /// Normal, of weight variance 2.
    ///
    /// **Source**: He, Zhang, Ren & Sun, "Delving Deep into Rectifiers", ICCV 2015, equation 10.
    case he
    /// Normal, of variance 2 / (fan-in + fan-out).
    ///
    /// **Source**: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    /// networks", AISTATS 2010, equation 16.
    case xavier
    /// Normal, of weight variance 1.
    ///
    /// **Source**: LeCun, Bottou, Orr & Müller, "Efficient BackProp", 1998, section 4.6.
    case lecun
    /// A layer's atoms are orthogonal to one another, or its inputs' weights if there are fewer of these,
    /// all of the length that the weight variance asks for.
    ///
    /// **Source**: Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning in
    /// deep linear neural networks", ICLR 2014.
    case orthogonal
    /// Normal, of a given weight variance.
    case normal

    /// Whether sweep files give the variances.
    public var hasVariances: Bool { self == .orthogonal || self == .normal }
  }

  /// The way to draw them.
  public let scheme: Scheme
  /// The variance of all biases, at least 0.
  public let biasVariance: Double
  /// The variance of weights times their fan-in; nil if it follows from the fan-out as well.
  public let weightVariance: Double?

  /// He's initialisation.
  public static let he = RandomWeights(.he)

  /// Describes random weights.
  ///
  /// - Parameters:
  ///   - scheme: the way to draw them.
  ///   - weightVariance: for schemes that have variances, the variance of weights times their fan-in.
  ///   - biasVariance: for the same schemes, the variance of biases.
  public init(_ scheme: Scheme, weightVariance: Double = 2, biasVariance: Double = 0) {
    self.scheme = scheme
    self.biasVariance = scheme.hasVariances ? biasVariance : 0
    self.weightVariance =
      switch scheme {
      case .he: 2
      case .lecun: 1
      case .xavier: nil
      case .orthogonal, .normal: weightVariance
      }
  }

  /// The variance of a weight of shape rows × columns × kernel × kernel times its fan-in.
  public func weightVariance(rows: Int, columns: Int) -> Double {
    weightVariance ?? 2 * Double(columns) / Double(rows + columns)
  }

  /// The entries of a sweep file in the one spelling that identifies them.
  public var canonicalText: String {
    guard let weightVariance, scheme.hasVariances else { return "init: \(scheme.rawValue)" }
    return "init: \(scheme.rawValue), weight_variance: \(weightVariance), "
      + "bias_variance: \(biasVariance)"
  }
}
