internal import Foundation
internal import InducedFrames
public import Networks
internal import OpenBLAS
public import RandomNumbers

/// How sharp the minimum is in which a network lies, or where it starts.
public struct Landscape: Hashable, Sendable {
  /// What is computed, and how precisely.
  public struct Settings: Hashable, Sendable {
    /// The standard deviation of the noise of `averageFlatness`, and the length of that of
    /// `filterFlatness` relative to a filter's.
    public var noise = 0.05
    /// How often noise is drawn.
    public var samples = 32
    /// The length of the step of `sharpness`, and that of `adaptiveSharpness` relative to weights.
    public var radius = 0.05
    /// The random vectors of `trace`.
    public var probes = 32
    /// The most products of the Hessian that `top` takes.
    public var iterations = 80

    /// The usual settings.
    public init() {}
  }

  /// The mean cross-entropy; all other numbers are NaN if it is not finite.
  public let loss: Double
  /// The eigenvalue of the Hessian of largest magnitude.
  public let top: Double
  /// ‖H v − top · v‖ for the unit vector v that it was found with; `top` lies within it of an eigenvalue.
  public let residual: Double
  /// Whether the residual came below 1e-4 of the eigenvalue.
  public let isConverged: Bool
  /// The mean of vᵀ H v over vectors of independent ±1.
  ///
  /// **Source**: Hutchinson, "A stochastic estimator of the trace of the influence matrix", 1989.
  public let trace: Double
  /// The mean loss with normal noise on all parameters.
  ///
  /// **Source**: Chen, Hsieh & Gong, "When vision transformers outperform ResNets without pre-training or
  /// strong data augmentations", ICLR 2022.
  public let averageFlatness: Double
  /// The loss after a step of the given length along the gradient, less the loss.
  ///
  /// **Source**: Foret, Kleiner, Mobahi & Neyshabur, "Sharpness-aware minimization", ICLR 2021.
  public let sharpness: Double
  /// The mean loss with noise on all weights that is, for each output channel, as long as the noise's share
  /// of the channel's own weights.
  ///
  /// Biases stay. It is the same for all networks that differ by what layers of rectifiers hand on to one
  /// another.
  ///
  /// **Source**: Li, Xu, Taylor, Studer & Goldstein, "Visualizing the loss landscape of neural nets",
  /// NeurIPS 2018, section 4.
  public let filterFlatness: Double
  /// The loss after a step ρ T² g/‖T g‖ along the gradient g, T being the diagonal of the parameters'
  /// magnitudes, less the loss.
  ///
  /// It has the same invariance.
  ///
  /// **Source**: Kwon, Kim, Park & Choi, "ASAM: adaptive sharpness-aware minimization for scale-invariant
  /// learning of deep neural networks", ICML 2021, with η = 0.
  public let adaptiveSharpness: Double

  /// Computes all of them.
  ///
  /// - Parameters:
  ///   - surface: the loss.
  ///   - parameters: where.
  ///   - settings: how.
  ///   - key: what random vectors are keyed by.
  ///   - shouldStop: called between passes through the network; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, `LAPACKError` and `OneDNNError`.
  public init(
    _ surface: LossSurface, at parameters: [Double], _ settings: Settings = Settings(),
    key: RandomKey, shouldStop: () throws -> Void = {}
  ) throws {
    let count = parameters.count
    let found = try surface.gradient(at: parameters, shouldStop: shouldStop)
    loss = found.loss
    guard loss.isFinite else {
      (top, residual, trace, averageFlatness, sharpness) = (.nan, .nan, .nan, .nan, .nan)
      (filterFlatness, adaptiveSharpness) = (.nan, .nan)
      isConverged = false
      return
    }
    let norm = nrm2(found.gradient)
    let step = norm > 0 ? settings.radius / norm : 0
    sharpness =
      try surface.loss(
        at: zip(parameters, found.gradient).map { $0 + step * $1 }, shouldStop: shouldStop) - loss
    var sum = 0.0
    for sample in 0..<settings.samples {
      var stream = key.appending("noise").appending(sample).stream
      sum += try surface.loss(
        at: parameters.map { $0 + settings.noise * stream.nextNormal() }, shouldStop: shouldStop)
    }
    averageFlatness = sum / Double(settings.samples)
    let scaled = zip(parameters, found.gradient).map { abs($0) * $1 }
    let scaledNorm = nrm2(scaled)
    let scaledStep = scaledNorm > 0 ? settings.radius / scaledNorm : 0
    adaptiveSharpness =
      try surface.loss(
        at: zip(parameters, scaled).map { $0 + scaledStep * abs($0) * $1 }, shouldStop: shouldStop)
      - loss
    let filters = surface.filters
    sum = 0
    for sample in 0..<settings.samples {
      var stream = key.appending("filter noise").appending(sample).stream
      var moved = parameters
      for filter in filters {
        let noise = stream.nextNormals(filter.count)
        let length = nrm2(noise)
        let share = length > 0 ? settings.noise * nrm2(Array(parameters[filter])) / length : 0
        for (place, number) in zip(filter, noise) { moved[place] += share * number }
      }
      sum += try surface.loss(at: moved, shouldStop: shouldStop)
    }
    filterFlatness = sum / Double(settings.samples)
    sum = 0
    for probe in 0..<settings.probes {
      var stream = key.appending("probe").appending(probe).stream
      let vector = (0..<count).map { _ in stream.next() & 1 == 0 ? 1.0 : -1 }
      sum += dot(
        vector, try surface.product(at: parameters, with: vector, shouldStop: shouldStop))
    }
    trace = sum / Double(settings.probes)
    let lanczos = try Lanczos(
      order: count, tolerance: 1e-4, limit: settings.iterations, ends: .dominant
    ) { vector, image in
      image = try surface.product(at: parameters, with: vector, shouldStop: shouldStop)
    }
    let dominant = lanczos.dominant
    (top, residual) = (dominant.value, dominant.residual)
    isConverged = residual <= 1e-4 * abs(top)
  }
}
