import OpenBLAS

/// Minimises the frame potential over the product of spheres by limited-memory BFGS.
///
/// Steps go along a tangent direction and are brought back by normalising atoms. Pairs of a step and a
/// change of the gradient are projected to the tangent space in which they are found and kept as they
/// are; the direction that they give is projected to the space in which it is used. All memory is taken
/// once and serves every start.
///
/// **Source**: P.-A. Absil, R. Mahony & R. Sepulchre, "Optimization Algorithms on Matrix Manifolds",
/// 2008; J. Nocedal & S. Wright, "Numerical Optimization", 2006, algorithm 7.4.
struct SphereDescent {
  /// How a descent from one start ended.
  struct Outcome {
    var value = Double.nan
    var gradientNorm = Double.nan
    var iterations = 0
    var hasConverged = false
  }

  private var potential: PotentialGradient
  private var point: [Double]
  private var trial: [Double]
  private var gradient: [Double]
  private var trialGradient: [Double]
  private var direction: [Double]
  private var steps: [[Double]]
  private var changes: [[Double]]
  private var curvatures: [Double]
  private var weights: [Double]

  /// The number of pairs that are kept of vectors of a length: eighty of short ones, twenty if they
  /// leave the cache otherwise, fewer if they would take more than 1 GiB.
  ///
  /// Valleys of all weights are flat in many directions, and eighty pairs take half the iterations that
  /// twenty take there. But each iteration reads all pairs twice.
  static func memory(count: Int) -> Int {
    let cached = min(80, max(20, (1 << 16) / max(1, count)))
    return min(cached, max(2, (1 << 26) / max(1, count)))
  }

  /// The number of vectors of the variables' length that a descent and its potential hold.
  static func vectorCount(count: Int) -> Int { 9 + 2 * memory(count: count) }

  init(_ potential: PotentialGradient) {
    self.potential = potential
    let memory = Self.memory(count: potential.count)
    // Each a vector of its own: copies would share memory until they are written to.
    func vector() -> [Double] { [Double](repeating: 0, count: potential.count) }
    (point, trial, direction) = (vector(), vector(), vector())
    (gradient, trialGradient) = (vector(), vector())
    steps = (0..<memory).map { _ in vector() }
    changes = (0..<memory).map { _ in vector() }
    curvatures = [Double](repeating: 0, count: memory)
    weights = curvatures
  }

  /// Where the last descent ended.
  var end: [Double] { point }

  /// Where the numbers of all vectors lie; the same during all of a descent's life, in some order.
  var addresses: Set<UInt> {
    let vectors = [point, trial, gradient, trialGradient, direction] + steps + changes
    return Set(
      vectors.map { vector in
        unsafe vector.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
      })
  }

  /// The panels that the variables fill.
  var panels: WeightPanels { potential.panels }

  /// Descends until the projected gradient is at most `tolerance` times the potential.
  ///
  /// Valleys of large networks are so flat that gradients fall no further long after the potential does.
  /// So a descent has converged as well if a hundred iterations lowered it by less than 1e-8 of itself,
  /// and the gradient is at most `stalled` times the potential.
  ///
  /// - Parameters:
  ///   - limit: the largest number of iterations.
  ///   - tolerance: relative to the potential.
  ///   - stalled: the same, for a descent that hardly goes down.
  ///   - start: fills the variables; their atoms are normalised then.
  ///   - shouldStop: called between blocks of the Gram matrix.
  mutating func run(
    limit: Int, tolerance: Double, stalled: Double, from start: (inout [Double]) -> Void,
    shouldStop: () throws -> Void
  ) rethrows -> Outcome {
    start(&point)
    potential.normalize(&point)
    var outcome = Outcome()
    var value = try potential.evaluate(at: point, gradient: &gradient, shouldStop: shouldStop)
    var stored = 0
    var earlier = value
    while true {
      outcome.value = value
      outcome.gradientNorm = norm(gradient)
      outcome.hasConverged = outcome.gradientNorm <= tolerance * value
      if outcome.iterations > 0, outcome.iterations.isMultiple(of: 100) {
        if earlier - value < 1e-8 * value, outcome.gradientNorm <= stalled * value {
          outcome.hasConverged = true
        }
        earlier = value
      }
      if outcome.hasConverged || outcome.iterations == limit || !value.isFinite { return outcome }
      findDirection(stored)
      var slope = dot(direction, gradient)
      if slope >= 0 {
        // The memory misled: start it anew along the steepest descent.
        stored = 0
        findDirection(stored)
        slope = dot(direction, gradient)
      }
      guard
        let next = try search(from: value, slope: slope, isFirst: stored == 0, shouldStop)
      else {
        // No step goes down by more than rounding; anew along the gradient, or the end.
        if stored == 0 { return outcome }
        stored = 0
        continue
      }
      remember(&stored)
      swap(&point, &trial)
      swap(&gradient, &trialGradient)
      value = next
      outcome.iterations += 1
    }
  }

  /// The two-loop recursion; the newest of `stored` pairs comes last.
  private mutating func findDirection(_ stored: Int) {
    for index in direction.indices { direction[index] = -gradient[index] }
    guard stored > 0 else {
      for index in direction.indices { direction[index] *= potential.shares[index] }
      return
    }
    for pair in stride(from: stored - 1, through: 0, by: -1) {
      weights[pair] = curvatures[pair] * dot(steps[pair], direction)
      axpy(-weights[pair], changes[pair], into: &direction)
    }
    // An atom with many copies has as much more curvature, so the recursion starts from a matrix with
    // one over their number on its diagonal.
    var square = 0.0
    for (change, share) in zip(changes[stored - 1], potential.shares) {
      square += change * change * share
    }
    let scale = 1 / (curvatures[stored - 1] * square)
    for index in direction.indices { direction[index] *= scale * potential.shares[index] }
    for pair in 0..<stored {
      let weight = curvatures[pair] * dot(changes[pair], direction)
      axpy(weights[pair] - weight, steps[pair], into: &direction)
    }
    potential.project(&direction, at: point)
  }

  /// Backtracks until the potential falls by a share of what the slope promises (Armijo).
  private mutating func search(
    from value: Double, slope: Double, isFirst: Bool, _ shouldStop: () throws -> Void
  ) rethrows -> Double? {
    // Without curvature, a step that turns no atom by more than about a radian.
    var length = isFirst ? min(1, 1 / norm(direction)) : 1
    for _ in 0..<40 {
      for index in trial.indices { trial[index] = point[index] + length * direction[index] }
      potential.normalize(&trial)
      let next = try potential.evaluate(
        at: trial, gradient: &trialGradient, shouldStop: shouldStop)
      // Near the minimum values agree to rounding, and only the gradient can tell progress.
      if next <= value + 1e-4 * length * slope { return next }
      if abs(next - value) <= 1e-14 * value, norm(trialGradient) < norm(gradient) { return next }
      // The minimum of the parabola through both values and the slope.
      let parabola = -slope * length * length / (2 * (next - value - slope * length))
      length = parabola.isFinite ? min(max(parabola, 0.1 * length), 0.5 * length) : 0.1 * length
    }
    return nil
  }

  /// Adds the step from `point` to `trial` to the memory, in the tangent space at `trial`.
  private mutating func remember(_ stored: inout Int) {
    if stored == steps.count {
      // The oldest pair's memory becomes that of the newest.
      for pair in 1..<stored {
        steps.swapAt(pair - 1, pair)
        changes.swapAt(pair - 1, pair)
        curvatures.swapAt(pair - 1, pair)
      }
      stored -= 1
    }
    Self.subtract(point, from: trial, into: &steps[stored])
    Self.subtract(gradient, from: trialGradient, into: &changes[stored])
    potential.project(&steps[stored], at: trial)
    potential.project(&changes[stored], at: trial)
    // Only curvature that is positive keeps the recursion's matrix positive definite.
    let curvature = dot(steps[stored], changes[stored])
    guard curvature > 1e-12 * norm(steps[stored]) * norm(changes[stored]) else { return }
    curvatures[stored] = 1 / curvature
    stored += 1
  }

  private static func subtract(_ x: [Double], from y: [Double], into z: inout [Double]) {
    for index in z.indices { z[index] = y[index] - x[index] }
  }

  /// The Euclidean norm; entries here are far from overflow.
  private func norm(_ vector: [Double]) -> Double { dot(vector, vector).squareRoot() }
}
