public import Architectures
public import Digest
internal import Foundation
internal import HDF5

/// A data set of square images with values in [0, 1], read in parts.
///
/// What is in a file stays there until it is asked for: the memory of a set is that of the parts,
/// apart from files that are compressed.
public struct ImageSet: Sendable {
  /// Where values are.
  enum Storage: Sendable {
    /// Bytes in a file that is mapped into memory, or in memory.
    case bytes(PixelBytes)
    /// Floating-point numbers, or bytes, in an HDF5 file.
    case hdf5(HDF5Images)
    /// Pictures, each in a file of its own.
    case pictures(PictureFiles)
  }

  /// The number of images.
  public let count: Int
  /// The shape of each of them.
  public let shape: InputShape
  /// The SHA-256 of every file that was read, in a fixed order; one for a whole folder of pictures, their
  /// names and classes; none for images that the program brings.
  public let digests: [Digest256]
  /// The class of every image, from 0; nil where the data have none, or none that was asked for.
  public let labels: [Int]?
  let storage: Storage

  init(
    count: Int, shape: InputShape, digests: [Digest256], labels: [Int]? = nil, storage: Storage
  ) {
    self.count = count
    self.shape = shape
    self.digests = digests
    self.labels = labels
    self.storage = storage
  }

  /// The number of values of an image.
  public var dimension: Int { shape.channels * shape.size * shape.size }

  /// The values of some images.
  ///
  /// **Shape**: images × channels × size × size, row-major.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more.
  public func values(_ images: Range<Int>) throws(InputFileError) -> [Double] {
    precondition(
      images.lowerBound >= 0 && images.upperBound <= count,
      "images \(images) of a set of \(count)")
    switch storage {
    case .bytes(let pixels):
      return pixels.bytes(images, dimension: dimension).map { Double($0) / Double(pixels.largest) }
    case .hdf5(let file): return try file.values(images)
    case .pictures(let files): return try files.bytes(images).map { Double($0) / 255 }
    }
  }

  /// The byte that stands for 1 where values are bytes; nil where they are floating-point numbers.
  public var largestByte: UInt8? {
    switch storage {
    case .bytes(let pixels): pixels.largest
    case .hdf5(let file): file.type == .uint8 ? 255 : nil
    case .pictures: 255
    }
  }

  /// The bytes of some images of a set whose values are bytes.
  ///
  /// **Shape**: images × channels × size × size, row-major.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more.
  public func bytes(_ images: Range<Int>) throws(InputFileError) -> [UInt8] {
    precondition(largestByte != nil, "bytes of images that are floating-point numbers")
    switch storage {
    case .bytes(let pixels): return pixels.bytes(images, dimension: dimension)
    case .hdf5(let file): return try file.bytes(images)
    case .pictures(let files): return try files.bytes(images)
    }
  }
}

/// Images whose values are bytes, each image in one piece of one file.
struct PixelBytes: Sendable {
  /// The bytes of each file, and how many images they hold.
  let files: [(data: Data, count: Int)]
  /// Where the first image's first value is.
  let offset: Int
  /// The number of bytes from one image to the next.
  let stride: Int
  /// The byte that stands for 1.
  let largest: UInt8

  /// The bytes of some images.
  func bytes(_ images: Range<Int>, dimension: Int) -> [UInt8] {
    var values: [UInt8] = []
    values.reserveCapacity(images.count * dimension)
    var first = 0
    for (data, count) in files {
      let part = images.clamped(to: first..<first + count)
      unsafe data.withUnsafeBytes { bytes in
        for image in part {
          let start = offset + (image - first) * stride
          unsafe values.append(contentsOf: bytes[start..<start + dimension])
        }
      }
      first += count
    }
    return values
  }
}
