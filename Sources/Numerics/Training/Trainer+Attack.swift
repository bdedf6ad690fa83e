internal import Networks
internal import RandomNumbers

extension Trainer {
  /// The share of test images that are classified wrongly as they are or after an attack, from any of
  /// its random starts.
  ///
  /// Random starts are keyed by seed, draw, image and number, so the radii of an attack share them.
  ///
  /// The gradients that images are moved along go through all sweeps of inference. Step sizes do not
  /// depend on the image, so these gradients are whole.
  ///
  /// **Throws**: `OneDNNError`, `LAPACKError`, and what `shouldStop` throws, which is called before each
  /// batch and each step of the attack.
  public func adversarialError(
    _ attack: Attack, radius: Double, restarts: Int = 1, shouldStop: () throws -> Void = {}
  ) throws -> Double {
    precondition(radius >= 0 && restarts > 0 && !state.hasDiverged, "an attack on nothing")
    try loadParameters(shouldStop: shouldStop)
    var mistakes = 0
    for first in stride(from: 0, to: split.test.count, by: network.images) {
      try shouldStop()
      let batch = split.test[first..<min(first + network.images, split.test.count)]
      let labels = load(batch)
      let origins = images(count: labels.count)
      try network.classify()
      var isMistaken = network.mistakes(labels)
      let key = RandomKey(domain: "framesweep attack", seed: seed).appending(draw)
        .appending(attack.isEuclidean ? 2 : 0)
      for start in 0..<attack.starts(of: restarts) {
        if start > 0 { setImages(origins) }
        // The first start is keyed as the only one of an attack without restarts.
        let keys = batch.map { start == 0 ? key.appending($0) : key.appending($0).appending(start) }
        try perturb(
          labels, attack, radius: Float(radius), starts: keys, shouldStop: shouldStop)
        try network.classify()
        isMistaken = zip(isMistaken, network.mistakes(labels)).map { $0 || $1 }
      }
      mistakes += isMistaken.count { $0 }
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
    let origins = images(count: labels.count)
    var moved = origins
    if attack.isIterated {
      for (place, key) in starts.enumerated() {
        var stream = key.stream
        moved[place] = attack.start(around: origins[place], radius: radius, from: &stream)
      }
      setImages(moved)
    }
    for _ in 0..<attack.steps {
      try shouldStop()
      try network.classify()
      try network.backwardDirections(labels: labels)
      let gradients = labels.indices.map { network.rawImageGradient(at: $0) }
      for place in moved.indices {
        attack.move(
          &moved[place], along: gradients[place], around: origins[place], radius: radius)
      }
      setImages(moved)
    }
  }

  private func images(count: Int) -> [[Float]] {
    (0..<count).map { network.rawImage(at: $0) }
  }

  private func setImages(_ images: [[Float]]) {
    for (place, image) in images.enumerated() {
      network.setRawImage(image.span, at: place)
    }
  }
}
