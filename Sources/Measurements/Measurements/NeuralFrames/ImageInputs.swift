internal import Digest
internal import ImageData
internal import NeuralFrames
internal import RandomNumbers
internal import SweepSpec

/// The images of a sweep, the same for all points: what a plan has to know of them, and, once they
/// are loaded, their values and the directions at each.
///
/// Only the coordinator reads files. Other ranks are given `bytes`, so that a data set is read once
/// for a job, and every rank keeps the chosen images only.
struct ImageInputs: ChosenImages {
  /// The number and the shape of the images of the data set.
  let facts: ImageFacts
  /// The SHA-256 of every file, in a fixed order.
  let digests: [Digest256]
  /// The indices of the chosen images in the data set, ascending.
  let indices: [Int32]
  /// What is measured.
  let measure: NeuralFramesMeasurement
  /// The sweep's top-level seed.
  let seed: Int64
  /// The data set, where it is read.
  private let source: ImageSet?
  /// The values of the chosen images, one behind the other; empty before they are loaded.
  var values: [Double] = []
  /// The vectors behind generative directions; empty where none are asked for.
  ///
  /// **Shape**: principal components × dimension, or images × neighbours × dimension.
  var generativeVectors: [Double] = []
  /// Directions that all images share.
  private var shared: [PerturbationFamily: Directions] = [:]

  init(
    facts: ImageFacts, digests: [Digest256], indices: [Int32], measure: NeuralFramesMeasurement,
    seed: Int64, source: ImageSet? = nil
  ) {
    self.facts = facts
    self.digests = digests
    self.indices = indices
    self.measure = measure
    self.seed = seed
    self.source = source
  }

  /// Chooses images of a data set.
  ///
  /// Where the set has too few images none is chosen, and `Plan` says so.
  init(_ measure: NeuralFramesMeasurement, of source: ImageSet, seed: Int64) {
    self.init(
      facts: ImageFacts(source), digests: source.digests,
      indices: Self.choose(measure.imageCount, of: source.count, seed: seed), measure: measure,
      seed: seed, source: source)
  }

  /// Chooses images: the first of a random order of all, so that more images contain fewer.
  static func choose(_ count: Int, of total: Int, seed: Int64) -> [Int32] {
    guard count <= total else { return [] }
    var stream = RandomKey(domain: "framesweep images", seed: seed).stream
    return stream.nextPermutation(total).prefix(count).map { Int32($0) }.sorted()
  }

  /// The number of values of an image.
  var dimension: Int { facts.dimension }

  /// The values of a chosen image by its place among them: channels × size × size, row-major.
  func image(_ place: Int) -> [Double] {
    Array(values[place * dimension..<(place + 1) * dimension])
  }

  /// Reads the chosen images and what directions need of the whole data set.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more, and `LAPACKError`.
  ///
  /// **Complexity**: for principal components two passes over the data set and a decomposition, for
  /// neighbours one pass and O(chosen · images · dimension) operations.
  mutating func load() throws {
    guard let source else { preconditionFailure("only who opens the data can load them") }
    values = try source.values(at: indices.map { Int($0) })
    generativeVectors = []
    if let generative = measure.generative {
      switch generative.source {
      case .data:
        generativeVectors = try PrincipalComponents(
          count: generative.components, imageCount: source.count, dimension: dimension
        ) { try source.values($0) }.vectors
      case .neighbours(let count):
        let lists = try Neighbours.nearest(
          count, to: indices.map { Int($0) }, imageCount: source.count, dimension: dimension
        ) { try source.values($0) }
        generativeVectors = try source.values(at: Array(lists.joined()))
      }
    }
    shareDirections()
  }

  /// Computes the directions that all images have in common.
  mutating func shareDirections() {
    if measure.noise > 0 {
      shared[.noise] = .noise(count: measure.noise, dimension: dimension, seed: seed)
    }
    if measure.fourier > 0 {
      shared[.fourier] = .fourier(count: measure.fourier, shape: facts.shape)
    }
    if measure.generative?.source == .data {
      shared[.generative] = Directions(
        family: .generative, dimension: dimension, normalizing: generativeVectors)
    }
  }

  /// The directions of a family at a chosen image by its place among them.
  ///
  /// **Throws**: `LAPACKError`.
  func directions(_ family: PerturbationFamily, at place: Int) throws -> Directions {
    if let directions = shared[family] { return directions }
    if family == .generative, let generative = measure.generative {
      let length = generativeVectors.count / indices.count
      return try .generative(
        count: generative.components, of: image(place),
        neighbours: Array(generativeVectors[place * length..<(place + 1) * length]))
    }
    return .augmentation(measure.augmentation, of: image(place), shape: facts.shape)
  }
}
