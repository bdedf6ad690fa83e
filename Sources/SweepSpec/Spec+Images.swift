internal import Architectures
internal import NeuralFrames
internal import Training

extension Spec {
  /// A mistake that shows only where files are read, with the place of the key that it is about.
  ///
  /// - Parameters:
  ///   - key: the key under `measure`, such as `neural_frames.data`.
  ///   - problem: what is wrong.
  ///   - expected: what was expected, without the word.
  public func mistake(
    inMeasure key: String, _ problem: String, expected: String = ""
  ) -> SpecError {
    var known = "measure.\(key)"
    let keyPath = known
    // A key that is left to its default is reported where it could stand.
    while places[known] == nil, let dot = known.lastIndex(of: ".") { known = String(known[..<dot]) }
    return SpecError(
      places[known] ?? Place(line: 1, column: 1), keyPath, problem, expected: expected)
  }

  /// What is asked of images that they cannot give.
  func mistakes(with data: DataFacts) -> [SpecError] {
    var mistakes: [SpecError] = []
    if let frames = measure.neuralFrames, let images = data.neuralFrames {
      mistakes += self.mistakes(in: frames, with: images)
    }
    if let train = measure.train, let images = data.train {
      mistakes += self.mistakes(in: train, with: images)
    }
    if let companions = measure.companions, let images = data.companions,
      images.count < companions.imageCount
    {
      mistakes.append(missingImages("companions", companions.imageCount, of: images))
    }
    return mistakes
  }

  private func missingImages(_ key: String, _ count: Int, of images: ImageFacts) -> SpecError {
    mistake(
      inMeasure: "\(key).images",
      "\(count) images are asked for, and the data set has \(images.count)",
      expected: "at most \(images.count)")
  }

  private func mistakes(in train: Measure.Train, with images: ImageFacts) -> [SpecError] {
    let wanted = train.imageCount ?? images.count
    guard wanted <= images.count else { return [missingImages("train", wanted, of: images)] }
    guard train.settings.batchSize > wanted / 10 else { return [] }
    return [
      mistake(
        inMeasure: "train.batch", "a batch of \(train.settings.batchSize) of \(wanted) images",
        expected: "at most \(wanted / 10)")
    ]
  }

  private func mistakes(
    in frames: Measure.NeuralFrames, with images: ImageFacts
  ) -> [SpecError] {
    var mistakes: [SpecError] = []
    if images.count < frames.imageCount {
      mistakes.append(missingImages("neural_frames", frames.imageCount, of: images))
    }
    let waves = images.shape.size * images.shape.size - 1
    if frames.fourier > waves, waves > 0 {
      mistakes.append(
        mistake(
          inMeasure: "neural_frames.perturbations.fourier",
          "images of \(images.shape.size) × \(images.shape.size) have no \(frames.fourier) waves",
          expected: "at most \(waves)"))
    }
    // All generators are those that the images have; one that is named must be there.
    if frames.augmentation.count < Augmentation.allCases.count, images.shape.channels != 3 {
      for generator in Augmentation.allCases
      where generator.needsColour && frames.augmentation.contains(generator) {
        mistakes.append(
          mistake(
            inMeasure: "neural_frames.perturbations.augmentation.\(generator.name)",
            "\(generator.name) needs three channels, and the images have \(images.shape.channels)",
            expected: "it to be left out"))
      }
    }
    if let generative = frames.generative {
      mistakes += self.mistakes(in: generative, with: images)
    }
    return mistakes
  }

  private func mistakes(
    in generative: Measure.NeuralFrames.Generative, with images: ImageFacts
  ) -> [SpecError] {
    switch generative.source {
    case .data:
      let rank = min(images.dimension, images.count - 1)
      if generative.components > rank {
        return [
          mistake(
            inMeasure: "neural_frames.perturbations.generative.components",
            "\(images.count) images of \(images.dimension) values have no "
              + "\(generative.components) components", expected: "at most \(rank)")
        ]
      }
      guard PrincipalComponents.isFeasible(imageCount: images.count, dimension: images.dimension)
      else {
        return [
          mistake(
            inMeasure: "neural_frames.perturbations.generative",
            "the principal components of \(images.count) images of \(images.dimension) values are "
              + "too large to compute",
            expected: "at most \(PrincipalComponents.largestOrder) values or images, or "
              + "from: neighbours")
        ]
      }
    case .neighbours(let count):
      if count >= images.count {
        return [
          mistake(
            inMeasure: "neural_frames.perturbations.generative.neighbours",
            "an image has no \(count) neighbours among \(images.count) images",
            expected: "at most \(images.count - 1)")
        ]
      }
    }
    return []
  }

  /// What is worth saying of images without refusing them.
  func remarks(on data: DataFacts) -> [SpecError] {
    guard let frames = measure.neuralFrames, data.neuralFrames?.shape.size == 1 else { return [] }
    return frames.families.filter { $0 == .augmentation || $0 == .fourier }.map { family in
      mistake(
        inMeasure: "neural_frames.perturbations.\(family.name)",
        "images of single pixels have no directions of this family: its statistics will be NaN")
    }
  }
}
