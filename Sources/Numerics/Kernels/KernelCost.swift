/// What the kernels of a network of infinite width take at a number of images.
public struct KernelCost: Sendable {
  /// Predicted time on one core, in seconds.
  public let seconds: Double
  /// Bytes that are held at the same time.
  public let bytes: Double
  /// Operations, an angle counted as fifty.
  public let flops: Double

  // Seconds for each of what is counted, on a core of a common server.
  private static let perEntry = 6e-9
  private static let perAddition = 7e-10
  private static let perInputTerm = 1.5e-9
  private static let perPairLayer = 1.5e-8
  private static let perBlockLayer = 2e-6

  /// Predicts what kernels take.
  public init(_ network: KernelNetwork, readout: InfiniteKernels.Readout, images: Int) {
    let plan = KernelPlan(network, readout)
    let pairs = Double(images * (images + 1) / 2)
    var (entries, additions) = (0.0, 0.0)
    for (index, layer) in network.layers.enumerated() {
      let own = Double(plan.entries(index + 1))
      entries += own
      let terms = layer.convolutions.count + (layer.skip == nil ? 0 : 1)
      if terms > 1 { additions += 2 * Double(terms) * own }
      for (convolution, axis) in zip(layer.convolutions, plan.axes[index]) {
        let read = Double(plan.entries(convolution.sources[0].representation))
        if convolution.sources.count > 1 {
          additions += 2 * Double(convolution.sources.count) * Double(plan.entries(index))
        }
        guard axis != nil else { continue }
        // Along one direction all that is read, along the other what is left.
        additions += 2 * Double(convolution.kernel) * ((own * read).squareRoot() + own)
      }
    }
    flops = pairs * (50 * entries + additions)
    let blocks = (pairs / Double(plan.pairsPerBlock)).rounded(.up)
    seconds =
      pairs
      * (Self.perEntry * entries + Self.perAddition * additions
        + Self.perInputTerm * Double(plan.entries(0) * network.inputChannels)
        + Self.perPairLayer * Double(network.layers.count))
      + blocks * Double(network.layers.count) * Self.perBlockLayer
    bytes = Double(plan.byteCount(images: images))
  }
}

/// What the statistics of kernels take.
extension KernelStatistics {
  /// Predicted time for a kernel of so many images on one core, in seconds.
  public static func predictedSeconds(images: Int) -> Double {
    let count = Double(images)
    // Small matrices leave most of a core idle.
    return 5e-5 + 1.3e-7 * count * count + 1.8e-10 * count * count * count
  }
}
