public import Architectures
internal import Foundation
internal import HDF5

/// Files of a network's weights: HDF5, in torch's layout.
///
/// Layer j, counted from 0, has the datasets `/j/weight` of shape (k, d, f, f), or (k, d) where f is
/// 1, and `/j/bias` of shape (k); a projection that ends at it has `/j/shortcut/weight` of shape
/// (k, k_prev, 1, 1) or (k, k_prev). They are float16, float32 or float64 and may all stand under a
/// group. A bias that is left out is zero. Classifier and test images of a trained network are passed over;
/// what else stands there is noted in the listing. Links of all kinds are followed, and so are virtual datasets.
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
      var sources = SourceFiles()
      return try list(open(group, in: root, name, noting: &sources), group, name, sources)
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
      var sources = SourceFiles()
      let members = try open(group, in: root, name, noting: &sources)
      let listing = try list(members, group, name, sources)
      try listing.check(architecture)
      try checkBiases(of: listing, in: members)
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
      var sources = SourceFiles()
      let members = try open(group, in: root, path, noting: &sources)
      let listing = try list(members, group, path, sources)
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
      let isHDF5 = HDF5Library.exclusively { File.isHDF5(path) }
      let problem = isHDF5 ? "cannot be read: \(error)" : "it is not an HDF5 file"
      throw InputFileError(path: name, problem: problem, expected: expected)
    }
  }

  /// So many groups are named where one is missing.
  private static let listedCount = 20

  static func open(
    _ group: String?, in root: borrowing Group, _ name: String, noting sources: inout SourceFiles
  ) throws -> Group {
    var path = ""
    for member in (group ?? "").split(separator: "/") {
      let parent = path
      path += path.isEmpty ? "\(member)" : "/\(member)"
      if try root.group(at: path, noting: &sources) != nil { continue }
      // A file may hold very many networks.
      let siblings =
        try root.group(at: parent, noting: &sources)?
        .groupNames(amongFirst: listedCount + 1) ?? []
      let names =
        siblings.prefix(listedCount).joined(separator: ", ")
        + (siblings.count > listedCount ? ", …" : "")
      throw InputFileError(
        path: name, problem: "there is no group /\(path)",
        expected: siblings.isEmpty ? "a file with it" : "one of \(names)")
    }
    guard let opened = try root.group(at: path, noting: &sources) else {
      throw InputFileError(
        path: name, problem: "there is no group /\(path)", expected: "a file with it")
    }
    return opened
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

  /// Refuses biases of projections that are not zero.
  private static func checkBiases(
    of listing: WeightsListing, in members: borrowing Group
  ) throws {
    for member in listing.projectionBiases
    where try members.openDataset(member).read(Double.self).contains(where: { $0 != 0 }) {
      throw listing.error(
        "\(listing.fullName(member)) is not zero, and projections have no bias",
        expected: "it added to the bias of its layer, and left out of the file")
    }
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
