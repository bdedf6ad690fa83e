internal import Architectures
public import SweepSpec
internal import Training

/// The images of a sweep as computing needs them: made once for all points and threads of a process.
public struct SweepImages: Sendable {
  /// The images of neural frames; nil where none are needed.
  let samples: ImageSamples?
  /// The images to train on; nil where none are needed.
  let training: TrainingInputs?
  /// The batch that untrained networks are scored with; nil where none is needed.
  let companions: LabelledImages?

  /// No images.
  public init() { (samples, training, companions) = (nil, nil, nil) }

  /// Prepares loaded images.
  ///
  /// **Throws**: `LAPACKError`.
  public init(_ inputs: SweepInputs, of spec: Spec) throws {
    samples = try inputs.images.map { try ImageSamples($0) }
    training =
      if let measure = spec.measure.train, let images = inputs.training?.images {
        TrainingInputs(measure, images, seed: spec.seed)
      } else {
        nil
      }
    companions = inputs.companions?.images
  }
}

/// The images that networks are trained on, with their split; the same for all points of a sweep.
struct TrainingInputs: Sendable {
  let images: LabelledImages
  let split: DataSplit

  /// Splits images; the split follows from the sweep's seed.
  init(_ measure: Measure.Train, _ images: LabelledImages, seed: Int64) {
    self.images = images
    split = DataSplit(
      count: images.count, validation: measure.settings.validation, test: measure.settings.test,
      seed: seed)
  }
}
