internal import Networks
internal import RandomNumbers

extension Trainer {
  /// The share of test images that are classified wrongly as they are or after an attack.
  ///
  /// Random starts are keyed by seed, draw and image, so the radii of an attack share them.
  ///
  /// The gradients that images are moved along go through all sweeps of inference. Step sizes do not
  /// depend on the image, so these gradients are whole.
  ///
  /// **Throws**: `OneDNNError`, `LAPACKError`, and what `shouldStop` throws, which is called before each
  /// batch and each step of the attack.
  public func adversarialError(
    _ attack: Attack, radius: Double, shouldStop: () throws -> Void = {}
  ) throws -> Double {
    precondition(radius >= 0 && !state.hasDiverged, "an attack on nothing")
    try loadParameters(shouldStop: shouldStop)
    var mistakes = 0
    for first in stride(from: 0, to: split.test.count, by: network.network.images) {
      try shouldStop()
      let batch = split.test[first..<min(first + network.network.images, split.test.count)]
      let labels = load(batch)
      try network.classify()
      let before = network.mistakes(labels)
      let key = RandomKey(domain: "framesweep attack", seed: seed).appending(draw)
        .appending(attack.isEuclidean ? 2 : 0)
      let starts = batch.map { key.appending($0) }
      try perturb(
        labels, attack, radius: Float(radius), starts: starts, shouldStop: shouldStop)
      try network.classify()
      mistakes += zip(before, network.mistakes(labels)).count { $0 || $1 }
    }
    return Double(mistakes) / Double(split.test.count)
  }

  /// Moves the images of the network's input, all at once.
  ///
  /// - Parameters:
  ///   - labels: their classes.
  ///   - attack: how they are moved.
  ///   - radius: how far.
  ///   - starts: what random starts are keyed by, for each image.
  ///   - shouldStop: called before each step; may throw to end.
  func perturb(
    _ labels: [Int], _ attack: Attack, radius: Float, starts: [RandomKey],
    shouldStop: () throws -> Void
  ) throws {
    let input = network.network.input
    let origins = images(in: input, count: labels.count)
    var moved = origins
    if attack.isIterated {
      for (place, key) in starts.enumerated() {
        var stream = key.stream
        moved[place] = attack.start(around: origins[place], radius: radius, from: &stream)
      }
      put(moved, into: input)
    }
    for _ in 0..<attack.steps {
      try shouldStop()
      try network.classify()
      try unsafe network.backward(labels: labels, into: nil, wantsInput: true)
      let gradients = images(in: network.network.inputGradient, count: labels.count)
      for place in moved.indices {
        attack.move(
          &moved[place], along: gradients[place], around: origins[place], radius: radius)
      }
      put(moved, into: input)
    }
  }

  private func images(in batch: ImageBatch<Float>, count: Int) -> [[Float]] {
    let length = batch.dimension
    return unsafe batch.withValues { values in
      (0..<count).map { place in
        unsafe Array(values[place * length..<(place + 1) * length])
      }
    }
  }

  private func put(_ images: [[Float]], into batch: ImageBatch<Float>) {
    let length = batch.dimension
    unsafe batch.withValues { values in
      for (place, image) in images.enumerated() {
        for index in 0..<length { unsafe values[place * length + index] = image[index] }
      }
    }
  }
}
