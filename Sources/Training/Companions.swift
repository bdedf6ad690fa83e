public import Architectures
internal import Foundation
internal import Networks
internal import OpenBLAS
internal import RandomNumbers

/// Cheap scores of an untrained network that others rank architectures by.
///
/// All are computed in double precision, at the parameters that a training of the same seed and draw
/// starts from, and describe the network without normalisation layers. A score whose numbers leave
/// the range of double precision is infinite or NaN. With several sweeps of inference what is
/// evaluated is the recurrent network, its step sizes held fixed in gradients.
public struct Companions: Hashable, Sendable {
  /// The natural logarithm of Σ θ ∂R/∂θ over the weights, where R is the sum of the pooled features
  /// of an image of ones in the network with weights |θ| and no biases.
  ///
  /// Needs no data. NaN for several sweeps of inference: they subtract, so no flow is conserved.
  ///
  /// **Source**: Tanaka et al., "Pruning neural networks without any data by iteratively conserving
  /// synaptic flow", NeurIPS 2020, equation 1 and section 5; as a score of architectures, Abdelfattah
  /// et al., "Zero-cost proxies for lightweight NAS", ICLR 2021.
  public var synflowLog = Double.nan
  /// The sum over layers and projections of ln σ_max of the weight as a matrix of its atoms, rows ×
  /// (columns · kernel²).
  ///
  /// Needs no data.
  ///
  /// **Source**: the factor of the bounds of Bartlett, Foster & Telgarsky, "Spectrally-normalized
  /// margin bounds for neural networks", NeurIPS 2017; for convolutions it takes the weight's matrix,
  /// not the operator's.
  public var spectralNormLog = Double.nan
  /// ln of the mean over pairs of ‖h(x + 0.01 ε) − h(x)‖, x and ε standard normal images and h the
  /// representations that a classifier reads.
  ///
  /// Needs no data.
  ///
  /// **Source**: Lin et al., "Zen-NAS", ICCV 2021, algorithm 1; the terms of batch normalisation are
  /// absent, as the layers are, which leaves their Φ-score.
  public var zenScore = Double.nan
  /// The Euclidean norm of the gradient of the batch's mean cross-entropy, all parameters included.
  ///
  /// **Source**: Abdelfattah et al., 2021, section 3.1.
  public var gradientNorm = Double.nan
  /// Σ |θ ∂L/∂θ| over the weights, L being the batch's mean cross-entropy.
  ///
  /// **Source**: Lee, Ajanthan & Torr, "SNIP", ICLR 2019, equation 6, summed as by Abdelfattah et al.
  public var snip = Double.nan
  /// ln |det K|, where K_ij counts the units that are open for both or closed for both of the images
  /// i and j; −∞ where two images share all their units.
  ///
  /// **Source**: Mellor et al., "Neural architecture search without training", ICML 2021, equation 2.
  public var naswot = Double.nan
  /// The largest over the smallest eigenvalue of the empirical neural tangent kernel of the first 16
  /// images of the batch, of the sum of the class scores.
  ///
  /// **Source**: Chen, Gong & Wang, "Neural architecture search on ImageNet in four GPU hours", ICLR
  /// 2021, section 3.1.1.
  public var ntkCondition = Double.nan

  /// The images that the kernel of `ntkCondition` is computed for, at most.
  static let kernelImages = 16
  /// The pairs of random images that `zenScore` is a mean over.
  static let zenPairs = 16

  /// Computes all scores.
  ///
  /// - Parameters:
  ///   - architecture: the network, whose input must fit the images.
  ///   - images: the images.
  ///   - batch: the indices of those that are used, at least two.
  ///   - seed: the seed of the initialisation.
  ///   - draw: its draw.
  ///   - sweeps: the sweeps of inference, at least 1.
  ///   - shouldStop: called between passes through the network; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, `LAPACKError` and `OneDNNError`.
  public init(
    _ architecture: Architecture, images: LabelledImages, batch: [Int], seed: Int64, draw: Int,
    sweeps: Int = 1, shouldStop: () throws -> Void = {}
  ) throws {
    precondition(images.fit(architecture.input), "images of another shape than the network's input")
    precondition(batch.count >= 2, "scores of a batch need two images")
    let layout = ParameterLayout(architecture, classes: images.classes)
    let start = layout.initialParameters(of: architecture, seed: seed, draw: draw)
    let parameters = start.map { Double($0) }
    let scorer = try CompanionScorer(
      architecture, layout, parameters, sweeps: sweeps, shouldStop: shouldStop)
    try shouldStop()
    if sweeps == 1 { synflowLog = try scorer.synflowLog() }
    spectralNormLog = try scorer.spectralNormLog(shouldStop: shouldStop)
    var stream = RandomKey(domain: "framesweep zen score", seed: seed)
      .appending(architecture.canonicalBytes).appending(draw).stream
    zenScore = try scorer.zenScore(pairs: Self.zenPairs, from: &stream, shouldStop: shouldStop)
    let values = batch.map { images.image($0) }
    let labels = batch.map { images.labels[$0] }
    (gradientNorm, snip, naswot) = try scorer.batchScores(
      values, labels, classes: images.classes, shouldStop: shouldStop)
    ntkCondition = try scorer.ntkCondition(
      Array(values.prefix(Self.kernelImages)), classes: images.classes, shouldStop: shouldStop)
  }
}
