public import Architectures
internal import Foundation
internal import HDF5

/// Files of a network's weights: HDF5, in torch's layout.
///
/// Layer j, counted from 0, has the datasets `/j/weight` of shape (k, d, f, f), or (k, d) where f is
/// 1, and `/j/bias` of shape (k); a projection that ends at it has `/j/shortcut/weight` of shape
/// (k, k_prev, 1, 1) or (k, k_prev). They are float32 or float64 and may all stand under a group. A
/// bias that is left out is zero. Members whose names are no numbers are passed over, as the classifier
/// of a trained network is.
public enum WeightsFile {
  /// What a group of a file holds; reads no numbers.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - group: a group such as `/epoch10`, nil for the root group.
  ///   - name: what messages call the file, nil for its path.
  ///
  /// **Throws**: `InputFileError` where the file or the group is not there or not readable.
  public static func listing(
    of path: String, group: String? = nil, name: String? = nil
  ) throws(InputFileError) -> WeightsListing {
    let name = name ?? path
    return try reading(path, name) { root in
      try list(open(group, in: root, name), WeightsListing(path: name, group: group ?? "/"))
    }
  }

  /// Reads the weights and biases of an architecture; numbers of single precision are widened.
  ///
  /// - Parameters:
  ///   - architecture: whose shapes the file must have.
  ///   - path: the file.
  ///   - group: a group such as `/epoch10`, nil for the root group.
  ///   - name: what messages call the file, nil for its path.
  ///
  /// **Throws**: `InputFileError` where a layer is missing, has another shape or type, or holds a
  /// number that is not finite.
  public static func read(
    _ architecture: Architecture, from path: String, group: String? = nil, name: String? = nil
  ) throws(InputFileError) -> NetworkWeights {
    let name = name ?? path
    return try reading(path, name) { root in
      let members = try open(group, in: root, name)
      let listing = try list(members, WeightsListing(path: name, group: group ?? "/"))
      try listing.check(architecture)
      return try read(architecture, listing, from: members)
    }
  }

  /// Reads all numbers of a group and forgets them, to see whether they can be read.
  ///
  /// What is larger than any layer is passed over: its shape is damaged.
  ///
  /// **Throws**: `InputFileError` where they cannot.
  public static func readAll(_ path: String, group: String?) throws(InputFileError) {
    try reading(path, path) { root in
      let members = try open(group, in: root, path)
      let listing = try list(members, WeightsListing(path: path, group: group ?? "/"))
      for (member, entry) in listing.entries.sorted(by: { $0.key < $1.key }) {
        let count = entry.shape.reduce(1.0) { $0 * Double($1) }
        if count <= 0x1p28 { _ = try members.openDataset(member).read(Double.self) }
      }
    }
  }

  static func reading<Result>(
    _ path: String, _ name: String, _ body: (borrowing Group) throws -> Result
  ) throws(InputFileError) -> Result {
    let expected = "an HDF5 file of weights"
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputFileError(path: name, problem: "there is no such file", expected: expected)
    }
    guard !isFolder.boolValue else {
      throw InputFileError(path: name, problem: "it is a folder", expected: expected)
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw InputFileError(path: name, problem: "it may not be read", expected: expected)
    }
    do {
      // Compute threads read files at the same time.
      return try HDF5Library.exclusively {
        let file = try File.open(path)
        return try body(file.root())
      }
    } catch let error as InputFileError {
      throw error
    } catch {
      let problem = isHDF5(path) ? "cannot be read: \(error)" : "it is no HDF5 file"
      throw InputFileError(path: name, problem: problem, expected: expected)
    }
  }

  private static func isHDF5(_ path: String) -> Bool {
    let start = try? FileHandle(forReadingFrom: URL(filePath: path)).read(upToCount: 8)
    return start == Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  /// So many groups are named where one is missing.
  private static let listedCount = 20

  static func open(
    _ group: String?, in root: borrowing Group, _ name: String
  ) throws -> Group {
    var path = ""
    for member in (group ?? "").split(separator: "/") {
      let parent = try root.openGroup(path.isEmpty ? "." : path)
      path += path.isEmpty ? "\(member)" : "/\(member)"
      if try parent.containsGroup(String(member)) { continue }
      // A file may hold very many networks.
      let siblings = try parent.groupNames(amongFirst: listedCount + 1)
      let names =
        siblings.prefix(listedCount).joined(separator: ", ")
        + (siblings.count > listedCount ? ", …" : "")
      throw InputFileError(
        path: name, problem: "there is no group /\(path)",
        expected: siblings.isEmpty ? "a file with it" : "one of \(names)")
    }
    return try root.openGroup(path.isEmpty ? "." : path)
  }

  private static func list(
    _ members: borrowing Group, _ empty: WeightsListing
  ) throws -> WeightsListing {
    var listing = empty
    for name in try members.groupNames() {
      guard let layer = Int(name), layer >= 0, String(layer) == name else {
        listing.others.append(name)
        continue
      }
      let group = try members.openGroup(name)
      try add("weight", in: group, at: "\(layer)", to: &listing)
      try add("bias", in: group, at: "\(layer)", to: &listing)
      if try group.containsGroup("shortcut") {
        let shortcut = try group.openGroup("shortcut")
        try add("weight", in: shortcut, at: "\(layer)/shortcut", to: &listing)
      }
    }
    listing.others += try members.datasetNames()
    return listing
  }

  private static func add(
    _ member: String, in group: borrowing Group, at path: String, to listing: inout WeightsListing
  ) throws {
    guard try group.containsDataset(member) else { return }
    let dataset = try group.openDataset(member)
    let type = try dataset.elementType()?.numpyName ?? "values of another type"
    listing.entries["\(path)/\(member)"] = WeightsListing.Entry(
      shape: try dataset.shape(), type: type)
  }

  private static func read(
    _ architecture: Architecture, _ listing: WeightsListing, from members: borrowing Group
  ) throws -> NetworkWeights {
    let layers = architecture.layers
    var weights: [WeightTensor] = []
    var biases: [[Double]] = []
    var projections: [Int: WeightTensor] = [:]
    for layer in layers {
      weights.append(
        WeightTensor(
          rows: layer.width, columns: layer.inputWidth, kernel: layer.kernel,
          values: try values("weight", of: layer.index, listing, from: members)))
      let hasBias = listing.entries[WeightsListing.member("bias", of: layer.index)] != nil
      biases.append(
        hasBias
          ? try values("bias", of: layer.index, listing, from: members)
          : [Double](repeating: 0, count: layer.width))
      guard let skip = layer.skip, skip.projectionStride != nil else { continue }
      projections[layer.index] = WeightTensor(
        rows: layer.width, columns: layers[skip.layer].width, kernel: 1,
        values: try values("shortcut/weight", of: layer.index, listing, from: members))
    }
    return NetworkWeights(layers: weights, biases: biases, projections: projections)
  }

  private static func values(
    _ dataset: String, of layer: Int, _ listing: WeightsListing, from members: borrowing Group
  ) throws -> [Double] {
    let values = try members.openDataset(WeightsListing.member(dataset, of: layer)).read(
      Double.self)
    guard let place = values.firstIndex(where: { !$0.isFinite }) else { return values }
    var rest = place
    var index: [String] = []
    let shape = listing.entries[WeightsListing.member(dataset, of: layer)]?.shape ?? []
    for extent in shape.reversed() {
      index.insert(String(rest % extent), at: 0)
      rest /= extent
    }
    throw listing.error(
      "\(listing.name(dataset, of: layer)) holds \(values[place]) at [\(index.joined(separator: ", "))]",
      expected: "finite numbers")
  }
}
