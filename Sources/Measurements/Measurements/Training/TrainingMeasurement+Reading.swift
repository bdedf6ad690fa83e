internal import SweepSpec
internal import Training

extension TrainingMeasurement {
  init?(_ given: GivenSection, _ reading: inout Reading) {
    readOptimizer(given, &reading)
    for entry in given.entries { read(entry, "\(given.keyPath).\(entry.key)", &reading) }
    checkGuidance(given, &reading)
    if settings.validation + settings.test > 0.9 {
      reading.fail(
        given.value.place, given.keyPath,
        "validation and test take \(settings.validation + settings.test) of the images",
        expected: "at most 0.9 together")
    }
  }

  private mutating func read(
    _ entry: YAMLValue.Entry, _ path: String, _ reading: inout Reading
  ) {
    let value = entry.value
    switch entry.key {
    case "data": if let source = reading.dataSource(value, path) { self.source = source }
    case "images":
      if let count = reading.integer(value, path, in: 10...100_000_000) { imageCount = count }
    case "epochs":
      if let count = reading.integer(value, path, in: 1...100_000) { settings.epochs = count }
    case "batch":
      if let count = reading.integer(value, path, in: 1...65_536) { settings.batchSize = count }
    case "learning_rate": reading.number(value, path, in: 0...1e3, into: &settings.learningRate)
    case "weight_decay": reading.number(value, path, in: 0...1, into: &settings.weightDecay)
    case "label_smoothing":
      reading.number(value, path, in: 0...0.99, into: &settings.labelSmoothing)
    case "sam_rho": reading.number(value, path, in: 0...1e3, into: &settings.sharpnessRadius)
    case "potential_penalty":
      reading.number(value, path, in: 0...1e9, into: &settings.potentialPenalty)
    case "guide": guide = reading.guide(value, path)
    case "guidance": reading.number(value, path, in: 0...1e9, into: &settings.guidance)
    case "warmup": reading.number(value, path, in: 0...1e5, into: &settings.warmup)
    case "gradient_clip": reading.number(value, path, in: 0...1e9, into: &settings.gradientClip)
    case "save_weights": savedWeights = reading.savedWeights(value, path)
    case "augment": readAugmentation(value, path, &reading)
    case "adversarial":
      if let adversarial = Self.adversarial(value, path, &reading) {
        settings.attack = adversarial.attack
        settings.attackRadius = adversarial.radius
      }
    case "validation": reading.number(value, path, in: 0.001...0.9, into: &settings.validation)
    case "test": reading.number(value, path, in: 0.001...0.9, into: &settings.test)
    default: break  // The optimiser's.
    }
  }

  /// Gives a guide its usual weight in the loss, and checks that there is something to compare.
  private mutating func checkGuidance(_ given: GivenSection, _ reading: inout Reading) {
    let entries = Dictionary(
      given.entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    if let guidance = entries["guidance"], entries["guide"] == nil {
      reading.fail(
        guidance.place, "\(given.keyPath).guidance", "there is no guide",
        expected: "guide: {onnx: nets/trained.onnx} beside it")
    }
    guard let value = entries["guide"] else { return }
    if entries["guidance"] == nil { settings.guidance = 1 }
    if settings.batchSize < 3 {
      reading.fail(
        value.place, "\(given.keyPath).guide",
        "every layer tells \(settings.batchSize) images apart as every other one does",
        expected: "batch: 3 or more")
    }
  }

  /// The random changes of training images.
  private mutating func readAugmentation(
    _ value: YAMLValue, _ keyPath: String, _ reading: inout Reading
  ) {
    var (changes, cropping) = (FiniteAugmentation(), CropAndFlip())
    let entries =
      reading.entries(
        of: value, keyPath,
        keys: ["translate", "rotate", "scale", "shear", "brightness", "contrast", "crop", "flip"],
        expected: "a mapping of largest amounts (translate: 1, rotate: 10)") ?? []
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      switch entry.key {
      case "translate": reading.number(entry.value, path, in: 0...1e4, into: &changes.translate)
      case "rotate": reading.number(entry.value, path, in: 0...180, into: &changes.rotate)
      case "scale": reading.number(entry.value, path, in: 0...0.9, into: &changes.scale)
      case "shear": reading.number(entry.value, path, in: 0...1, into: &changes.shear)
      case "brightness": reading.number(entry.value, path, in: 0...1, into: &changes.brightness)
      case "contrast": reading.number(entry.value, path, in: 0...1, into: &changes.contrast)
      case "crop":
        if let padding = reading.integer(entry.value, path, in: 0...1_024) {
          cropping.padding = padding
        }
      default: if let flips = reading.truth(entry.value, path) { cropping.flips = flips }
      }
    }
    (settings.augmentation, settings.cropping) = (changes, cropping)
  }

  /// The attack that training images are moved by.
  private static func adversarial(
    _ value: YAMLValue, _ keyPath: String, _ reading: inout Reading
  ) -> (attack: Attack, radius: Double)? {
    let expected = "an attack ({attack: fgsm_linf, radius: 0.1})"
    guard
      let entries = reading.entries(
        of: value, keyPath, keys: ["attack", "radius"], expected: expected)
    else { return nil }
    var (attack, radius): (Attack?, Double?)
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      if entry.key == "attack" {
        attack = reading.name(entry.value, path, among: Attack.allCases.map { ($0.name, $0) })
      } else {
        var number = 0.0
        reading.number(entry.value, path, in: 0...1e3, into: &number)
        radius = number
      }
    }
    guard entries.count == 2 else {
      reading.fail(
        value.place, keyPath, "attack and radius belong together", expected: expected)
      return nil
    }
    guard let attack, let radius else { return nil }
    return (attack, radius)
  }

  var canonicalText: String {
    var text =
      "data: \(source.canonicalText(areLabelled: true)), "
      + (imageCount.map { "images: \($0), " } ?? "")
      + "epochs: \(settings.epochs), batch: \(settings.batchSize), "
      + "learning_rate: \(settings.learningRate), \(optimizerText), "
      + "weight_decay: \(settings.weightDecay), warmup: \(settings.warmup), "
      + "gradient_clip: \(settings.gradientClip), validation: \(settings.validation), "
      + "test: \(settings.test)"
    // What is left out has its default, so that older plans keep their hashes.
    if settings.labelSmoothing > 0 { text += ", label_smoothing: \(settings.labelSmoothing)" }
    if settings.sharpnessRadius > 0 { text += ", sam_rho: \(settings.sharpnessRadius)" }
    if settings.potentialPenalty > 0 {
      text += ", potential_penalty: \(settings.potentialPenalty)"
    }
    // The guide is known by the digest of its file, which is among those of all inputs.
    if guide != nil { text += ", guide: onnx, guidance: \(settings.guidance)" }
    if let augmentationText { text += ", augment: {\(augmentationText)}" }
    if let attack = settings.attack {
      text += ", adversarial: {attack: \(attack.name), radius: \(settings.attackRadius)}"
    }
    return text
  }

  private var augmentationText: String? {
    let (changes, cropping) = (settings.augmentation, settings.cropping)
    var parts: [String] = []
    if !changes.isIdentity {
      parts.append(
        "translate: \(changes.translate), rotate: \(changes.rotate), "
          + "scale: \(changes.scale), shear: \(changes.shear), "
          + "brightness: \(changes.brightness), contrast: \(changes.contrast)")
    }
    if cropping.padding > 0 { parts.append("crop: \(cropping.padding)") }
    if cropping.flips { parts.append("flip: true") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}
