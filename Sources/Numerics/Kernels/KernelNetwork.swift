public import Architectures
public import NetworkGraphs

/// A network in the limit of infinite widths, as far as kernels see it.
///
/// Widths enter only as the weights of what is concatenated, and in tangent kernels.
public struct KernelNetwork: Hashable, Sendable {
  /// Which numbers are the parameters that tangent kernels are derivatives by.
  public enum Parameterization: Sendable {
    /// The weights themselves.
    case standard
    /// Weights divided by their standard deviation, so that no width is left in the kernel.
    ///
    /// **Source**: Jacot, Gabriel & Hongler, "Neural tangent kernel", NeurIPS 2018.
    case tangent
  }

  /// What a convolution reads, or a classifier: representations side by side, the input being 0.
  struct Source: Hashable, Sendable {
    let representation: Int
    let channels: Double
  }

  /// A convolution with random weights.
  struct Convolution: Hashable, Sendable {
    let sources: [Source]
    /// What the mean over the window of the read kernel is multiplied by, and what is added.
    let (scale, offset): (Double, Double)
    /// What it is multiplied by in the tangent kernel of the convolution's own weights.
    let tangentScale: Double
    let kernel: Int
    let stride: Int
    let inputSize: Int
    let outputSize: Int

    /// Whether it reads each entry as it is.
    var isPointwise: Bool { kernel == 1 && stride == 1 }
  }

  /// A representation: the activation of a sum, whose terms have random weights of their own at their end.
  ///
  /// So the sum is a Gaussian process, and its kernels are the sums of those of the terms.
  struct Layer: Hashable, Sendable {
    /// At least one.
    let convolutions: [Convolution]
    /// An earlier representation whose sum, before its activation, is added; nil for none.
    let skip: Int?

    init(_ convolutions: [Convolution], skip: Int? = nil) {
      (self.convolutions, self.skip) = (convolutions, skip)
    }

    var outputSize: Int { convolutions[0].outputSize }
  }

  let input: InputShape
  /// What is applied to images before anything else; nil for nothing.
  let inputActivation: ScalarFunction?
  let layers: [Layer]
  let activation: DualActivation
  /// What the classifier reads.
  let features: [Source]
  let parameterization: Parameterization

  /// Describes a network; nil if its kernels have no closed form.
  ///
  /// Chains and dense networks of convolutions and one activation have one, and residual networks whose
  /// activations come first. There is none if a layer adds what passed an activation, which leaves the
  /// Gaussian processes, or if the means of the activation over a normal plane have no closed form.
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
    guard let dual = DualActivation(activation) else { return nil }
    let parts: Parts
    if architecture.hasPlainLayers {
      guard let plain = Self.plainLayers(architecture, random, parameterization) else { return nil }
      parts = plain
    } else {
      guard let blocks = PreactivatedBlocks(architecture, random, parameterization) else {
        return nil
      }
      parts = (blocks.layers, blocks.features)
    }
    (layers, features) = parts
    input = architecture.input
    // A representation that no layer writes is the image.
    inputActivation =
      architecture.hasPlainLayers || architecture.stem != .none ? nil : activation
    self.activation = dual
    self.parameterization = parameterization
  }

  private typealias Parts = (layers: [Layer], features: [Source])

  /// The layers of a chain or of a dense network; nil if one of them adds another.
  private static func plainLayers(
    _ architecture: Architecture, _ random: RandomWeights, _ parameterization: Parameterization
  ) -> Parts? {
    let list = architecture.layers
    guard list.allSatisfy({ $0.skip == nil }) else { return nil }
    let layers = list.map { layer in
      Layer([
        Convolution(
          layer.sources.map {
            Source(representation: ($0.layer ?? -1) + 1, channels: Double($0.channels))
          }, width: layer.width, inputWidth: layer.inputWidth, kernel: layer.kernel,
          stride: layer.stride, inputSize: layer.inputSize, random, parameterization)
      ])
    }
    // What a further stage would read.
    let last = list[list.count - 1]
    let isDense = architecture.family == .dense
    let features = list.filter { isDense ? $0.stage == last.stage : $0.index == last.index }.map {
      Source(representation: $0.index + 1, channels: Double($0.width))
    }
    return (layers, features)
  }

  /// The side of a representation's images.
  func size(_ representation: Int) -> Int {
    representation == 0 ? input.size : layers[representation - 1].outputSize
  }

  /// The last layer that reads each representation; the number of layers for what the classifier reads.
  var lastReaders: [Int] {
    var readers = [Int](repeating: -1, count: layers.count + 1)
    for (index, layer) in layers.enumerated() {
      for source in layer.convolutions.lazy.flatMap(\.sources) {
        readers[source.representation] = index
      }
    }
    for source in features { readers[source.representation] = layers.count }
    return readers
  }

  /// The last layer that adds each representation's sum; -1 if none does.
  var lastSkips: [Int] {
    var readers = [Int](repeating: -1, count: layers.count + 1)
    for (index, layer) in layers.enumerated() {
      if let skip = layer.skip { readers[skip] = index }
    }
    return readers
  }
}

extension KernelNetwork.Convolution {
  /// A convolution with half its kernel as padding.
  ///
  /// - Parameters:
  ///   - sources: what it reads, of a size.
  ///   - width: its output channels.
  ///   - inputWidth: its input channels.
  ///   - hasBias: whether a bias is added.
  ///   - branchScale: what He's weights are multiplied by.
  init(
    _ sources: [KernelNetwork.Source], width: Int, inputWidth: Int, kernel: Int, stride: Int,
    inputSize: Int, _ random: RandomWeights, _ parameterization: KernelNetwork.Parameterization,
    hasBias: Bool = true, branchScale: Double = 1
  ) {
    let start = random.scheme == .he ? branchScale * branchScale : 1
    let variance = start * random.weightVariance(rows: width, columns: inputWidth)
    let fanIn = Double(inputWidth * kernel * kernel)
    self.init(
      sources: sources, scale: variance, offset: hasBias ? random.biasVariance : 0,
      tangentScale: parameterization == .standard ? fanIn : variance, kernel: kernel,
      stride: stride, inputSize: inputSize, outputSize: (inputSize - 1) / stride + 1)
  }
}

extension KernelNetwork {
  var inputChannels: Int { input.channels }
}
