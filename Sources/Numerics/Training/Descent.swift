internal import NetworkGraphs
internal import Networks

/// The steps of a training: the gradient of the images that a network holds, and the optimiser that moves
/// the parameters along it.
///
/// During a step batch normalisation uses the statistics of the batch, and the running ones move once.
final class Descent<Scalar: GraphScalar> {
  let network: GraphClassifier<Scalar>
  private let settings: TrainingSettings
  private let guidance: Guidance<Scalar>?
  private var gradient: [Scalar]
  private var ascended: [Scalar] = []

  /// Prepares descents of a network's parameters.
  ///
  /// - Parameters:
  ///   - network: the network; it shows its representations if it is guided.
  ///   - settings: how its parameters descend.
  ///   - guidance: the term of the loss that compares it with a guide.
  init(
    _ network: GraphClassifier<Scalar>, _ settings: TrainingSettings,
    guidance: Guidance<Scalar>? = nil
  ) {
    self.network = network
    (self.settings, self.guidance) = (settings, guidance)
    gradient = [Scalar](repeating: 0, count: network.network.parameterCount)
    if settings.sharpnessRadius > 0 { ascended = gradient }
  }

  /// Takes a step on the images that the network holds.
  ///
  /// - Parameters:
  ///   - state: parameters, which the network has already, and the optimiser's numbers.
  ///   - labels: the images' classes; a guide has taken the batch.
  ///   - number: the step's number in the training, from 1.
  ///   - rate: its size.
  ///   - load: gives the network other parameters.
  ///   - addTerms: adds the gradients of further terms of the loss at given parameters.
  ///
  /// - Returns: the sum of the cross-entropies before the step; nil if it or the gradient is not finite.
  ///
  /// **Throws**: `OneDNNError`, and what the functions throw.
  func step(
    _ state: inout DescentState<Scalar>, labels: [Int], number: Int, rate: Double,
    load: (borrowing [Scalar]) throws -> Void,
    addTerms: (_ parameters: [Scalar], _ gradient: inout [Scalar]) throws -> Void = { _, _ in }
  ) throws -> Double? {
    network.usesBatchStatistics = true
    defer { network.usesBatchStatistics = false }
    let loss = try differentiate(labels, into: &gradient)
    try addTerms(state.parameters, &gradient)
    var norm = euclideanNorm(gradient)
    guard loss.isFinite, norm.isFinite else { return nil }
    // What a second pass moves is left behind.
    copyStatistics(to: &state.parameters)
    if settings.sharpnessRadius > 0 {
      let reach = Scalar(settings.sharpnessRadius / (norm + 1e-12))
      for place in ascended.indices {
        ascended[place] = state.parameters[place] + reach * gradient[place]
      }
      try load(ascended)
      let highLoss = try differentiate(labels, into: &gradient)
      try addTerms(ascended, &gradient)
      norm = euclideanNorm(gradient)
      guard highLoss.isFinite, norm.isFinite else { return nil }
    }
    let clip = settings.gradientClip
    settings.optimizer.move(
      &state, along: gradient,
      Optimizer.Step(
        number: number, rate: rate, decay: settings.weightDecay,
        decayed: network.network.decayed,
        factor: clip > 0 && norm > clip ? Scalar(clip / norm) : 1))
    return loss
  }

  private func copyStatistics(to parameters: inout [Scalar]) {
    var span = parameters.mutableSpan
    network.copyStatistics(to: &span)
  }

  /// Computes the gradient at the parameters that the network has.
  private func differentiate(_ labels: [Int], into gradient: inout [Scalar]) throws -> Double {
    guidance?.beginPass()
    try network.classify { layer, found in guidance?.visit(layer, found) }
    let loss = network.score(labels).loss
    try network.backward(
      labels: labels, smoothing: settings.labelSmoothing, terms: guidance?.gradients ?? [])
    var span = gradient.mutableSpan
    network.copyParameterGradients(to: &span)
    return loss
  }
}
