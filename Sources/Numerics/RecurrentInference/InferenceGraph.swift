public import Architectures
internal import InducedFrames
public import NetworkGraphs
public import Networks

/// A network that is evaluated by sweeps of inference, as a graph.
///
/// The first sweep is the feed-forward network. In every further one each layer takes a step
/// w_j ← relu(w_j − γ_j ∂E/∂w_j) down the energy E(w) = ½ ‖F w − (x, 0, …)‖² − Σ biasᵀ w, in its order, with
/// what the others are by then. F is the network's induced frame, with zero padding and with weights as
/// they are; step sizes γ_j are parameters, see `StepSizes`.
///
/// **Source**: Murdock, Cazenavette & Lucey, "Reframing neural networks", 2021.
public struct InferenceGraph: Sendable {
  /// The network; its representations are what the last sweep leaves.
  public var network: BuiltNetwork
  /// The sweeps, at least 1.
  public let sweeps: Int
  /// The parameter of each layer's step, a number; none for one sweep.
  private var steps: [ParameterID] = []
  /// What a layer's step size is multiplied by to be its step.
  private var signs: [Double] = []

  /// Adds sweeps to a network.
  ///
  /// - Parameters:
  ///   - network: the network; one of plain layers for more than one sweep.
  ///   - sweeps: the sweeps, at least 1; 1 is the feed-forward network.
  ///
  /// **Complexity**: O(sweeps × layers), for dense networks O(sweeps × layers × stage depth).
  public init(_ network: BuiltNetwork, sweeps: Int) {
    precondition(sweeps >= 1, "inference without a sweep")
    self.network = network
    self.sweeps = sweeps
    guard sweeps > 1 else { return }
    guard let layers = network.layers, layers.architecture.isPlain else {
      preconditionFailure("sweeps of inference need an induced frame")
    }
    appendSweeps(layers)
  }

  /// Builds the network of an architecture, and adds sweeps to it.
  public init(_ architecture: Architecture, sweeps: Int, classes: Int = 0) {
    self.init(BuiltNetwork(architecture, classes: classes), sweeps: sweeps)
  }

  private mutating func appendSweeps(_ layers: BuiltNetwork.Layers) {
    let frame = InducedFrame(layers.architecture)
    steps = frame.layers.map {
      network.graph.addParameter("\(BuiltNetwork.name(of: $0)).step", shape: [1])
    }
    signs = steps.map { _ in 1 }
    let first = network
    let parameters = layers.frameParameters
    var rows = FrameGraph(frame, in: first.graph, joins: layers.joins) { parameters[$0.index] }
    var columns: [ValueID?] = Array(first.values.dropFirst())
    for sweep in 2...sweeps {
      for layer in frame.layers {
        let descent = rows.descent(of: layer.index, columns: columns, image: first.image)
        signs[layer.index] = descent.sign
        // w + γ (s v + bias) with the descent s v is w + γ s (v + s bias).
        guard let old = columns[layer.index] else { continue }
        let bias = layers.biases[layer.index]
        let slope = rows.add(
          descent.sign > 0 ? Sum() : Difference(), [.value(descent.value), .parameter(bias)])
        let step = rows.add(Product(), [.value(slope), .parameter(steps[layer.index])])
        columns[layer.index] = rows.add(
          Activation(.relu), [.value(rows.add(Sum(), [.value(step), .value(old)]))],
          name: "\(BuiltNetwork.name(of: layer)).sweep_\(sweep)")
      }
    }
    network.graph = rows.graph
    network.values = [first.graph.input] + columns.compactMap { $0 }
  }

  /// The numbers of all parameters for those of the network, with exact step sizes.
  ///
  /// - Parameters:
  ///   - numbers: those of the network's parameters.
  ///   - precision: the precision in which step sizes are computed.
  ///   - shouldStop: called while step sizes are computed; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, `OneDNNError`, `MemoryRefused` and `LAPACKError`.
  public func parameters<Scalar: GraphScalar>(
    _ numbers: GraphParameters, in precision: Scalar.Type, shouldStop: () throws -> Void = {}
  ) throws -> GraphParameters {
    var parameters = numbers
    guard !steps.isEmpty, let layers = network.layers else { return parameters }
    let rates = try StepSizes<Scalar>(layers.architecture).exact(
      at: parameters, shouldStop: shouldStop)
    setSteps(rates, in: &parameters)
    return parameters
  }

  /// Sets the steps to the layers' step sizes; nothing for one sweep.
  public func setSteps(_ rates: [Double], in parameters: inout GraphParameters) {
    guard !steps.isEmpty else { return }
    precondition(rates.count == steps.count, "a step size for each layer")
    for (step, (rate, sign)) in zip(steps, zip(rates, signs)) {
      parameters[step] = .double([sign * rate])
    }
  }
}

extension BuiltNetwork.Layers {
  /// The parameters of the weights of the induced frame, in their order.
  var frameParameters: [ParameterID] {
    architecture.layers.flatMap { layer in
      [weights[layer.index]] + (projections[layer.index].map { [$0] } ?? [])
    }
  }
}
