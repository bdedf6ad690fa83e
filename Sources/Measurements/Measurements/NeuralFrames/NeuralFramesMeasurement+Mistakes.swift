internal import Architectures
internal import NeuralFrames
internal import SweepSpec

extension NeuralFramesMeasurement {
  func mistakes(with images: ImageFacts, in spec: Spec) -> [SpecError] {
    var mistakes: [SpecError] = []
    if images.count < imageCount {
      mistakes.append(spec.missingImages(Self.section, imageCount, of: images))
    }
    let waves = images.shape.size * images.shape.size - 1
    if fourier > waves, waves > 0 {
      mistakes.append(
        spec.mistake(
          inMeasure: "neural_frames.perturbations.fourier",
          "images of \(images.shape.size) × \(images.shape.size) have no \(fourier) waves",
          expected: "at most \(waves)"))
    }
    // All generators are those that the images have; one that is named must be there.
    if augmentation.count < Augmentation.allCases.count, images.shape.channels != 3 {
      for generator in Augmentation.allCases
      where generator.needsColour && augmentation.contains(generator) {
        mistakes.append(
          spec.mistake(
            inMeasure: "neural_frames.perturbations.augmentation.\(generator.name)",
            "\(generator.name) needs three channels, and the images have \(images.shape.channels)",
            expected: "it to be left out"))
      }
    }
    if let generative {
      mistakes += Self.mistakes(in: generative, with: images, spec)
    }
    return mistakes
  }

  private static func mistakes(
    in generative: Generative, with images: ImageFacts, _ spec: Spec
  ) -> [SpecError] {
    switch generative.source {
    case .data:
      let rank = min(images.dimension, images.count - 1)
      if generative.components > rank {
        return [
          spec.mistake(
            inMeasure: "neural_frames.perturbations.generative.components",
            "\(images.count) images of \(images.dimension) values have no "
              + "\(generative.components) components", expected: "at most \(rank)")
        ]
      }
      guard PrincipalComponents.isFeasible(imageCount: images.count, dimension: images.dimension)
      else {
        return [
          spec.mistake(
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
          spec.mistake(
            inMeasure: "neural_frames.perturbations.generative.neighbours",
            "an image has no \(count) neighbours among \(images.count) images",
            expected: "at most \(images.count - 1)")
        ]
      }
    }
    return []
  }

  func remarks(on images: ImageFacts, in spec: Spec) -> [SpecError] {
    guard images.shape.size == 1 else { return [] }
    return families.filter { $0 == .augmentation || $0 == .fourier }.map { family in
      spec.mistake(
        inMeasure: "neural_frames.perturbations.\(family.name)",
        "images of single pixels have no directions of this family: its statistics will be NaN")
    }
  }
}
