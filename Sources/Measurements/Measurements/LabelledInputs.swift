internal import Architectures
internal import Bytes
internal import Digest
internal import ImageData
internal import SweepSpec
internal import Training

/// Images with classes that networks are trained on, or scored with, the same for all points.
///
/// Only the coordinator reads files; other ranks are given `bytes`.
struct LabelledInputs: WholeImages {
  /// The number and the shape of the images of the data set.
  let facts: ImageFacts
  /// The SHA-256 of every file, in a fixed order.
  let digests: [Digest256]
  /// The chosen images; nil before they are loaded.
  private(set) var images: LabelledImages?
  /// The data set, where it is read, and the places of the chosen images.
  private var source: (set: ImageSet, places: [Int])?

  /// Takes over what is known without the files.
  init(facts: ImageFacts, digests: [Digest256]) {
    self.facts = facts
    self.digests = digests
  }

  /// Takes images of a data set by their places.
  init(of set: ImageSet, places: [Int]) {
    self.init(facts: ImageFacts(set), digests: set.digests)
    source = (set, places)
  }

  /// Chooses images of a data set, those that neural frames are measured at.
  init(_ count: Int, of set: ImageSet, seed: Int64) {
    self.init(
      of: set, places: ImageInputs.choose(count, of: set.count, seed: seed).map { Int($0) })
  }

  /// The images, which must have been loaded.
  var loaded: LabelledImages {
    guard let images else { preconditionFailure("images are loaded before they are used") }
    return images
  }

  /// Reads the chosen images.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more.
  mutating func load() throws {
    guard let (set, places) = source, let labels = set.labels else {
      preconditionFailure("only who opens the data with their classes can load them")
    }
    let values: LabelledImages.Values =
      if let largest = set.largestByte { .bytes(try set.bytes(at: places), largest: largest) } else
      {
        .numbers(try set.values(at: places))
      }
    images = LabelledImages(
      shape: set.shape, values: values, labels: places.map { labels[$0] },
      classes: (labels.max() ?? 0) + 1)
  }
}

// MARK: - As bytes

extension LabelledInputs {
  /// The loaded images as bytes, for ranks that do not read files.
  ///
  /// **Layout**: eight 64-bit integers (images of the data set, channels, size, bytes of a value,
  /// files, chosen images, classes, the byte that stands for 1 or zero), the digests of files, the
  /// classes of the chosen images as 64-bit integers, then the values as bytes or as float64; all
  /// little-endian.
  var bytes: [UInt8] {
    guard let images else { preconditionFailure("images that are not loaded cannot be shared") }
    var largestByte = 0
    if case .bytes(_, let largest) = images.values { largestByte = Int(largest) }
    let counts = [
      facts.count, facts.shape.channels, facts.shape.size, facts.valueBytes, digests.count,
      images.count, images.classes, largestByte,
    ]
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      64 + 32 * digests.count + images.count * (8 + facts.valueBytes * images.dimension))
    for number in counts { bytes.append(little: UInt64(number)) }
    for digest in digests { bytes += digest.bytes }
    for label in images.labels { bytes.append(little: UInt64(label)) }
    switch images.values {
    case .bytes(let values, _): bytes += values
    case .numbers(let numbers):
      for number in numbers { bytes.append(little: number.bitPattern) }
    }
    return bytes
  }

  /// Reads what `bytes` wrote on another rank.
  init(bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    let counts = (0..<8).map { _ in Int(reader.next()) }
    let shape = InputShape(channels: counts[1], size: counts[2])
    self.init(
      facts: ImageFacts(count: counts[0], shape: shape, valueBytes: counts[3]),
      digests: (0..<counts[4]).map { _ in reader.nextDigest() })
    let labels = (0..<counts[5]).map { _ in Int(reader.next()) }
    let length = counts[5] * facts.dimension
    let values: LabelledImages.Values =
      counts[7] > 0
      ? .bytes(reader.next(length), largest: UInt8(counts[7]))
      : .numbers((0..<length).map { _ in Double(bitPattern: reader.next()) })
    images = LabelledImages(shape: shape, values: values, labels: labels, classes: counts[6])
  }
}
