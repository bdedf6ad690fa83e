internal import Architectures
public import Digest
internal import Foundation
internal import ImageData
public import SweepSpec

/// The weights files that a plan's points name, as they were when the plan was made.
public struct WeightsInputs: Sendable {
  /// One file.
  struct Input: Sendable, Equatable {
    /// The path as points name it.
    let path: String
    let digest: Digest256
    let byteCount: Int
  }

  /// The folder of the sweep file, where relative paths start.
  let folder: String
  /// The files in the order in which points name them.
  private(set) var inputs: [Input] = []
  /// Where a file stands among `inputs`, by its path: sweeps may have a file for each point.
  private var places: [String: Int] = [:]

  /// No files.
  public init(folder: String = ".") { self.folder = folder }

  /// The SHA-256 of every file, in the order in which points name them.
  public var digests: [Digest256] { inputs.map(\.digest) }

  /// The SHA-256 of a file as points name it; nil for a file that no point names.
  public func digest(of path: String) -> Digest256? {
    places[path].map { inputs[$0].digest }
  }

  /// Checks all files that a plan names: that they are there, and hold what the networks need.
  ///
  /// - Parameters:
  ///   - plan: the points; its hash need not cover the files yet.
  ///   - folder: the folder of the sweep file.
  ///
  /// **Throws**: `SpecErrors` with the place of every source that does not fit.
  ///
  /// **Complexity**: reads every file once, for its digest, and lists every group once.
  public init(checking plan: Plan, folder: String) throws(SpecErrors) {
    self.folder = folder
    guard plan.spec.readsWeights else { return }
    var errors: [SpecError] = []
    var listings: [WeightsLocation: WeightsListing] = [:]
    for index in 0..<plan.count {
      let point = plan.point(at: index)
      guard case .file(let location) = point.weights else { continue }
      do throws(InputFileError) {
        let listing =
          if let known = listings[location] { known } else { try self.listing(of: location) }
        if listings.count > Self.keptListings { listings.removeAll(keepingCapacity: true) }
        listings[location] = listing
        try listing.check(point.architecture)
        if places[location.path] == nil { append(try input(location.path)) }
      } catch {
        let (place, keyPath) = plan.weightsPlace(ofPoint: index)
        errors.append(
          SpecError(place, keyPath, "\(error.path): \(error.problem)", expected: error.expected))
      }
    }
    guard errors.isEmpty else { throw SpecErrors(errors) }
  }

  /// So many listings are kept for other points of the same weights.
  private static let keptListings = 4_096

  private mutating func append(_ input: Input) {
    places[input.path] = inputs.count
    inputs.append(input)
  }

  /// The files that are not here, or have another size, on this host; empty if all are.
  public func missingHere() -> [String] {
    inputs.filter { Self.byteCount(of: resolved($0.path)) != $0.byteCount }.map(\.path)
  }

  /// Reads the weights of a network, after making sure that the file is still the one of the plan.
  ///
  /// - Parameters:
  ///   - location: the file and the group.
  ///   - architecture: the network.
  ///   - verified: the paths that were found unchanged before; this one is added.
  ///
  /// **Throws**: `InputFileError` where the file has changed, or its weights do not fit.
  func read(
    _ location: WeightsLocation, of architecture: Architecture, verified: inout Set<String>
  ) throws -> NetworkWeights {
    let path = resolved(location.path)
    if !verified.contains(location.path) {
      let input = try input(location.path)
      guard let place = places[location.path], inputs[place] == input else {
        throw InputFileError(
          path: location.path, problem: "the file has changed since the sweep was planned",
          expected: "it as it was")
      }
      verified.insert(location.path)
    }
    return try WeightsFile.read(
      architecture, from: path, group: location.group, name: location.path)
  }

  private func listing(of location: WeightsLocation) throws(InputFileError) -> WeightsListing {
    try WeightsFile.listing(
      of: resolved(location.path), group: location.group, name: location.path)
  }

  /// Where a file is that a point names.
  public func resolved(_ path: String) -> String {
    path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
  }

  private func input(_ path: String) throws(InputFileError) -> Input {
    do {
      let file = try FileHandle(forReadingFrom: URL(filePath: resolved(path)))
      var hash = SHA256()
      var count = 0
      while let part = try file.read(upToCount: 1 << 22), !part.isEmpty {
        hash.update([UInt8](part))
        count += part.count
      }
      return Input(path: path, digest: hash.finalize(), byteCount: count)
    } catch {
      throw InputFileError(
        path: path, problem: "cannot be read: \(error)", expected: "an HDF5 file of weights")
    }
  }

  private static func byteCount(of path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue
  }
}

// MARK: - As text

extension WeightsInputs {
  /// The files as text, a line each: digest, bytes, path.
  var text: String {
    inputs.map { "\($0.digest.hexadecimal) \($0.byteCount) \($0.path)\n" }.joined()
  }

  /// Reads what `text` wrote; nil where it did not.
  init?(text: String, folder: String) {
    self.init(folder: folder)
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 2)
      guard parts.count == 3, let digest = Digest256(hexadecimal: String(parts[0])),
        let byteCount = Int(parts[1])
      else { return nil }
      append(Input(path: String(parts[2]), digest: digest, byteCount: byteCount))
    }
  }
}
