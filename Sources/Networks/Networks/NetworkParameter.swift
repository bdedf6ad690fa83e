public import NetworkGraphs

/// A parameter of a network: what it is, how it starts, and where it lies in the vector of all of them.
public struct NetworkParameter: Sendable {
  /// How a parameter starts if weights are drawn as He does.
  ///
  /// Other `RandomWeights` draw all weights but the classifier's in their own way.
  public enum Start: Hashable, Sendable {
    /// Every number is the same.
    case constant(Double)
    /// The bias of a linear operator: normal numbers of mean 0 and of the variance of biases.
    case bias
    /// Normal numbers of mean 0.
    case normal(variance: Double)
    /// Normal numbers of mean 0; those further away than two units are drawn again.
    ///
    /// **Source**: timm's `trunc_normal_`, which cuts at ±2 whatever the deviation.
    case truncatedNormal(deviation: Double)
    /// These numbers.
    case given([Double])

    /// He's: variance 2 / fan-in.
    ///
    /// **Source**: He, Zhang, Ren & Sun, "Delving Deep into Rectifiers", ICCV 2015, equation 10.
    ///
    /// - Parameters:
    ///   - fanIn: how many numbers an output is a sum of.
    ///   - scale: what the numbers are multiplied by.
    public static func he(fanIn: Int, scale: Double = 1) -> Start {
      scale == 0 ? .constant(0) : .normal(variance: 2 / Double(fanIn) * (scale * scale))
    }
  }

  /// What random numbers are keyed by besides the seed, the network and the draw.
  public enum Purpose: Hashable, Sendable {
    /// A layer of a chain, a residual or a dense network, counted from 0, and a word.
    case layer(Int, String)
    /// The parameter's name.
    case name(String)
    /// The classifier's weight.
    case classifier
  }

  /// The parameter in the graph.
  public internal(set) var id: ParameterID
  /// What it is to its operation.
  public let role: ParameterRole
  /// Whether it belongs to the classifier.
  public let isClassifier: Bool
  /// How it starts.
  public internal(set) var start: Start
  /// What its random numbers are keyed by.
  public let purpose: Purpose
  /// The places of its numbers in the vector of all parameters.
  public internal(set) var range = 0..<0
}
