import Architectures
import Foundation
import HDF5
import ImageData
import TestSupport
import Testing

@Suite("Files of images", .serialized) struct ImageFileTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: folder.path(name)))
    return folder.path(name)
  }

  /// The header of an IDX file.
  private func header(_ sizes: [Int], type: UInt8 = 8) -> [UInt8] {
    [0, 0, type, UInt8(sizes.count)]
      + sizes.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
  }

  @Test("Formats are told apart by first bytes, by sizes, and by what is in a folder")
  func formats() throws {
    #expect(ImageFormat(at: try write([0x89, 0x48, 0x44, 0x46, 0x0D], to: "a")) == .hdf5)
    #expect(ImageFormat(at: try write(header([2, 3, 3]), to: "b")) == .idx)
    #expect(ImageFormat(at: try write([0x1F, 0x8B, 8], to: "c")) == .idx)
    let zeros = { [UInt8](repeating: 0, count: $0) }
    #expect(ImageFormat(at: try write(zeros(2 * 3_073), to: "d")) == .cifar10)
    #expect(ImageFormat(at: try write(zeros(2 * 3_074), to: "e")) == .cifar100)
    #expect(ImageFormat(at: folder.path) == .pictures)
    _ = try write([], to: "data_batch_1.bin")
    #expect(ImageFormat(at: folder.path) == .cifar10)
  }

  private let pixels = (0..<18).map { UInt8($0 * 15) }

  private func problem(_ body: () throws -> ImageSet) -> String {
    let error = #expect(throws: InputFileError.self) { _ = try body() }
    return error?.description ?? ""
  }

  /// Makes a file with the ending .gz beside a file.
  private func compress(_ path: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-nk", path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  // MARK: - IDX

  @Test("Files of MNIST's format are read, with and without channels") func idx() throws {
    let plain = try ImageSet.idx(
      write(header([2, 3, 3]) + pixels, to: "plain"), name: "plain")
    #expect(plain.count == 2)
    #expect(plain.shape == InputShape(channels: 1, size: 3))
    #expect(try plain.values(1..<2) == pixels[9...].map { Double($0) / 255 })
    #expect(plain.digests.count == 1)
    let colour = try ImageSet.idx(
      write(header([1, 2, 3, 3]) + pixels, to: "colour"), name: "colour")
    #expect(colour.shape == InputShape(channels: 2, size: 3))
    #expect(try colour.values(0..<1) == pixels.map { Double($0) / 255 })
  }

  @Test("A gzipped file has the same values, and a digest of its own") func gzipped() throws {
    let file = try write(header([2, 3, 3]) + pixels, to: "plain")
    try compress(file)
    let plain = try ImageSet.idx(file, name: "plain")
    let compressed = try ImageSet.idx(file + ".gz", name: "plain.gz")
    #expect(try compressed.values(0..<2) == plain.values(0..<2))
    #expect(compressed.digests != plain.digests)
    // Members one behind the other are one file.
    let parts = [header([2, 3, 3]) + pixels[..<5], Array(pixels[5...])]
    var joined: [UInt8] = []
    for (index, part) in parts.enumerated() {
      let path = try write(part, to: "part\(index)")
      try compress(path)
      joined += try Data(contentsOf: URL(filePath: path + ".gz"))
    }
    let both = try ImageSet.idx(write(joined, to: "both.gz"), name: "both.gz")
    #expect(try both.values(0..<2) == plain.values(0..<2))
    let cut = try write(Array(joined.dropLast(12)), to: "cut.gz")
    #expect(
      problem { try ImageSet.idx(cut, name: "cut.gz") }
        == "cut.gz: the compressed data end too early, expected images in the format of MNIST "
        + "(IDX), gzipped or not")
    joined[joined.count - 6] ^= 0x55
    let damaged = try write(joined, to: "damaged.gz")
    #expect(
      problem { try ImageSet.idx(damaged, name: "damaged.gz") }.contains("data are damaged"))
  }

  @Test("What is no image file of MNIST's format is named") func badIDX() throws {
    func problem(_ bytes: [UInt8]) throws -> String {
      let path = try write(bytes, to: "bad")
      return self.problem { try ImageSet.idx(path, name: "bad") }
    }
    let expected = "images in the format of MNIST (IDX), gzipped or not"
    #expect(try problem([]) == "bad: it does not begin like an IDX file, expected \(expected)")
    #expect(try problem([0, 0, 8, 3, 0]) == "bad: its header is cut off, expected \(expected)")
    #expect(
      try problem(header([1, 3, 3], type: 13) + pixels)
        == "bad: its values are of the type 13, expected unsigned bytes (type 8)")
    #expect(
      try problem(header([18]) + pixels)
        == "bad: it has 1 dimension, as files of labels have, expected images, rows and columns")
    #expect(
      try problem(header([3, 2, 3]) + pixels)
        == "bad: its shape is 3 × 2 × 3, expected square images")
    #expect(
      try problem(header([2, 3, 3]) + pixels.dropLast())
        == "bad: it holds 33 bytes, expected 34 for 2 images of 9 bytes")
    let most = Int(UInt32.max)
    #expect(
      try problem(header([1, most, most]) + pixels)
        == "bad: its shape is 1 × 4294967295 × 4294967295, for which a file of 34 bytes is too small, "
        + "expected a whole file")
    #expect(
      try problem(header([most, 2, 65_536, 65_536]) + pixels)
        == "bad: its shape is 4294967295 × 2 × 65536 × 65536, for which a file of 38 bytes is too "
        + "small, expected a whole file")
    #expect(
      try problem(header([1, 3_037_000_499, 3_037_000_499]) + pixels)
        == "bad: it holds 34 bytes, expected 9223372030926249017 for 1 images of "
        + "9223372030926249001 bytes")
    #expect(
      self.problem { try ImageSet.idx(folder.path("none"), name: "none") }
        == "none: there is no such file, expected \(expected)")
    #expect(
      self.problem { try ImageSet.idx(folder.path, name: "here") }
        == "here: it is a folder, expected \(expected)")
  }

  // MARK: - CIFAR-10

  @Test("Binary files of CIFAR-10 are read alone and as a folder") func cifar() throws {
    let image = (0..<3_072).map { UInt8($0 % 251) }
    let one = try ImageSet.cifar10(
      write([7] + image + [2] + image.reversed(), to: "data_batch_1.bin"), name: "one")
    #expect(one.count == 2)
    #expect(one.shape == InputShape(channels: 3, size: 32))
    #expect(one.labels == [7, 2])
    #expect(try one.values(1..<2) == image.reversed().map { Double($0) / 255 })
    _ = try write([9] + image, to: "data_batch_2.bin")
    let both = try ImageSet.cifar10(folder.path, name: "both")
    #expect(both.labels == [7, 2, 9])
    #expect(both.digests.count == 2)
    #expect(both.digests.first == one.digests.first)
    #expect(try both.values(2..<3) == image.map { Double($0) / 255 })
  }

  @Test("What is no file of CIFAR-10 is named") func badCIFAR() throws {
    #expect(
      problem { try ImageSet.cifar10(folder.path, name: "empty") }
        == "empty: the folder has no data_batch_1.bin, expected the binary version of CIFAR-10")
    let short = try write([UInt8](repeating: 0, count: 3_072), to: "short")
    #expect(
      problem { try ImageSet.cifar10(short, name: "short") }
        == "short: it holds 3072 bytes, expected a multiple of 3073, as the binary version of "
        + "CIFAR-10 has")
    let other = try write(
      [UInt8](repeating: 0, count: 3_073) + [10]
        + [UInt8](repeating: 0, count: 3_072), to: "other")
    #expect(
      problem { try ImageSet.cifar10(other, name: "other") }
        == "other: image 1 is of class 10, expected a class from 0 to 9")
  }

  // MARK: - HDF5

  private func writeHDF5<Element: HDF5Element>(
    _ values: [Element], shape: [Int], to name: String, group: String? = nil
  ) throws -> String {
    let path = folder.path(name)
    let file = try File.create(path)
    do {
      let root = try file.root()
      if let group {
        let inner = try root.createGroup(group)
        try inner.createDataset("images", Element.elementType, shape: shape).write(values)
      } else {
        try root.createDataset("images", Element.elementType, shape: shape).write(values)
      }
    }
    try file.close()
    return path
  }

  @Test("Datasets of HDF5 are read in single and double precision and as bytes") func hdf5() throws
  {
    let values = (0..<24).map { Double($0) / 23 }
    let double = try ImageSet.hdf5(
      writeHDF5(values, shape: [3, 2, 2, 2], to: "double.h5"), dataset: "images", name: "double.h5")
    #expect(double.count == 3)
    #expect(double.shape == InputShape(channels: 2, size: 2))
    #expect(try double.values(1..<3) == Array(values[8...]))
    let single = try ImageSet.hdf5(
      writeHDF5(values.map { Float($0) }, shape: [3, 2, 2, 2], to: "single.h5", group: "train"),
      dataset: "train/images", name: "single.h5")
    #expect(try single.values(0..<3) == values.map { Double(Float($0)) })
    let bytes = try ImageSet.hdf5(
      writeHDF5(pixels, shape: [2, 1, 3, 3], to: "bytes.h5"), dataset: "images", name: "bytes.h5")
    #expect(try bytes.values(0..<2) == pixels.map { Double($0) / 255 })
  }

  @Test("Images in any order are those that are read one by one") func places() throws {
    // Gaps above and below what is read at one time, blocks of several reads, repeats, no order.
    var generator = SeededGenerator(seed: 5)
    let count = 700
    let bytes = (0..<count * 2 * 40 * 40).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let shape = [count, 2, 40, 40]
    let sets = [
      try ImageSet.hdf5(
        writeHDF5(bytes, shape: shape, to: "b.h5"), dataset: "images", name: "b.h5"),
      try ImageSet.hdf5(
        writeHDF5(bytes.map { Float($0) / 255 }, shape: shape, to: "f.h5"), dataset: "images",
        name: "f.h5"),
      try ImageSet.idx(write(header(shape) + bytes, to: "idx"), name: "idx"),
    ]
    let order = (0..<count).shuffled(using: &generator)
    for places in [[], [699], [5, 4, 4, 600, 3, 20, 0], order, Array(order.prefix(60))] {
      for set in sets {
        let values = try set.values(at: places)
        let one = try places.flatMap { try set.values($0..<$0 + 1) }
        #expect(values == one)
        guard set.largestByte != nil else { continue }
        let same = try set.bytes(at: places) == places.flatMap { try set.bytes($0..<$0 + 1) }
        #expect(same)
      }
    }
  }

  @Test("Images that are not square, signals and tokens are vectors, in the order of the file")
  func vectors() throws {
    for shape in [[2, 1, 3, 2], [3, 4], [2, 3, 2]] {
      // Only images are in [0, 1].
      let values: [Double] = (0..<12).map { shape.count == 4 ? Double($0) / 12 : Double($0) - 5 }
      let path = try writeHDF5(values, shape: shape, to: "v\(shape.count).h5")
      let set = try ImageSet.hdf5(path, dataset: "images", name: "v.h5")
      #expect(set.count == shape[0])
      #expect(set.shape == InputShape(channels: 12 / shape[0], size: 1))
      #expect(try set.values(0..<set.count) == values)
    }
    let path = try writeHDF5([1, 2, Double.infinity], shape: [3, 1], to: "infinite.h5")
    #expect(
      problem { try ImageSet.hdf5(path, dataset: "images", name: "v.h5") }
        == "v.h5: /images holds inf in image 2, expected finite values")
  }

  @Test("What is no dataset of images is named") func badHDF5() throws {
    let flat = try writeHDF5(pixels, shape: [18], to: "flat.h5")
    #expect(
      problem { try ImageSet.hdf5(flat, dataset: "images", name: "flat.h5") }
        == "flat.h5: /images has the shape (18), expected (n, channels, height, width), or "
        + "n vectors, signals or tokens, with n at least 1")
    #expect(
      problem { try ImageSet.hdf5(flat, dataset: "train/x", name: "flat.h5") }
        == "flat.h5: there is no dataset /train/x, expected one of images")
    let integers = try writeHDF5([Int32](repeating: 0, count: 4), shape: [1, 1, 2, 2], to: "i.h5")
    #expect(
      problem { try ImageSet.hdf5(integers, dataset: "images", name: "i.h5") }
        == "i.h5: /images holds int32, expected float16, float32 or float64 in [0, 1], or "
        + "uint8")
    for (value, text) in [(1.5, "1.5"), (-0.25, "-0.25"), (Double.nan, "nan")] {
      var values = [Double](repeating: 0.5, count: 12)
      values[9] = value
      let path = try writeHDF5(values, shape: [3, 1, 2, 2], to: "range\(text).h5")
      #expect(
        problem { try ImageSet.hdf5(path, dataset: "images", name: "range.h5") }
          == "range.h5: /images holds \(text) in image 2, expected values in [0, 1], or uint8")
    }
    let large = folder.path("large.h5")
    let file = try File.create(large)
    _ = try file.root().createDataset(
      "images", .uint8, shape: [1 << 40, 1, 2, 2], options: DatasetOptions(chunk: [64, 1, 2, 2]))
    try file.close()
    #expect(
      problem { try ImageSet.hdf5(large, dataset: "images", name: "large.h5") }.hasPrefix(
        "large.h5: /images has the shape (1099511627776, 1, 2, 2), for which a file of "))
    let classes = folder.path("classes.h5")
    let labelled = try File.create(classes)
    do {
      let root = try labelled.root()
      try root.createDataset("images", .uint8, shape: [2, 1, 3, 3]).write(pixels)
      _ = try root.createDataset(
        "labels", .int64, shape: [1 << 58], options: DatasetOptions(chunk: [64]))
    }
    try labelled.close()
    let images = try ImageSet.hdf5(classes, dataset: "images", name: "classes.h5")
    #expect(
      problem { try images.labelled(dataset: "labels") }
        == "classes.h5: /labels: it has 288230376151711744 labels and there are 2 images, expected "
        + "a class for each image")
    let text = try folder.write("format: 1\n", to: "text.h5")
    #expect(
      problem { try ImageSet.hdf5(text, dataset: "images", name: "text.h5") }
        == "text.h5: it is not an HDF5 file, expected an HDF5 file with images (n, channels, "
        + "height, width)")
    let whole = try Data(contentsOf: URL(filePath: flat))
    let cut = try write(Array(whole.prefix(100)), to: "cut.h5")
    #expect(
      problem { try ImageSet.hdf5(cut, dataset: "images", name: "cut.h5") }.hasSuffix(
        "expected a readable HDF5 file with all its data"))
  }
}
