internal import Training

extension Reading {
  /// How networks are trained.
  mutating func train(_ value: YAMLValue, _ keyPath: String) -> Measure.Train? {
    let expected = "a mapping (data: digits, epochs: 30)"
    guard let entries = entries(of: value, keyPath, in: .train, expected: expected) else {
      return nil
    }
    places[keyPath] = value.place
    var train = Measure.Train()
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      places[path] = entry.value.place
      read(entry, path, into: &train)
    }
    let settings = train.settings
    if settings.validation + settings.test > 0.9 {
      fail(
        value.place, keyPath,
        "validation and test take \(settings.validation + settings.test) of the images",
        expected: "at most 0.9 together")
    }
    return train
  }

  private mutating func read(
    _ entry: YAMLValue.Entry, _ path: String, into train: inout Measure.Train
  ) {
    let value = entry.value
    switch entry.key {
    case "data": if let data = dataSource(value, path) { train.data = data }
    case "images":
      if let count = integer(value, path, in: 10...100_000_000) { train.imageCount = count }
    case "epochs":
      if let count = integer(value, path, in: 1...100_000) { train.settings.epochs = count }
    case "batch":
      if let count = integer(value, path, in: 1...65_536) { train.settings.batchSize = count }
    case "learning_rate": number(value, path, in: 0...1e3, into: &train.settings.learningRate)
    case "momentum": number(value, path, in: 0...0.9999, into: &train.settings.momentum)
    case "weight_decay": number(value, path, in: 0...1, into: &train.settings.weightDecay)
    case "potential_penalty":
      number(value, path, in: 0...1e9, into: &train.settings.potentialPenalty)
    case "warmup": number(value, path, in: 0...1e5, into: &train.settings.warmup)
    case "gradient_clip": number(value, path, in: 0...1e9, into: &train.settings.gradientClip)
    case "save_weights": train.saveWeights = saveWeights(value, path)
    case "augment": train.settings.augmentation = augment(value, path)
    case "adversarial":
      if let adversarial = adversarial(value, path) {
        train.settings.attack = adversarial.attack
        train.settings.attackRadius = adversarial.radius
      }
    case "validation": number(value, path, in: 0.001...0.9, into: &train.settings.validation)
    default: number(value, path, in: 0.001...0.9, into: &train.settings.test)
    }
  }

  /// A number in a range, in place of what was there.
  mutating func number(
    _ value: YAMLValue, _ path: String, in range: ClosedRange<Double>, into result: inout Double
  ) {
    let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
    guard let number = real(value, path, expected: expected) else { return }
    guard range.contains(number) else {
      fail(value.place, path, "\(number) is out of range", expected: expected)
      return
    }
    result = number
  }
}
