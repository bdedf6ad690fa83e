public import Training

extension Measure {
  /// How the networks of a sweep are trained.
  public struct Train: Hashable, Sendable {
    /// Where images come from.
    public var data: DataSource = .digits
    /// How many of them are used, chosen by the seed; nil for all.
    public var imageCount: Int?
    /// How networks are trained on them.
    public var settings = TrainingSettings()
    /// Where the trained weights of each draw are written; nil for nowhere.
    ///
    /// It changes no result, so it is no part of `canonicalText`.
    public var saveWeights: WeightsLocation?

    /// Starts with the digits and the default settings.
    public init() {}

    /// The choice in the one spelling that the plan hash covers.
    public var canonicalText: String {
      var text =
        "{data: \(data.canonicalText(areLabelled: true)), "
        + (imageCount.map { "images: \($0), " } ?? "")
        + "epochs: \(settings.epochs), batch: \(settings.batchSize), "
        + "learning_rate: \(settings.learningRate), momentum: \(settings.momentum), "
        + "weight_decay: \(settings.weightDecay), warmup: \(settings.warmup), "
        + "gradient_clip: \(settings.gradientClip), validation: \(settings.validation), "
        + "test: \(settings.test)"
      if settings.potentialPenalty > 0 {
        text += ", potential_penalty: \(settings.potentialPenalty)"
      }
      let changes = settings.augmentation
      if !changes.isIdentity {
        text +=
          ", augment: {translate: \(changes.translate), rotate: \(changes.rotate), "
          + "scale: \(changes.scale), shear: \(changes.shear), "
          + "brightness: \(changes.brightness), contrast: \(changes.contrast)}"
      }
      if let attack = settings.attack {
        text += ", adversarial: {attack: \(attack.name), radius: \(settings.attackRadius)}"
      }
      return text + "}"
    }
  }
}
