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
    /// By descent that ended at a stationary point of the whole problem, to the tolerance.
    case converged = 2
    /// By descent that ended early: the value is reached by some weights, and lower ones may be.
    case iterationLimit = 3
    /// Not at all: there is no closed form, and no descent was asked for.
    case unavailable = 4
    /// Not at all: no start led to a finite value.
    case failed = 5
    /// By descent, and so near to a proved lower bound that no weights can lower it by a thousandth.
    case certified = 6

    /// The status's name in results files.
    public var name: String {
      switch self {
      case .notRequested: "not_requested"
      case .closedForm: "closed_form"
      case .converged: "converged"
      case .iterationLimit: "iteration_limit"
      case .unavailable: "unavailable"
      case .failed: "failed"
      case .certified: "certified"
      }
    }
  }

  /// How hard a search tries.
  public struct Effort: Hashable, Sendable {
    /// The number of starts; 0 leaves it at closed forms.
    public var starts: Int
    /// The largest number of iterations of each descent.
    public var iterationLimit: Int
    /// The norm of the projected gradient, relative to ‖G‖², at which a descent has converged.
    public var tolerance: Double
    /// The floating-point operations in products of matrices after which each descent ends.
    ///
    /// They are counted beforehand, so that a value never depends on the machine's speed.
    public var descentFLOPs: Double
    /// About the floating-point operations that starts of their own among all weights may take.
    ///
    /// Counted beforehand too. Only small networks afford such starts.
    public var spreadFLOPs: Double

    /// Whether all starts are followed to their ends, not just the best.
    public var followsAll: Bool

    /// Describes an effort.
    public init(
      starts: Int = 3, iterationLimit: Int = 2000, tolerance: Double = 1e-6,
      descentFLOPs: Double = 1e12, spreadFLOPs: Double = 2e9, followsAll: Bool = true
    ) {
      self.starts = starts
      self.iterationLimit = iterationLimit
      self.followsAll = followsAll
      self.tolerance = tolerance
      self.descentFLOPs = descentFLOPs
      self.spreadFLOPs = spreadFLOPs
    }

    /// The effort of sweeps: three starts, and up to 192 in small networks, where they take
    /// milliseconds; starts among all weights for networks of some hundred weights.
    ///
    /// Small networks have deep valleys that few starts lead to: weights of atoms that read one channel
    /// at one tap are ±1, and no descent changes their sign. In larger ones valleys differ by less and
    /// cost more: among 1,400 weights of a chain they lie a ten-thousandth apart.
    public init(for architecture: Architecture) {
      self.init(
        weightCount: architecture.parameterCount,
        isSeparable: Self.isSeparable(architecture.layers, architecture.form))
    }

    /// Whether the potential is a sum over layers but for kernels that wrap: in the synthesis form of
    /// chains.
    static func isSeparable(_ layers: [Layer], _ form: Form) -> Bool {
      form == .synthesis && layers.allSatisfy { $0.sources.count == 1 }
    }

    /// The effort of sweeps for a network of so many weights.
    ///
    /// - Parameters:
    ///   - count: the number of weights.
    ///   - isSeparable: whether layers are tied to one another by kernels that wrap only. Then all starts
    ///     of large networks lead to one value, as those of single tight frames do.
    init(weightCount count: Int, isSeparable: Bool) {
      let share = min(1, 500 / Double(count))
      let isLarge = count > 3_000
      self.init(
        starts: isLarge && isSeparable ? 1 : min(max(24_000 / count, 3), 192),
        spreadFLOPs: 2e9 * share * share, followsAll: !isLarge)
    }
  }

  /// The smallest ‖G‖² that was found, or NaN.
  public let framePotential: Double
  /// How it was found.
  public let status: Status
  /// The number of iterations over all descents; 0 for a closed form.
  public let iterations: Int
  /// The number of starts; 0 for a closed form.
  public let starts: Int
  /// The norm of the gradient along the spheres at the best point; NaN where none was computed, as for
  /// a closed form.
  public let gradientNorm: Double
  /// The largest less the smallest value over all starts; NaN where there were none.
  ///
  /// Local minima exist, so a spread of 0 over several starts speaks for the minimum, no more.
  public let spread: Double
  /// A number that no weights go below; a closed form itself.
  public let bound: Double

  private init(_ status: Status, _ framePotential: Double, bound: Double) {
    self.status = status
    self.framePotential = framePotential
    self.bound = bound
    (iterations, starts) = (0, 0)
    (gradientNorm, spread) = (.nan, .nan)
  }

  /// Takes the closed form where there is one, and searches with `MinimumSearch` otherwise.
  ///
  /// In the analysis form the minimum is often degenerate, all units of a layer reading one channel at
  /// one tap: it rewards networks that can afford that.
  ///
  /// - Parameters:
  ///   - architecture: the architecture.
  ///   - effort: how hard the search tries; nil for the effort of sweeps.
  ///   - usesClosedForm: whether a closed form is taken where there is one.
  ///   - cache: what earlier calls found; any cache gives the same numbers.
  ///   - shouldStop: called between products of matrices; what it throws ends the search.
  ///
  /// **Complexity**: see `MinimumCost`.
  public init(
    _ architecture: Architecture, effort: Effort? = nil, usesClosedForm: Bool = true,
    cache: inout StructureCache, shouldStop: () throws -> Void
  ) rethrows {
    let isUsual = effort == nil && usesClosedForm
    if isUsual, let last = cache.lastMinimum, last.architecture == architecture {
      self = last.minimum
      return
    }
    try self.init(
      finding: architecture, effort: effort, usesClosedForm, &cache, shouldStop)
    if isUsual { cache.lastMinimum = (architecture, self) }
  }

  private init(
    finding architecture: Architecture, effort: Effort?, _ usesClosedForm: Bool,
    _ cache: inout StructureCache, _ shouldStop: () throws -> Void
  ) rethrows {
    if usesClosedForm, let exact = ExactMinimum(architecture) {
      self.init(.closedForm, exact.framePotential, bound: exact.framePotential)
      return
    }
    let effort = effort ?? Effort(for: architecture)
    let bound = LowerBound(architecture, cache: &cache).framePotential
    guard effort.starts > 0 else {
      self.init(.unavailable, .nan, bound: bound)
      return
    }
    var search = MinimumSearch(architecture, effort: effort)
    try search.run(cache: &cache, shouldStop: shouldStop)
    self.init(search, bound: bound)
  }

  /// No minimum, of a frame for which none is searched: only what holds for all atoms is known of it.
  ///
  /// K atoms in D dimensions have a potential of at least max(K, K²/D).
  public init(unsearched structure: FrameStructure) {
    let (count, dimension) = (Double(structure.atomCount), Double(structure.frameDimension))
    self.init(.unavailable, .nan, bound: max(count, count * count / dimension))
  }

  /// The share of a minimum below which its distance to the bound certifies it.
  static let certifiedGap = 1e-3

  private init(_ search: MinimumSearch, bound: Double) {
    let best = search.best
    if best.value.isNaN {
      status = .failed
    } else if best.value - bound < Self.certifiedGap * best.value {
      status = .certified
    } else {
      status = best.hasConverged && search.isConfirmed ? .converged : .iterationLimit
    }
    self.bound = bound
    framePotential = best.value
    iterations = search.iterations
    starts = search.starts
    gradientNorm = best.gradientNorm
    spread = best.value.isNaN ? .nan : search.largest - best.value
  }
}
