public import Architectures
internal import Foundation
public import Networks
internal import OpenBLAS
internal import RandomNumbers

/// Cheap scores of an untrained network that others rank architectures by.
///
/// Each is what its authors' code computes of a network without normalisation layers; docs/training.md
/// lists what is left to differ. All are in double precision and, but for the Zen-score, at the
/// parameters that a training of the same seed and draw starts from. A score
/// whose numbers leave the range of double precision is infinite or NaN. With several sweeps of
/// inference what is evaluated is the recurrent network, its step sizes held fixed in gradients.
public struct Companions: Hashable, Sendable {
  /// The natural logarithm of Σ θ ∂R/∂θ over the weights, where R is the sum of the class scores of an
  /// image of ones in the network with weights |θ|.
  ///
  /// Needs no data. NaN for several sweeps of inference: they subtract, so no flow is conserved.
  ///
  /// **Source**: Tanaka et al., "Pruning neural networks without any data by iteratively conserving
  /// synaptic flow", NeurIPS 2020, equation 1 and section 5; as a score of architectures, Abdelfattah
  /// et al., "Zero-cost proxies for lightweight NAS", ICLR 2021, with its code.
  public var synflowLog = Double.nan
  /// The sum over layers, projections and the classifier of ln σ_max of the weight as a matrix of its
  /// atoms, rows × (columns · kernel²).
  ///
  /// Needs no data.
  ///
  /// **Source**: Jiang et al., "Fantastic generalization measures and where to find them", ICLR 2020,
  /// and the code of Dziugaite et al., "In search of robust measures of generalization", NeurIPS 2020.
  public var spectralNormLog = Double.nan
  /// ln of the spectral complexity Π ‖A‖ · (Σ (‖Aᵀ‖₂,₁ / ‖A‖)^⅔)^(3/2) of the same matrices A.
  ///
  /// ‖A‖ is the largest singular value and ‖Aᵀ‖₂,₁ the sum of the rows' Euclidean norms. Needs no data.
  ///
  /// **Source**: Bartlett, Foster & Telgarsky, "Spectrally-normalized margin bounds for neural
  /// networks", NeurIPS 2017, equation 1.2, with reference matrices of zero. For convolutions it takes
  /// the weight's matrix, not the operator's.
  public var spectralComplexityLog = Double.nan
  /// The mean over 32 draws of standard normal weights of ln of the mean over 16 pairs of
  /// Σ |h(x + 0.01 ε) − h(x)|, x and ε standard normal images and h the representations that a
  /// classifier reads, all their pixels.
  ///
  /// Needs no data. −∞ if in one draw no pair of images changes the representations.
  ///
  /// **Source**: Lin et al., "Zen-NAS", ICCV 2021, algorithm 1, and its code; the terms of batch
  /// normalisation are absent, as the layers are.
  public var zenScore = Double.nan
  /// The sum over layers, projections and the classifier of the Euclidean norm of the gradient of the
  /// batch's mean cross-entropy with respect to the weight.
  ///
  /// **Source**: Abdelfattah et al. 2021, section 3.1, and its code.
  public var gradientNorm = Double.nan
  /// Σ |θ ∂L/∂θ| over the weights, L being the batch's mean cross-entropy.
  ///
  /// **Source**: Lee, Ajanthan & Torr, "SNIP", ICLR 2019, equation 6, summed as by Abdelfattah et al.
  public var snip = Double.nan
  /// ln |det K|, where K_ij counts the units that are open for both or closed for both of the images
  /// i and j; −∞ if two images share all their units.
  ///
  /// **Source**: Mellor et al., "Neural architecture search without training", ICML 2021, equation 2.
  public var naswot = Double.nan
  /// The largest over the smallest eigenvalue of the empirical neural tangent kernel of the first 16
  /// images of the batch: of the sum of the class scores, with respect to all weights; ∞ if the
  /// smallest is 0 to rounding.
  ///
  /// **Source**: Chen, Gong & Wang, "Neural architecture search on ImageNet in four GPU hours", ICLR
  /// 2021, section 3.1.1, and its code.
  public var ntkCondition = Double.nan

  /// The images that the kernel of `ntkCondition` is computed for, at most.
  public static let kernelImages = 16
  /// The draws of standard normal weights that `zenScore` is a mean over.
  public static let zenDraws = 32
  /// The pairs of random images for each of these draws.
  public static let zenPairs = 16

  /// Computes all scores.
  ///
  /// - Parameters:
  ///   - network: the network, built with the classes of the images, whose shape its input has.
  ///   - images: the images.
  ///   - batch: the indices of those that are used, at least two.
  ///   - random: how the weights are drawn.
  ///   - seed: the seed of the initialisation.
  ///   - draw: its draw.
  ///   - sweeps: the sweeps of inference, at least 1.
  ///   - usesBatchStatistics: whether batch normalisation uses the statistics of the batch in gradients and
  ///     states, and whether synaptic flow is computed without it instead of not at all.
  ///   - shouldStop: called between passes through the network; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, `LAPACKError` and `OneDNNError`.
  public init(
    _ network: BuiltNetwork, images: LabelledImages, batch: [Int], random: RandomWeights = .he,
    seed: Int64, draw: Int, sweeps: Int = 1, usesBatchStatistics: Bool = false,
    shouldStop: () throws -> Void = {}
  ) throws {
    precondition(
      images.fit(network.inputShape), "images of another shape than the network's input")
    precondition(batch.count >= 2, "scores of a batch need two images")
    let parameters = network.initialVector(random, seed: seed, draw: draw).map { Double($0) }
    let scorer = try CompanionScorer(
      network, parameters, sweeps: sweeps, usesBatchStatistics: usesBatchStatistics,
      shouldStop: shouldStop)
    try shouldStop()
    let hasFlow = network.isPlain || usesBatchStatistics && network.isProportional
    if sweeps == 1, hasFlow { synflowLog = try scorer.synflowLog() }
    (spectralNormLog, spectralComplexityLog) = try scorer.spectralLogs(shouldStop: shouldStop)
    if network.isPlain {
      var stream = RandomKey(domain: "framesweep zen score", seed: seed)
        .appending(network.identity).appending(draw).stream
      zenScore = try scorer.zenScore(
        draws: Self.zenDraws, pairs: Self.zenPairs, from: &stream, shouldStop: shouldStop)
    }
    let values = batch.map { images.image($0) }
    let labels = batch.map { images.labels[$0] }
    (gradientNorm, snip, naswot) = try scorer.batchScores(
      values, labels, classes: images.classes, shouldStop: shouldStop)
    ntkCondition = try scorer.ntkCondition(
      Array(values.prefix(Self.kernelImages)), classes: images.classes, shouldStop: shouldStop)
  }
}
