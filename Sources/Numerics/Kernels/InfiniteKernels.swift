internal import MemoryBudgets
internal import NetworkGraphs
internal import OpenBLAS

/// The kernels of a network of infinite width at some images: of its outputs (nngp), and of their
/// gradients with respect to all weights (ntk).
///
/// A layer's kernel follows from what it reads at pairs of images and positions. Pairs of images go through
/// the network a block at a time, so no more is held than the entries of some of them.
///
/// **Source**: Lee et al., "Deep neural networks as Gaussian processes", ICLR 2018; Jacot, Gabriel &
/// Hongler, "Neural tangent kernel", NeurIPS 2018; Novak et al., "Bayesian deep convolutional networks
/// with many channels are Gaussian processes", ICLR 2019. The rules agree with those of
/// google/neural-tangents 0.6.5, but for the padding of strided convolutions, which is that of torch.
public struct InfiniteKernels: Sendable {
  /// What the classifier reads of the last representations; its weights have the variance 1 / features.
  public enum Readout: String, CaseIterable, Sendable {
    /// The mean of each channel over pixels.
    case pooled
    /// All entries.
    case flatten
  }

  /// The number n of images.
  public let count: Int
  /// The kernel of outputs.
  ///
  /// **Shape**: n × n, row-major.
  public private(set) var nngp: [Double]
  /// The kernel of gradients.
  ///
  /// **Shape**: n × n, row-major.
  public private(set) var ntk: [Double]

  /// Computes both kernels.
  ///
  /// - Parameters:
  ///   - network: the network.
  ///   - images: the images, each channels × size × size.
  ///   - readout: what the classifier reads.
  ///   - shouldStop: called before each layer of a block; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, and `MemoryRefused`.
  ///
  /// **Complexity**: for each pair of images and layer of p pixels O(p · kernel) operations, pooled
  /// O(p² · kernel); see `KernelCost`.
  public init(
    _ network: KernelNetwork, images: [[Double]], readout: Readout,
    shouldStop: () throws -> Void = {}
  ) throws {
    let images = network.entering(images)
    count = images.count
    nngp = [Double](repeating: 0, count: count * count)
    ntk = nngp
    let pairs = (0..<count).flatMap { row in (0...row).map { (row, $0) } }
    let plan = KernelPlan(network, readout)
    let share = try MemoryShare(byteCount: plan.byteCount(images: count))
    defer { withExtendedLifetime(share) {} }
    let variances = try KernelVariances(network, images: images, shouldStop: shouldStop)
    var block = KernelBlock(plan)
    for start in stride(from: 0, to: pairs.count, by: plan.pairsPerBlock) {
      let part = pairs[start..<min(start + plan.pairsPerBlock, pairs.count)]
      let found = try block.kernels(of: part, images, variances, shouldStop: shouldStop)
      for ((row, column), (value, tangent)) in zip(part, found) {
        nngp[row * count + column] = value
        nngp[column * count + row] = value
        ntk[row * count + column] = tangent
        ntk[column * count + row] = tangent
      }
    }
  }
}

/// What is computed for a block of pairs of images, as far as it follows from the network.
struct KernelPlan: Sendable {
  let network: KernelNetwork
  let readout: InfiniteKernels.Readout
  /// The sums of each convolution of each layer; nil if it reads each entry as it is.
  let axes: [[KernelAxis?]]
  /// The pairs that are computed together.
  let pairsPerBlock: Int
  let lastReaders: [Int]
  let lastSkips: [Int]

  init(_ network: KernelNetwork, _ readout: InfiniteKernels.Readout) {
    self.network = network
    self.readout = readout
    let isPaired = readout == .pooled
    axes = network.layers.map {
      $0.convolutions.map { $0.isPointwise ? nil : KernelAxis($0, ofPairs: isPaired) }
    }
    (lastReaders, lastSkips) = (network.lastReaders, network.lastSkips)
    let largest = (0...network.layers.count).reduce(1) {
      max($0, Self.entries(network.size($1), readout))
    }
    // What a block holds stays in a core's cache.
    pairsPerBlock = max(1, 8_192 / largest)
  }

  static func entries(_ size: Int, _ readout: InfiniteKernels.Readout) -> Int {
    readout == .pooled ? size * size * size * size : size * size
  }

  /// The entries of a pair of images at a representation.
  func entries(_ representation: Int) -> Int {
    Self.entries(network.size(representation), readout)
  }

  /// The most bytes that are held.
  func byteCount(images: Int) -> Int {
    var (held, most) = (0, 0)
    for representation in 0...network.layers.count {
      let isAdded = lastSkips[representation] >= representation
      held += (isAdded ? 4 : 2) * entries(representation)
      most = max(most, held + 4 * entries(max(0, representation - 1)) + entries(representation))
      for earlier in 0...representation {
        if lastReaders[earlier] == representation { held -= 2 * entries(earlier) }
        if lastSkips[earlier] == representation { held -= 2 * entries(earlier) }
      }
    }
    // A sum is made beside what it reads.
    if network.layers.contains(where: { $0.convolutions.count > 1 || $0.skip != nil }) {
      most += 2 * (0...network.layers.count).reduce(0) { max($0, entries($1)) }
    }
    let variances = (0..<network.layers.count).reduce(0) {
      $0 + network.size($1 + 1) * network.size($1 + 1)
    }
    return 8 * (pairsPerBlock * most + images * (variances + 2 * images))
  }
}

extension KernelNetwork {
  /// What stands for images as representation 0.
  fileprivate func entering(_ images: [[Double]]) -> [[Double]] {
    guard let inputActivation else { return images }
    return images.map { inputActivation.evaluate($0).values }
  }
}
