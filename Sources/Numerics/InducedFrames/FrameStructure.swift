public import Architectures

/// What a network says about its induced frame without its weights: counts, in integers.
public struct FrameStructure: Hashable, Sendable {
  /// The number K of atoms, the frame's columns.
  public let atomCount: Int
  /// The dimension D, the number of the frame's rows.
  public let frameDimension: Int
  /// The number N of off-diagonal entries of the Gram matrix that are not identically zero.
  ///
  /// Entries count as functions of the weights, constants such as a skip's −1 among them.
  ///
  /// **Range**: even, at most K² − K.
  public let gramNonzeros: Int
  /// What each layer's own Welch bound forces, spread over the non-zero entries of the Gram matrix.
  ///
  /// (1/N) Σ p² max(0, k²/(d·min(f, stride)²) − k) over layers of k atoms with d input channels, kernel
  /// f and output size p; NaN where N = 0, and for networks that are no chains, residual or dense
  /// networks of layers. It is no bound for the induced frame, whose minimum can be smaller.
  ///
  /// **Source**: L. Welch, "Lower bounds on the maximum cross correlation of signals", 1974.
  public let layerwiseWelchPotential: Double

  /// Counts the frame of an architecture.
  ///
  /// - Parameters:
  ///   - architecture: the architecture.
  ///   - cache: what earlier calls found; any cache gives the same counts.
  ///
  /// **Complexity**: O(pairs of layers that meet), for geometries that the cache has.
  public init(_ architecture: Architecture, cache: inout StructureCache) {
    self.init(InducedFrame(architecture), cache: &cache)
  }

  /// Takes the counts of a frame that is not made of layers.
  public init(atomCount: Int, frameDimension: Int, gramNonzeros: Int) {
    self.atomCount = atomCount
    self.frameDimension = frameDimension
    self.gramNonzeros = gramNonzeros
    layerwiseWelchPotential = .nan
  }

  /// Counts a frame.
  public init(_ frame: InducedFrame, cache: inout StructureCache) {
    self.init(frame, plan: BlockPlan(frame, cache: &cache), cache: cache)
  }

  init(_ frame: InducedFrame, plan: BlockPlan, cache: StructureCache) {
    var atoms = 0
    for column in frame.columns { atoms += column.channels * column.size * column.size }
    var dimension = 0
    for row in frame.rows { dimension += row.channels * row.size * row.size }
    var nonzeros = -atoms
    for pair in plan.pairs {
      let widths = (
        left: frame.columns[pair.left].channels, right: frame.columns[pair.right].channels
      )
      guard !pair.isIrregular else {
        nonzeros += Self.irregularEntries(frame, plan, pair, cache)
        continue
      }
      let counts = cache[pair.classes].counts
      var entries = 0
      for vertical in counts {
        for horizontal in counts {
          entries +=
            vertical.count * horizontal.count
            * pair.entries(mask: vertical.mask & horizontal.mask, widths: widths)
        }
      }
      nonzeros += pair.left == pair.right ? entries : 2 * entries
    }
    var welch = 0.0
    for layer in frame.layers {
      let width = Double(layer.width)
      let side = Double(min(layer.kernel, layer.stride))
      let excess = width * width / (Double(layer.inputWidth) * side * side) - width
      if excess > 0 { welch += Double(layer.outputSize * layer.outputSize) * excess }
    }
    atomCount = atoms
    frameDimension = dimension
    gramNonzeros = nonzeros
    layerwiseWelchPotential =
      nonzeros == 0 || frame.layers.isEmpty ? .nan : welch / Double(nonzeros)
  }

  /// The entries of a pair of columns, and of the same pair in the other order.
  private static func irregularEntries(
    _ frame: InducedFrame, _ plan: BlockPlan, _ pair: BlockPair, _ cache: StructureCache
  ) -> Int {
    let planes = cache[pair.classes].planeClasses(
      sameColumn: pair.left == pair.right,
      normCounts: (
        cache.normCount(column: plan.columns[pair.left]),
        cache.normCount(column: plan.columns[pair.right])
      ))
    return planes.reduce(0) { $0 + $1.count * BlockEntries(frame, pair, $1).count }
  }

  /// The deep frame potential of a frame potential: (‖G‖² − K) / N.
  ///
  /// NaN where N = 0: a single atom has no pair whose mean could be taken.
  public func deepFramePotential(framePotential: Double) -> Double {
    gramNonzeros == 0 ? .nan : (framePotential - Double(atomCount)) / Double(gramNonzeros)
  }
}
