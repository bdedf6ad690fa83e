public import Architectures

/// The smallest frame potential of an architecture over all unit-norm atoms, with how it was found.
public struct FrameMinimum: Hashable, Sendable {
  /// How a minimum was found.
  ///
  /// Raw values are the codes of the results file's `minimum_status` and never change.
  public enum Status: Int8, Sendable, CaseIterable {
    /// Nobody asked.
    case notRequested = 0
    /// By a formula that is exact.
    case closedForm = 1
    /// By descent; the best start ended at a stationary point to the tolerance.
    case converged = 2
    /// By descent that ended early: the value is an upper bound.
    case iterationLimit = 3
    /// Not at all: there is no closed form, and no descent was asked for.
    case unavailable = 4
    /// Not at all: no start led to a finite value.
    case failed = 5
  }

  /// How hard a descent tries.
  public struct Effort: Hashable, Sendable {
    /// The number of starts; 0 leaves it at closed forms.
    public var starts: Int
    /// The largest number of iterations of each start.
    public var iterationLimit: Int
    /// The norm of the projected gradient, relative to ‖G‖², at which a start has converged.
    public var tolerance: Double

    /// Describes an effort.
    public init(starts: Int = 8, iterationLimit: Int = 2000, tolerance: Double = 1e-7) {
      self.starts = starts
      self.iterationLimit = iterationLimit
      self.tolerance = tolerance
    }
  }

  /// The smallest ‖G‖² that was found, or NaN.
  public let framePotential: Double
  /// How it was found.
  public let status: Status
  /// The number of iterations over all starts.
  public let iterations: Int
  /// The number of starts.
  public let starts: Int
  /// The norm of the gradient along the spheres at the best point; 0 for closed forms.
  public let gradientNorm: Double
  /// The largest less the smallest value over all starts; 0 for closed forms.
  ///
  /// Local minima exist, so a spread of 0 over several starts speaks for the minimum, no more.
  public let spread: Double

  private init(
    _ status: Status, _ framePotential: Double, iterations: Int = 0, starts: Int = 0,
    gradientNorm: Double = 0, spread: Double = 0
  ) {
    self.framePotential = framePotential
    self.status = status
    self.iterations = iterations
    self.starts = starts
    self.gradientNorm = gradientNorm
    self.spread = spread
  }

  /// Takes the closed form where there is one, and descends from several starts otherwise.
  ///
  /// Starts depend on the architecture and their number only. In the analysis form the minimum is
  /// often degenerate, all units of a layer reading one channel at one tap: it rewards networks that
  /// can afford that.
  ///
  /// - Parameters:
  ///   - architecture: the architecture.
  ///   - effort: how hard a descent tries.
  ///   - usesClosedForm: whether a closed form is taken where there is one.
  ///   - cache: what earlier calls found; any cache gives the same numbers.
  ///   - shouldStop: called between products of matrices; what it throws ends the search.
  ///
  /// **Complexity**: an iteration takes three to four times what `StatisticsCost` counts.
  public init(
    _ architecture: Architecture, effort: Effort = Effort(), usesClosedForm: Bool = true,
    cache: inout StructureCache, shouldStop: () throws -> Void
  ) rethrows {
    if usesClosedForm, let exact = ExactMinimum(architecture) {
      self.init(.closedForm, exact.framePotential)
      return
    }
    guard effort.starts > 0 else {
      self.init(.unavailable, .nan, gradientNorm: .nan, spread: .nan)
      return
    }
    let frame = InducedFrame(architecture)
    // Any weights make the blocks; starts replace them.
    let blocks = GramBlocks(frame, weights: Self.ones(architecture), cache: &cache)
    let structure = FrameStructure(frame, plan: blocks.plan, cache: cache)
    var descent = SphereDescent(PotentialGradient(blocks, atomCount: structure.atomCount))
    // Fowler, Noll & Vo's hash, FNV-1a.
    var key: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in architecture.canonicalBytes { key = (key ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var best = SphereDescent.Outcome()
    var largest = -Double.infinity
    var iterations = 0
    for start in 0..<effort.starts {
      let outcome = try descent.run(
        seed: key &+ UInt64(start) &* 0xD134_2543_DE82_EF95, limit: effort.iterationLimit,
        tolerance: effort.tolerance, shouldStop: shouldStop)
      iterations += outcome.iterations
      guard outcome.value.isFinite else { continue }
      largest = max(largest, outcome.value)
      if best.value.isNaN || outcome.value < best.value { best = outcome }
    }
    let status: Status =
      best.value.isNaN ? .failed : best.hasConverged ? .converged : .iterationLimit
    self.init(
      status, best.value, iterations: iterations, starts: effort.starts,
      gradientNorm: best.gradientNorm, spread: best.value.isNaN ? .nan : largest - best.value)
  }

  private static func ones(_ architecture: Architecture) -> NetworkWeights {
    func tensor(_ rows: Int, _ columns: Int, _ kernel: Int) -> WeightTensor {
      WeightTensor(
        rows: rows, columns: columns, kernel: kernel,
        values: [Double](repeating: 1, count: rows * columns * kernel * kernel))
    }
    let layers = architecture.layers
    var projections: [Int: WeightTensor] = [:]
    for layer in layers {
      guard let skip = layer.skip, skip.projectionStride != nil else { continue }
      projections[layer.index] = tensor(layer.width, layers[skip.layer].width, 1)
    }
    return NetworkWeights(
      layers: layers.map { tensor($0.width, $0.inputWidth, $0.kernel) }, projections: projections)
  }
}
