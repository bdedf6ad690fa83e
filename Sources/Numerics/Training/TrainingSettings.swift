internal import Foundation

/// How networks are trained.
public struct TrainingSettings: Hashable, Sendable {
  /// The number of passes through the training images, at least 1.
  public var epochs = 30
  /// The number of images of a step.
  public var batchSize = 32
  /// The largest step size, reached after the warm-up.
  public var learningRate = 0.05
  /// How parameters move along gradients.
  public var optimizer = Optimizer.sgd(momentum: 0.9)
  /// The decay of weights, not of other parameters.
  public var weightDecay = 5e-4
  /// The share of each label that is spread over all classes, in 0 ..< 1.
  ///
  /// **Source**: Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR 2016,
  /// in torch's form. Losses that are reported are those of the labels themselves.
  public var labelSmoothing = 0.0
  /// How far sharpness-aware minimisation goes up the gradient before it computes the one that is
  /// followed; 0 goes nowhere.
  ///
  /// **Source**: Foret et al., "Sharpness-aware minimization for efficiently improving generalization",
  /// ICLR 2021.
  public var sharpnessRadius = 0.0
  /// What (‖G‖² − K)/K, the frame potential of the weights, is multiplied by in the loss; 0 leaves it
  /// out.
  public var potentialPenalty = 0.0
  /// What the sum of 1 − CKA over the layers of a guide is multiplied by in the loss; 0 leaves it out.
  public var guidance = 0.0
  /// The epochs during which the step size grows linearly from 0.
  public var warmup = 1.0
  /// The largest norm of a step's gradient; longer ones are shortened to it, and 0 leaves all as they
  /// are.
  public var gradientClip = 1.0
  /// The share of images for validation.
  public var validation = 0.1
  /// The share of images for the test.
  public var test = 0.2

  /// Random changes of the training images.
  public var augmentation = FiniteAugmentation()
  /// Random places and sides of the training images, before these changes.
  public var cropping = CropAndFlip()
  /// The attack that training images are moved by before each step; nil for none.
  public var attack: Attack?
  /// How far they are moved.
  public var attackRadius = 0.0

  /// Starts with the defaults.
  public init() {}

  /// The step size of a step, counted from 0, of so many: a linear warm-up, then half a cosine to 0.
  ///
  /// **Source**: Loshchilov & Hutter, "SGDR", ICLR 2017, equation 5, without restarts.
  func learningRate(step: Int, of count: Int, stepsPerEpoch: Int) -> Double {
    let warmupSteps = min(warmup * Double(stepsPerEpoch), Double(count))
    let place = Double(step)
    if place + 1 < warmupSteps { return learningRate * (place + 1) / warmupSteps }
    let progress = max(0, place - warmupSteps) / max(1, Double(count) - warmupSteps)
    return learningRate * 0.5 * (1 + cos(Double.pi * min(1, progress)))
  }
}
