internal import Architectures
internal import Bytes
internal import Digest
internal import ImageData
internal import RandomNumbers
internal import SweepSpec

/// Images that networks are measured on whatever their classes, the same for all points.
///
/// Only the coordinator reads files; other ranks are given `bytes`.
struct PlainInputs: WholeImages {
  /// The number and the shape of the images of the data set.
  let facts: ImageFacts
  /// The SHA-256 of every file, in a fixed order.
  let digests: [Digest256]
  /// The values of each chosen image, channels × size × size; none before they are loaded.
  private(set) var images: [[Double]] = []
  /// The data set, where it is read, and the places of the chosen images.
  private var source: (set: ImageSet, places: [Int])?

  /// Takes over what is known without the files.
  init(facts: ImageFacts, digests: [Digest256]) {
    self.facts = facts
    self.digests = digests
  }

  /// Chooses images of a data set, those that neural frames are measured at.
  init(_ count: Int, of set: ImageSet, seed: Int64) {
    self.init(facts: ImageFacts(set), digests: set.digests)
    source = (set, ImageInputs.choose(count, of: set.count, seed: seed).map { Int($0) })
  }

  /// Reads the chosen images.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more.
  mutating func load() throws {
    guard let (set, places) = source else {
      preconditionFailure("only who opens the data can load them")
    }
    images = try places.map { try set.values(at: [$0]) }
  }
}

// MARK: - As bytes

extension PlainInputs {
  /// The loaded images as bytes, for ranks that do not read files.
  ///
  /// **Layout**: 64-bit integers (images of the data set, channels, size, bytes of a value, files, chosen
  /// images), the digests of files, then the values as float64; all little-endian.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    let counts = [
      facts.count, facts.shape.channels, facts.shape.size, facts.valueBytes, digests.count,
      images.count,
    ]
    for number in counts { bytes.append(little: UInt64(number)) }
    for digest in digests { bytes += digest.bytes }
    for number in images.joined() { bytes.append(little: number.bitPattern) }
    return bytes
  }

  /// Reads what `bytes` wrote on another rank.
  init(bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    let counts = (0..<6).map { _ in Int(reader.next()) }
    self.init(
      facts: ImageFacts(
        count: counts[0], shape: InputShape(channels: counts[1], size: counts[2]),
        valueBytes: counts[3]),
      digests: (0..<counts[4]).map { _ in reader.nextDigest() })
    images = (0..<counts[5]).map { _ in
      (0..<facts.dimension).map { _ in Double(bitPattern: reader.next()) }
    }
  }
}
