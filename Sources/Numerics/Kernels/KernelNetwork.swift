public import Architectures
public import NetworkGraphs

/// A network in the limit of infinite widths, as far as kernels see it.
///
/// Widths enter only as the weights of what is concatenated, and in tangent kernels.
public struct KernelNetwork: Sendable {
  /// Which numbers are the parameters that tangent kernels are derivatives by.
  public enum Parameterization: Sendable {
    /// The weights themselves.
    case standard
    /// Weights divided by their standard deviation, so that no width is left in the kernel.
    ///
    /// **Source**: Jacot, Gabriel & Hongler, "Neural tangent kernel", NeurIPS 2018.
    case tangent
  }

  /// What a layer reads, or a classifier: representations side by side, the input being 0.
  struct Source: Sendable {
    let representation: Int
    let channels: Double
  }

  struct Layer: Sendable {
    let sources: [Source]
    /// What the mean over the window of the read kernel is multiplied by, and what is added.
    let (scale, offset): (Double, Double)
    /// What it is multiplied by in the tangent kernel of the layer's own weights.
    let tangentScale: Double
    let kernel: Int
    let stride: Int
    let inputSize: Int
    let outputSize: Int
  }

  let input: InputShape
  let layers: [Layer]
  let activation: DualActivation
  /// What the classifier reads.
  let features: [Source]
  let parameterization: Parameterization

  /// Describes a network; nil if its kernels have no closed form.
  ///
  /// That is so if a layer adds what passed an activation, which leaves the Gaussian processes, or if the
  /// means of the activation over a normal plane have no closed form.
  ///
  /// - Parameters:
  ///   - architecture: the network.
  ///   - activation: what all layers apply.
  ///   - random: how its weights are drawn.
  ///   - parameterization: which numbers are the parameters of tangent kernels.
  public init?(
    _ architecture: Architecture, activation: ScalarFunction, random: RandomWeights,
    parameterization: Parameterization = .standard
  ) {
    let list = architecture.layers
    guard let activation = DualActivation(activation), list.allSatisfy({ $0.skip == nil }) else {
      return nil
    }
    self.activation = activation
    self.parameterization = parameterization
    input = architecture.input
    layers = list.map { layer in
      let variance = random.weightVariance(rows: layer.width, columns: layer.inputWidth)
      let fanIn = Double(layer.inputWidth * layer.kernel * layer.kernel)
      return Layer(
        sources: layer.sources.map {
          Source(representation: ($0.layer ?? -1) + 1, channels: Double($0.channels))
        },
        scale: variance, offset: random.biasVariance,
        tangentScale: parameterization == .standard ? fanIn : variance, kernel: layer.kernel,
        stride: layer.stride, inputSize: layer.inputSize, outputSize: layer.outputSize)
    }
    // What a further stage would read.
    let last = list[list.count - 1]
    let isDense = architecture.family == .dense
    features = list.filter { isDense ? $0.stage == last.stage : $0.index == last.index }.map {
      Source(representation: $0.index + 1, channels: Double($0.width))
    }
  }

  /// The side of a representation's images.
  func size(_ representation: Int) -> Int {
    representation == 0 ? input.size : layers[representation - 1].outputSize
  }

  /// The last layer that reads each representation; the number of layers for what the classifier reads.
  var lastReaders: [Int] {
    var readers = [Int](repeating: -1, count: layers.count + 1)
    for (index, layer) in layers.enumerated() {
      for source in layer.sources { readers[source.representation] = index }
    }
    for source in features { readers[source.representation] = layers.count }
    return readers
  }
}

extension KernelNetwork {
  var inputChannels: Int { input.channels }
}
