internal import Digest
internal import ImageData
internal import SweepSpec
internal import Training

/// Chosen images that ranks without files are given whole.
protocol WholeImages: ChosenImages {
  /// Takes over what is known without the files.
  init(facts: ImageFacts, digests: [Digest256])
  /// Reads what `bytes` wrote on another rank.
  init(bytes: [UInt8])
  /// Chooses images of a data set, those that neural frames are measured at.
  init(_ count: Int, of set: ImageSet, seed: Int64)
}

extension ImageMeasurement where Images: WholeImages {
  func images(facts: ImageFacts, digests: [Digest256], seed: Int64) -> Images {
    Images(facts: facts, digests: digests)
  }

  func images(bytes: [UInt8], seed: Int64) -> Images { Images(bytes: bytes) }
}

extension ImageMeasurement where Images == LabelledInputs, Prepared == LabelledImages {
  func prepare(_ images: LabelledInputs, seed: Int64) -> LabelledImages { images.loaded }
}

/// A measurement at a number of images that the sweep's seed chooses.
protocol CountedImageMeasurement: ImageMeasurement where Images: WholeImages {
  /// Where images come from.
  var source: Measure.DataSource { get set }
  /// The number of images.
  var imageCount: Int { get set }
}

extension CountedImageMeasurement {
  /// Reads an entry if its key is `data` or `images`; whether it is one of them.
  ///
  /// - Parameters:
  ///   - entry: an entry of the measurement's section.
  ///   - path: its key path.
  ///   - counts: how many images there may be.
  mutating func readImages(
    _ entry: YAMLValue.Entry, _ path: String, in counts: ClosedRange<Int>,
    _ reading: inout Reading
  ) -> Bool {
    switch entry.key {
    case "data": if let source = reading.dataSource(entry.value, path) { self.source = source }
    case "images":
      if let count = reading.integer(entry.value, path, in: counts) { imageCount = count }
    default: return false
    }
    return true
  }

  func mistakes(with images: ImageFacts, in spec: Spec) -> [SpecError] {
    imageCount <= images.count
      ? [] : [spec.missingImages(Self.section, imageCount, of: images)]
  }

  var requestedImages: Int? { imageCount }

  func images(of set: ImageSet, seed: Int64) -> Images {
    Images(imageCount, of: set, seed: seed)
  }
}
