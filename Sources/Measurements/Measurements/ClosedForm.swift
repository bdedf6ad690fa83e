internal import Architectures
internal import Kernels
internal import NetworkGraphs
internal import Networks
internal import SweepSpec

/// A network whose signals theories of infinite width may have closed forms for: convolutions and one
/// activation, with random weights.
struct ClosedForm {
  let architecture: Architecture
  let activation: ScalarFunction
  let random: RandomWeights

  /// Describes the network of a point; nil if it is another, such as one with normalisations or pooling,
  /// or if nobody knows how its weights are drawn.
  init?(_ point: Point) {
    guard case .random(let random, _) = point.weights,
      let architecture = point.network.architecture, architecture.hasPlainLayers,
      let activation = architecture.activation.function
    else { return nil }
    (self.architecture, self.activation, self.random) = (architecture, activation, random)
  }
}

extension Point {
  /// The network in the limit of infinite widths; nil if its kernels have no closed form, or if nobody
  /// knows how its weights are drawn.
  var kernelNetwork: KernelNetwork? {
    guard inferenceSweeps == 1, case .random(let random, _) = weights,
      let architecture = network.architecture, let activation = architecture.activation.function
    else { return nil }
    return KernelNetwork(architecture, activation: activation, random: random)
  }
}
