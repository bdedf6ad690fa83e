import Architectures

/// Searches the minimum of the frame potential by descents from several starts.
///
/// The search begins among concentrated weights, which have one tap, or as many as a stride needs for
/// patches that tile the image. There atoms at different positions meet nowhere, so the Gram matrix has
/// far fewer blocks. What is found there is stationary for all weights as well: if no kernel wraps and
/// strides divide the image, every entry of the Gram matrix that is linear in another tap is zero at
/// concentrated weights, and so is its square's derivative. It can be a saddle, or a
/// valley that lies above valleys of several taps. So the search continues among all weights:
///
/// 1. from the best concentrated weights, the other taps disturbed from zero;
/// 2. from starts of their own, as many as the effort affords;
/// 3. from the best weights so far, with one layer replaced by random weights, as often as step 2.
///    Valleys differ in single layers, so this shares what the others have found;
/// 4. from the best weights once more, to a finer tolerance, if there were starts of their own or the
///    best descent has not converged.
///
/// Starts alternate between ones near the degenerate critical point of the analysis form and random
/// ones; either finds lower minima than the other in some networks. They depend on the architecture and
/// their number only. If many descents have reached one and the same value, the rest is left out.
struct MinimumSearch {
  private let architecture: Architecture
  private let effort: FrameMinimum.Effort

  /// How the best descent ended.
  private(set) var best = SphereDescent.Outcome()
  /// Whether the best descent was one among all weights.
  private(set) var isConfirmed = false
  /// The largest value that a start led to.
  private(set) var largest = -Double.infinity
  private(set) var iterations = 0
  private(set) var starts = 0
  /// Where the best descent ended.
  private var bestPoint: [Double] = []
  /// The number of descents that reached the best value.
  private var hits = 0
  /// The tolerance of descents that look closer.
  private var finerTolerance: Double { effort.tolerance / 100 }

  init(_ architecture: Architecture, effort: FrameMinimum.Effort) {
    self.architecture = architecture
    self.effort = effort
  }

  /// The frame among concentrated weights; nil if all weights are.
  static func concentratedFrame(_ architecture: Architecture) -> InducedFrame? {
    concentrated(architecture.layers).map { InducedFrame(layers: $0, form: architecture.form) }
  }

  /// Layers with as many taps as their strides read; nil if these are all.
  static func concentrated(_ layers: [Layer]) -> [Layer]? {
    let smaller = layers.map { $0.with(kernel: min($0.kernel, $0.stride)) }
    return smaller == layers ? nil : smaller
  }

  /// Whether concentrated weights are stationary among all: patches tile every image.
  static func tiles(_ architecture: Architecture) -> Bool {
    architecture.layers.allSatisfy { !$0.wraps && $0.isTiled }
  }

  mutating func run(cache: inout StructureCache, shouldStop: () throws -> Void) rethrows {
    let frame = InducedFrame(architecture)
    let limit = MinimumCost.iterationLimit(frame, effort: effort, cache: &cache)
    guard let smaller = Self.concentratedFrame(architecture) else {
      var descent = Self.descent(frame, cache: &cache)
      try start(&descent, count: effort.starts, limit: limit, shouldStop)
      isConfirmed = true
      return
    }
    let point = try startConcentrated(smaller, cache: &cache, shouldStop)
    let tiles = Self.tiles(architecture)
    // A descent that cannot get anywhere confirms nothing.
    guard best.value.isFinite, limit >= Self.fewestIterations else {
      if !tiles { forgetGradient() }
      return
    }
    let concentrated = best
    var descent = Self.descent(frame, cache: &cache)
    (best, hits) = (SphereDescent.Outcome(), 0)
    try confirm(&descent, from: point, limit: limit, shouldStop)
    let spread = MinimumCost.spreadStarts(frame, effort: effort, cache: &cache)
    try start(&descent, count: spread, limit: limit, shouldStop)
    try vary(&descent, count: spread, limit: limit, shouldStop)
    if spread > 0 || !best.hasConverged { try settle(&descent, limit: limit, shouldStop) }
    if concentrated.value < best.value || best.value.isNaN {
      // Descents came back to the stationary point, or to a higher one.
      let converged = best.hasConverged
      best = concentrated
      isConfirmed = tiles && converged
      if !tiles { forgetGradient() }
    } else {
      isConfirmed = true
    }
  }

  /// Descends among concentrated weights, and gives back where the best descent ended.
  private mutating func startConcentrated(
    _ frame: InducedFrame, cache: inout StructureCache, _ shouldStop: () throws -> Void
  ) rethrows -> (values: [Double], panels: WeightPanels) {
    var descent = Self.descent(frame, cache: &cache)
    let limit = MinimumCost.iterationLimit(frame, effort: effort, cache: &cache)
    try start(&descent, count: effort.starts, limit: limit, shouldStop)
    return (bestPoint, descent.panels)
  }

  /// Descends from a number of starts.
  ///
  /// In large networks starts differ by more than what they still go down by once their gradients are
  /// small, so only the best of them is followed to its end.
  private mutating func start(
    _ descent: inout SphereDescent, count: Int, limit: Int, _ shouldStop: () throws -> Void
  ) rethrows {
    let panels = descent.panels
    let bytes = architecture.canonicalBytes
    let first = effort.followsAll ? limit : max(Int(Self.firstShare * Double(limit)), 1)
    let tolerance = effort.tolerance * (effort.followsAll ? 1 : Self.stalledGradient)
    for number in 0..<count where hits < Self.enoughHits {
      try descend(&descent, limit: first, tolerance: tolerance, shouldStop) { point in
        var start = DescentStart(key: DescentStart.key(bytes, number))
        if number.isMultiple(of: 2) {
          start.fillDegenerate(&point, panels)
        } else {
          start.fillRandom(&point)
        }
      }
    }
    if !effort.followsAll, count > 0 { try settle(&descent, limit: limit, shouldStop) }
  }

  /// Descends among all weights from the best concentrated ones.
  ///
  /// These can be a saddle, which the gradient alone does not tell from a minimum. So the tolerance of
  /// networks that can afford it is finer: disturbances of the other taps have a hundred iterations to
  /// grow.
  private mutating func confirm(
    _ descent: inout SphereDescent, from concentrated: (values: [Double], panels: WeightPanels),
    limit: Int, _ shouldStop: () throws -> Void
  ) rethrows {
    let panels = descent.panels
    let key = DescentStart.key(architecture.canonicalBytes, effort.starts)
    let isSmall = architecture.parameterCount <= Self.mostFollowedWeights
    let tolerance = isSmall ? finerTolerance : effort.tolerance
    try descend(&descent, limit: limit, tolerance: tolerance, shouldStop) { point in
      var start = DescentStart(key: key)
      start.fill(&point, panels, with: concentrated.values, concentrated.panels)
    }
  }

  /// Descends from the best weights with one layer drawn anew, one layer after the other.
  private mutating func vary(
    _ descent: inout SphereDescent, count: Int, limit: Int, _ shouldStop: () throws -> Void
  ) rethrows {
    let panels = descent.panels.panels
    let bytes = architecture.canonicalBytes
    let first = effort.starts + 1
    for number in 0..<count where best.value.isFinite && hits < Self.enoughHits {
      let best = bestPoint
      try descend(&descent, limit: limit, shouldStop) { point in
        var start = DescentStart(key: DescentStart.key(bytes, first + number))
        start.fillRandom(&point)
        for (index, panel) in panels.enumerated() where index != number % panels.count {
          for place in panel.places { point[place] = best[place] }
        }
      }
    }
  }

  /// Goes on from the best weights to a finer tolerance.
  private mutating func settle(
    _ descent: inout SphereDescent, limit: Int, _ shouldStop: () throws -> Void
  ) rethrows {
    guard best.value.isFinite else { return }
    let from = bestPoint
    try descend(&descent, limit: limit, tolerance: finerTolerance, shouldStop) { point in
      for place in point.indices { point[place] = from[place] }
    }
  }

  /// Descends once, and keeps the end if it is the lowest so far.
  private mutating func descend(
    _ descent: inout SphereDescent, limit: Int, tolerance: Double? = nil,
    _ shouldStop: () throws -> Void, from fill: (inout [Double]) -> Void
  ) rethrows {
    var outcome = try descent.run(
      limit: limit, tolerance: tolerance ?? effort.tolerance,
      stalled: Self.stalledGradient * effort.tolerance,
      from: fill, shouldStop: shouldStop)
    // It counts as converged by the effort's tolerance, whether or not it comes to a finer one.
    if outcome.gradientNorm <= effort.tolerance * outcome.value { outcome.hasConverged = true }
    starts += 1
    iterations += outcome.iterations
    guard outcome.value.isFinite else { return }
    largest = max(largest, outcome.value)
    // Descents agree to the square of their gradients.
    if best.value.isNaN || outcome.value < best.value * (1 - 1e-9) {
      hits = 1
    } else if outcome.value <= best.value * (1 + 1e-9) {
      hits += 1
    }
    guard best.value.isNaN || outcome.value < best.value else { return }
    best = outcome
    bestPoint = descent.end
  }

  /// If patches do not tile images, what is stationary among concentrated weights need not be so
  /// among all.
  private mutating func forgetGradient() {
    best.gradientNorm = .nan
    best.hasConverged = false
  }

  /// A descent whose memory serves all starts.
  static func descent(
    _ frame: InducedFrame, cache: inout StructureCache
  ) -> SphereDescent {
    // Any weights make the blocks; starts replace them.
    let blocks = GramBlocks(frame, weights: .ones(frame.layers), cache: &cache)
    let structure = FrameStructure(frame, plan: blocks.plan, cache: cache)
    return SphereDescent(PotentialGradient(blocks, atomCount: structure.atomCount))
  }

  /// The number of weights up to which a descent among all of them has time to leave a saddle.
  ///
  /// Larger networks of quickstart took eight times as long for values that are up to 4.6e-5 lower.
  static let mostFollowedWeights = 20_000

  /// The share of a descent's iterations in which it shows whether it is the best one.
  static let firstShare = 0.25

  /// The norm of the gradient, in tolerances, at which a descent that hardly goes down has converged.
  static let stalledGradient = 10.0

  /// The number of descents to one and the same value after which no more are tried.
  static let enoughHits = 24

  /// The number of iterations below which no descent among all weights is tried.
  static let fewestIterations = 10
}

extension NetworkWeights {
  /// Weights that are all 1.
  static func ones(_ layers: [Layer]) -> NetworkWeights {
    func tensor(_ rows: Int, _ columns: Int, _ kernel: Int) -> WeightTensor {
      WeightTensor(
        rows: rows, columns: columns, kernel: kernel,
        values: [Double](repeating: 1, count: rows * columns * kernel * kernel))
    }
    var projections: [Int: WeightTensor] = [:]
    for layer in layers {
      guard let skip = layer.skip, skip.projectionStride != nil else { continue }
      projections[layer.index] = tensor(layer.width, layers[skip.layer].width, 1)
    }
    return NetworkWeights(
      layers: layers.map { tensor($0.width, $0.inputWidth, $0.kernel) }, projections: projections)
  }
}
