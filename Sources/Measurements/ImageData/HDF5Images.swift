internal import Architectures
internal import HDF5

extension ImageSet {
  /// Opens a dataset of an HDF5 file: (images, channels, size, size), floating point in [0, 1], or
  /// unsigned bytes, of which 255 stands for 1.
  ///
  /// Images that are not square, and what has another number of axes behind the first (vectors, signals,
  /// tokens), are vectors: a set of size 1. All values are looked at, in parts: what is not finite is an
  /// error, and so is an image's that is not in [0, 1].
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - dataset: the dataset's name, which may lead through groups.
  ///   - name: what messages call the file.
  ///
  /// **Throws**: `InputFileError`.
  public static func hdf5(
    _ path: String, dataset: String, name: String
  ) throws(InputFileError) -> ImageSet {
    let expected = "an HDF5 file with images (n, channels, height, width)"
    let bytes = try FileBytes.contents(of: path, name: name, expected: expected)
    guard File.isHDF5(path) else {
      throw InputFileError(path: name, problem: "it is not an HDF5 file", expected: expected)
    }
    let file = HDF5Numbers(path: path, dataset: dataset, name: name)
    let facts = try file.facts()
    let (typeName, extents) = (facts.typeName, facts.extents)
    // The library widens half precision, which NumPy calls float16, as it is read.
    let known: ElementType? = typeName == "float16" ? .float32 : facts.type
    guard let type = known, [.uint8, .float32, .float64].contains(type) else {
      throw InputFileError(
        path: name,
        problem: "/\(dataset) holds \(typeName)",
        expected: "float16, float32 or float64 in [0, 1], or uint8")
    }
    guard extents.count >= 2, extents.allSatisfy({ $0 >= 1 }) else {
      throw InputFileError(
        path: name,
        problem: "/\(dataset) has the shape (\(extents.map(String.init).joined(separator: ", ")))",
        expected: "(n, channels, height, width), or n vectors, signals or tokens, with n at least 1"
      )
    }
    let sources = try file.sourceContents(of: facts.sources)
    let byteCount = sources.reduce(bytes.count) { $0 + $1.count }
    guard canHold(extents, of: type, fileBytes: byteCount) else {
      throw InputFileError(
        path: name,
        problem: "/\(dataset) has the shape (\(extents.map(String.init).joined(separator: ", "))), "
          + "for which a file of \(byteCount) bytes is too small", expected: "a whole file")
    }
    let images = HDF5Images(file: file, type: type, sources: Set(facts.sources.paths))
    let areImages = extents.count == 4
    let isSquare = areImages && extents[2] == extents[3]
    let set = ImageSet(
      count: extents[0],
      shape: isSquare
        ? InputShape(channels: extents[1], size: extents[2])
        : InputShape(channels: extents[1...].reduce(1, *), size: 1),
      digests: ([bytes] + sources).map(FileBytes.digest), storage: .hdf5(images))
    if type != .uint8 {
      try images.checkRange(count: set.count, dimension: set.dimension, areImages: areImages)
    }
    return set
  }

  /// Whether a file can hold so many values: deflate makes nothing smaller than a 1,032nd.
  ///
  /// Damage can make a shape so large that there is no memory for its indices.
  private static func canHold(_ extents: [Int], of type: ElementType, fileBytes: Int) -> Bool {
    guard let byteCount = checkedProduct([type.byteCount] + extents) else { return false }
    return byteCount <= 1_032 * fileBytes
  }
}

/// A dataset of images in an HDF5 file.
struct HDF5Images: Sendable {
  let file: HDF5Numbers
  /// The type of the values: unsigned bytes or floating point.
  let type: ElementType
  /// The other files that the values are read from.
  let sources: Set<String>

  /// The values of some images.
  func values(_ images: Range<Int>) throws(InputFileError) -> [Double] {
    scaled(try file.rows(images, as: Double.self))
  }

  /// The values of images in any order.
  func values(at places: [Int]) throws(InputFileError) -> [Double] {
    scaled(try file.rows(at: places, as: Double.self))
  }

  private func scaled(_ stored: [Double]) -> [Double] {
    type == .uint8 ? stored.map { $0 / 255 } : stored
  }

  /// The bytes of some images whose values are bytes.
  func bytes(_ images: Range<Int>) throws(InputFileError) -> [UInt8] {
    try file.rows(images, as: UInt8.self)
  }

  /// The bytes of images in any order whose values are bytes.
  func bytes(at places: [Int]) throws(InputFileError) -> [UInt8] {
    try file.rows(at: places, as: UInt8.self)
  }

  /// Looks for values that are not finite, or, in images, not in [0, 1].
  func checkRange(count: Int, dimension: Int, areImages: Bool) throws(InputFileError) {
    let range = areImages ? 0...1 : -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    let blockSize = max((1 << 20) / dimension, 1)
    for first in stride(from: 0, to: count, by: blockSize) {
      let values = try values(first..<min(first + blockSize, count))
      guard let place = values.firstIndex(where: { !range.contains($0) }) else { continue }
      throw InputFileError(
        path: file.name,
        problem: "/\(file.dataset) holds \(values[place]) in image \(first + place / dimension)",
        expected: areImages ? "values in [0, 1], or uint8" : "finite values")
    }
  }
}
