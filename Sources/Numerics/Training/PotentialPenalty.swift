internal import InducedFrames
internal import NetworkGraphs
internal import Networks

/// The frame potential of the weights as a term of the loss that a training descends.
///
/// The loss is mean cross-entropy + strength · (‖G‖² − K)/K, G the Gram matrix of the induced frame in
/// the architecture's form and K the number of its atoms. The classifier and the biases have no part in
/// it.
struct PotentialPenalty {
  private var potential: WeightPotential
  private let strength: Double
  private var weights: [Double]
  private var slopes: [Double]

  /// Prepares a term with a strength above 0.
  init(_ network: BuiltNetwork, strength: Double) {
    precondition(strength > 0, "a penalty of nothing")
    guard let layers = network.layers else {
      preconditionFailure("a network that is not made of layers has no frame")
    }
    func start(_ parameter: ParameterID) -> Int { network[parameter]?.range.lowerBound ?? 0 }
    self.strength = strength
    potential = WeightPotential(
      layers.architecture, layers: layers.weights.map(start),
      projections: layers.projections.mapValues(start))
    weights = [Double](repeating: 0, count: network.weightCount)
    slopes = weights
  }

  /// Adds the term's gradient, computed in double precision, to that of all parameters.
  ///
  /// - Returns: the term.
  ///
  /// **Throws**: what `shouldStop` throws, which is called between products of matrices.
  @discardableResult
  mutating func add(
    at parameters: [Float], to gradient: inout [Float], shouldStop: () throws -> Void
  ) rethrows -> Double {
    for place in weights.indices { weights[place] = Double(parameters[place]) }
    let value = try potential.evaluate(at: weights, gradient: &slopes, shouldStop: shouldStop)
    for place in slopes.indices { gradient[place] += Float(strength * slopes[place]) }
    return strength * value
  }
}
