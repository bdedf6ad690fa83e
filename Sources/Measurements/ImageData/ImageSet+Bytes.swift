internal import Architectures
internal import Digest
internal import Foundation

extension ImageSet {
  /// Opens a file of images in the format of MNIST, gzipped or not.
  ///
  /// It holds unsigned bytes in three dimensions (images, rows, columns), or in four (images,
  /// channels, rows, columns), behind a header of big-endian integers; 255 stands for 1.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - name: what messages call it.
  ///
  /// **Throws**: `InputFileError`.
  ///
  /// **Source**: LeCun, Cortes & Burges, "The MNIST database of handwritten digits", 1998.
  public static func idx(_ path: String, name: String) throws(InputFileError) -> ImageSet {
    let expected = "images in the format of MNIST (IDX), gzipped or not"
    let file = try FileBytes(path, name: name, expected: expected)
    func failure(_ problem: String, _ expected: String) -> InputFileError {
      InputFileError(path: name, problem: problem, expected: expected)
    }
    guard file.data.count >= 4, file.data.starts(with: [0, 0]) else {
      throw failure("it does not begin like an IDX file", expected)
    }
    let (type, rank) = (file.data[2], Int(file.data[3]))
    guard type == 0x08 else {
      throw failure("its values are of the type \(type)", "unsigned bytes (type 8)")
    }
    guard rank == 3 || rank == 4 else {
      let hint = rank == 1 ? ", as files of labels have" : ""
      throw failure(
        "it has \(rank) dimension\(rank == 1 ? "" : "s")\(hint)", "images, rows and columns")
    }
    let header = 4 + 4 * rank
    guard file.data.count >= header else { throw failure("its header is cut off", expected) }
    let sizes = (0..<rank).map { file.bigEndian(at: 4 + 4 * $0) }
    let channels = rank == 4 ? sizes[1] : 1
    let (rows, columns) = (sizes[rank - 2], sizes[rank - 1])
    let shape = sizes.map(String.init).joined(separator: " × ")
    guard rows == columns, rows >= 1, channels >= 1, sizes[0] >= 1 else {
      throw failure("its shape is \(shape)", "square images")
    }
    guard let byteCount = checkedProduct(sizes) else {
      throw failure(
        "its shape is \(shape), for which a file of \(file.data.count) bytes is too small",
        "a whole file")
    }
    let dimension = byteCount / sizes[0]
    guard file.data.count - header == byteCount else {
      throw failure(
        "it holds \(file.data.count) bytes",
        "\(UInt(byteCount) + UInt(header)) for \(sizes[0]) images of \(dimension) bytes")
    }
    return ImageSet(
      count: sizes[0], shape: InputShape(channels: channels, size: rows), digests: [file.digest],
      storage: .bytes(
        PixelBytes(
          files: [(file.data, sizes[0])], offset: header, stride: dimension, largest: 255)))
  }

  /// Opens the binary version of CIFAR-10: a file, or a folder with its training batches.
  ///
  /// A row is a class and 3 × 32 × 32 bytes: red, green, blue, each row by row; 255 stands for 1.
  /// Of a folder the files `data_batch_1.bin`, `data_batch_2.bin`, … are read one behind the other.
  ///
  /// - Parameters:
  ///   - path: the file or the folder.
  ///   - name: what messages call it.
  ///
  /// **Throws**: `InputFileError`.
  ///
  /// **Source**: Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
  public static func cifar10(_ path: String, name: String) throws(InputFileError) -> ImageSet {
    try cifar(
      batches(of: path, name: name),
      CIFARRows(title: "CIFAR-10", classCounts: [10], chosen: 0))
  }

  /// What classes of CIFAR-100 are.
  public enum CIFAR100Labels: String, CaseIterable, Sendable {
    /// Its 100 classes.
    case fine
    /// The 20 groups of five classes each.
    case coarse
  }

  /// Opens the binary version of CIFAR-100: a file, or the folder with its `train.bin`.
  ///
  /// A row is a group, a class, and 3 × 32 × 32 bytes as those of CIFAR-10.
  ///
  /// - Parameters:
  ///   - path: the file or the folder.
  ///   - name: what messages call it.
  ///   - labels: what an image's class is.
  ///
  /// **Throws**: `InputFileError`.
  ///
  /// **Source**: Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
  public static func cifar100(
    _ path: String, name: String, labels: CIFAR100Labels = .fine
  ) throws(InputFileError) -> ImageSet {
    let train = "/train.bin"
    let isFolder = FileManager.default.fileExists(atPath: path + train)
    return try cifar(
      [isFolder ? (path + train, name + train) : (path, name)],
      CIFARRows(
        title: "CIFAR-100", classCounts: [20, 100], chosen: labels == .coarse ? 0 : 1))
  }

  /// What stands in front of an image's bytes.
  private struct CIFARRows {
    let title: String
    /// The number of classes that each byte chooses from.
    let classCounts: [Int]
    /// Which byte is the class.
    let chosen: Int
  }

  private static func cifar(
    _ files: [(path: String, name: String)], _ rows: CIFARRows
  ) throws(InputFileError) -> ImageSet {
    let (shape, dimension, offset) = (
      InputShape(channels: 3, size: 32), 3_072, rows.classCounts.count
    )
    let length = dimension + offset
    var digests: [Digest256] = []
    var parts: [(data: Data, count: Int)] = []
    var labels: [Int] = []
    for (path, name) in files {
      let file = try FileBytes(path, name: name, expected: "a binary file of \(rows.title)")
      guard !file.data.isEmpty, file.data.count.isMultiple(of: length) else {
        throw InputFileError(
          path: name, problem: "it holds \(file.data.count) bytes",
          expected: "a multiple of \(length), as the binary version of \(rows.title) has")
      }
      for start in stride(from: 0, to: file.data.count, by: length) {
        for (place, count) in rows.classCounts.enumerated() where file.data[start + place] >= count
        {
          throw InputFileError(
            path: name,
            problem: "image \(start / length) is of class \(file.data[start + place])",
            expected: "a class from 0 to \(count - 1)")
        }
        labels.append(Int(file.data[start + rows.chosen]))
      }
      digests.append(file.digest)
      parts.append((file.data, file.data.count / length))
    }
    return ImageSet(
      count: labels.count, shape: shape, digests: digests, labels: labels,
      storage: .bytes(PixelBytes(files: parts, offset: offset, stride: length, largest: 255)))
  }

  private static func batches(
    of path: String, name: String
  ) throws(InputFileError) -> [(path: String, name: String)] {
    var isFolder = ObjCBool(false)
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return [(path, name)] }
    var files: [(path: String, name: String)] = []
    while FileManager.default.fileExists(atPath: "\(path)/data_batch_\(files.count + 1).bin") {
      let batch = "data_batch_\(files.count + 1).bin"
      files.append(("\(path)/\(batch)", "\(name)/\(batch)"))
    }
    guard !files.isEmpty else {
      throw InputFileError(
        path: name, problem: "the folder has no data_batch_1.bin",
        expected: "the binary version of CIFAR-10")
    }
    let members = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let known = Set(files.map { ($0.path as NSString).lastPathComponent })
    let others = members.filter { $0.hasPrefix("data_batch_") && $0.hasSuffix(".bin") }
    if let other = others.sorted().first(where: { !known.contains($0) }) {
      throw InputFileError(
        path: name, problem: "the folder has \(other) and no data_batch_\(files.count + 1).bin",
        expected: "batches from 1 on without a gap")
    }
    return files
  }
}
