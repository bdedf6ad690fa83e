internal import Architectures
internal import Digest
internal import Foundation
internal import HDF5

extension ImageSet {
  /// More classes than this are a mistake: the labels are probably something else.
  static let classLimit = 10_000

  /// Joins the images of an IDX file with the classes of another one: unsigned bytes in one
  /// dimension, gzipped or not.
  ///
  /// - Parameters:
  ///   - path: the file of classes.
  ///   - name: what messages call it.
  ///
  /// **Throws**: `InputFileError`.
  ///
  /// **Source**: LeCun, Cortes & Burges, "The MNIST database of handwritten digits", 1998.
  public func labelled(idx path: String, name: String) throws(InputFileError) -> ImageSet {
    let expected = "classes in the format of MNIST (IDX), gzipped or not"
    let file = try FileBytes(path, name: name, expected: expected)
    guard file.data.count >= 8, file.data.starts(with: [0, 0]) else {
      throw InputFileError(
        path: name, problem: "it does not begin like an IDX file", expected: expected)
    }
    let (type, rank) = (file.data[2], Int(file.data[3]))
    guard type == 0x08, rank == 1 else {
      throw InputFileError(
        path: name, problem: "it has \(rank) dimensions of the type \(type)",
        expected: "one dimension of unsigned bytes (type 8)")
    }
    let given = file.bigEndian(at: 4)
    guard file.data.count == 8 + given else {
      throw InputFileError(
        path: name, problem: "it holds \(file.data.count) bytes",
        expected: "\(8 + given) for \(given) classes")
    }
    return try labelled(file.data.dropFirst(8).map { Int($0) }, [file.digest], name: name)
  }

  /// Joins the images of an HDF5 file with the classes in another dataset of the file: integers,
  /// one for each image.
  ///
  /// **Throws**: `InputFileError`.
  public func labelled(dataset: String) throws(InputFileError) -> ImageSet {
    guard case .hdf5(let images) = storage else {
      preconditionFailure("a dataset of classes belongs to images from HDF5")
    }
    let file = HDF5Numbers(path: images.file.path, dataset: dataset, name: images.file.name)
    let facts = try file.facts()
    let extents = facts.extents
    guard let type = facts.type, ![.float32, .float64].contains(type), isVector(extents) else {
      let shape = extents.map(String.init).joined(separator: ", ")
      throw InputFileError(
        path: file.name,
        problem: "/\(dataset) has the shape (\(shape)) and holds \(facts.typeName)",
        expected: "a class for each image, (n) of int64, int32, int8 or uint8")
    }
    let name = "\(file.name): /\(dataset)"
    // Before they are read: damage can make an extent so large that there is no memory for it.
    let count = extents.max() ?? 0
    try checkCount(count, name: name)
    let labels = try file.rows(0..<extents[0], as: Int64.self)
    let sources = facts.sources.without(images.sources)
    return try labelled(
      labels.map { Int($0) }, try file.sourceContents(of: sources).map(FileBytes.digest), name: name
    )
  }

  /// Whether all but one of at most two extents are 1: MATLAB's vectors are matrices.
  private func isVector(_ extents: [Int]) -> Bool {
    extents.count == 1 || extents.count == 2 && extents.contains(1)
  }

  private func checkCount(_ labels: Int, name: String) throws(InputFileError) {
    guard labels == count else {
      throw InputFileError(
        path: name, problem: "it has \(labels) labels and there are \(count) images",
        expected: "a class for each image")
    }
  }

  private func labelled(
    _ labels: [Int], _ sources: [Digest256], name: String
  ) throws(InputFileError) -> ImageSet {
    try checkCount(labels.count, name: name)
    if let image = labels.firstIndex(where: { !(0..<Self.classLimit).contains($0) }) {
      throw InputFileError(
        path: name, problem: "image \(image) is of class \(labels[image])",
        expected: "classes from 0 to \(Self.classLimit - 1)")
    }
    guard let first = labels.first, labels.contains(where: { $0 != first }) else {
      throw InputFileError(
        path: name, problem: "all images are of class \(labels.first ?? 0)",
        expected: "at least two classes")
    }
    return ImageSet(
      count: count, shape: shape, digests: digests + sources, labels: labels, storage: storage)
  }
}
