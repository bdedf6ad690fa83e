internal import Architectures
public import Digest
internal import Foundation
internal import ImageData
internal import NetworkGraphs
internal import Networks
internal import Paths
public import SweepSpec

/// The weights files that a plan's points name, as they were when the plan was made.
public struct WeightsInputs: Sendable {
  /// One file.
  struct Input: Sendable, Equatable {
    /// The path as points name it; of a source, one that starts where theirs do.
    let path: String
    let digest: Digest256
    let byteCount: Int
    /// The other files that its numbers are read from, such as those that external links lead to.
    var sources: [Input] = []
  }

  /// The folder of the sweep file, where relative paths start.
  let folder: String
  /// The files in the order in which points name them.
  private(set) var inputs: [Input] = []
  /// Where a file stands among `inputs`, by its path: sweeps may have a file for each point.
  private var places: [String: Int] = [:]
  /// What the files hold and the networks do not use; only known where the files were checked.
  private(set) var warnings: [SpecError] = []

  /// No files.
  public init(folder: String = ".") { self.folder = folder }

  /// The SHA-256 of every file, in the order in which points name them, each with those of its sources
  /// behind it.
  public var digests: [Digest256] { files.map(\.digest) }

  /// Every file with its sources behind it.
  private var files: [Input] { inputs.flatMap { [$0] + $0.sources } }

  /// The SHA-256 of a file as points name it, and of those of its sources behind it; nil for a file that
  /// no point names.
  public func digests(of path: String) -> [Digest256]? {
    places[path].map { place in [inputs[place].digest] + inputs[place].sources.map(\.digest) }
  }

  /// The bytes of a file that a point names and of its sources, as they were when the plan was made.
  public func byteCount(of path: String) -> Int {
    places[path].map { place in
      inputs[place].sources.reduce(inputs[place].byteCount) { $0 + $1.byteCount }
    } ?? 0
  }

  /// Checks all files that a plan names: that they are there, and hold what the networks need.
  ///
  /// - Parameters:
  ///   - plan: the points; its hash need not cover the files yet.
  ///   - folder: the folder of the sweep file.
  ///
  /// **Throws**: `SpecErrors` with the place of every source that does not fit.
  ///
  /// **Complexity**: reads every file and its sources once, for their digests, and lists every group
  /// once.
  public init(checking plan: Plan, folder: String) throws(SpecErrors) {
    self.folder = folder
    guard plan.spec.readsWeights else { return }
    var errors: [SpecError] = []
    var listings: [WeightsLocation: WeightsContents] = [:]
    var unused = UnusedMembers()
    for index in 0..<plan.count {
      let point = plan.point(at: index)
      guard case .file(let location) = point.weights else { continue }
      do throws(InputFileError) {
        guard let architecture = point.network.framed else {
          let sources = try check(location, of: point.network.build())
          try add(location.path, sources: sources.map { given($0) })
          continue
        }
        if let known = listings[location] {
          try known.check(architecture)
          continue
        }
        let listing = try listing(of: location)
        if listings.count > Self.keptListings { listings.removeAll(keepingCapacity: true) }
        listings[location] = listing
        try listing.check(architecture)
        try add(location.path, sources: listing.sourcePaths.map { given($0) })
        unused.add(
          listing.unusedNames(architecture), of: location.path,
          plan.weightsPlace(ofPoint: index))
      } catch {
        let (place, keyPath) = plan.weightsPlace(ofPoint: index)
        errors.append(
          SpecError(place, keyPath, "\(error.path): \(error.problem)", expected: error.expected))
      }
    }
    guard errors.isEmpty else { throw SpecErrors(errors) }
    warnings = unused.warnings
  }

  /// So many listings are kept for other points of the same weights.
  private static let keptListings = 4_096

  /// Adds what is not known yet of a file and its sources.
  private mutating func add(_ path: String, sources: [String]) throws(InputFileError) {
    if places[path] == nil { append(try input(path)) }
    guard let place = places[path] else { return }
    var known = Set(inputs[place].sources.map(\.path))
    for source in sources where known.insert(source).inserted {
      inputs[place].sources.append(try input(source))
    }
  }

  private mutating func append(_ input: Input) {
    places[input.path] = inputs.count
    inputs.append(input)
  }

  /// The files that are not here, or have another size, on this host; empty if all are.
  public func missingHere() -> [String] {
    files.filter { Self.byteCount(of: resolved($0.path)) != $0.byteCount }.map(\.path)
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
    try verify(location, &verified) { try listing(of: location).sourcePaths }
    switch try listing(of: location) {
    case .hdf5:
      return try WeightsFile.read(
        architecture, from: resolved(location.path), group: location.group, name: location.path)
    case .safetensors(let weights): return try weights.read(architecture)
    }
  }

  /// Reads all parameters of a network without a classifier, likewise.
  func read(
    _ location: WeightsLocation, of network: BuiltNetwork, verified: inout Set<String>
  ) throws -> GraphParameters {
    if let weights = try stateDict(at: location) {
      try verify(location, &verified) { weights.sourcePaths }
      return try weights.read(network)
    }
    let stored = network.storedParameters
    let (path, places) = (resolved(location.path), stored.map(\.place))
    try verify(location, &verified) {
      try WeightsFile.check(places, in: path, group: location.group, name: location.path)
    }
    let values = try WeightsFile.read(
      places, from: path, group: location.group, name: location.path)
    return zip(stored, values).reduce(into: GraphParameters()) { numbers, found in
      numbers[found.0.parameter.id] = .double(found.1)
    }
  }

  /// Makes sure that a file and the others that its numbers are read from are what they were when the
  /// sweep was planned.
  private func verify(
    _ location: WeightsLocation, _ verified: inout Set<String>, sources: () throws -> [String]
  ) throws {
    guard let place = places[location.path] else {
      preconditionFailure("\(location.path) is not a file of the plan")
    }
    let known = inputs[place]
    try verify(location.path, known, &verified)
    guard !known.sources.isEmpty else { return }
    for source in try sources().map({ given($0) }) {
      try verify(source, known.sources.first { $0.path == source }, &verified)
    }
  }

  /// Makes sure that a file is what it was when the sweep was planned.
  private func verify(
    _ path: String, _ known: Input?, _ verified: inout Set<String>
  ) throws(InputFileError) {
    guard !verified.contains(path) else { return }
    guard let known, try input(path).digest == known.digest else {
      throw InputFileError(
        path: path, problem: "the file has changed since the sweep was planned",
        expected: "it as it was")
    }
    verified.insert(path)
  }

  /// Checks that a file holds all parameters of a network without a classifier.
  ///
  /// - Returns: the other files that the numbers are read from, by paths that open them.
  private func check(
    _ location: WeightsLocation, of network: BuiltNetwork
  ) throws(InputFileError) -> [String] {
    if let weights = try stateDict(at: location) {
      try weights.check(network)
      return weights.sourcePaths
    }
    return try WeightsFile.check(
      network.storedParameters.map(\.place), in: resolved(location.path), group: location.group,
      name: location.path)
  }

  /// The state dict at a place; nil if another format is there.
  private func stateDict(
    at location: WeightsLocation
  ) throws(InputFileError) -> SafetensorsWeights? {
    guard case .safetensors(let padsShortcuts) = location.format else { return nil }
    return try SafetensorsWeights(
      resolved(location.path), padsShortcuts: padsShortcuts, name: location.path)
  }

  private func listing(of location: WeightsLocation) throws(InputFileError) -> WeightsContents {
    if let weights = try stateDict(at: location) { return .safetensors(weights) }
    return .hdf5(
      try WeightsFile.listing(
        of: resolved(location.path), group: location.group, name: location.path))
  }

  /// Where a file is that a point names.
  public func resolved(_ path: String) -> String {
    PathName.resolved(path, in: folder)
  }

  /// How points would name a file that `resolved` leads to.
  private func given(_ path: String) -> String {
    if path.hasPrefix(folder + "/"), !folder.isEmpty {
      return String(path.dropFirst(folder.utf8.count + 1))
    }
    guard !path.hasPrefix("/"), !folder.isEmpty else { return path }
    return "\(FileManager.default.currentDirectoryPath)/\(path)"
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
        path: path, problem: "cannot be read: \(error)", expected: "a file of weights")
    }
  }

  private static func byteCount(of path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue
  }
}

// MARK: - As text

extension WeightsInputs {
  private static let fileKey: Substring = "weights_file"
  private static let sourceKey: Substring = "weights_source"

  /// Whether a line of `text` begins with this word.
  static func isKey(_ word: Substring) -> Bool { word == fileKey || word == sourceKey }

  /// The files as text, a line each: `weights_file`, digest, bytes, path; behind it those of its sources
  /// with `weights_source`.
  var text: String {
    func line(_ key: Substring, _ input: Input) -> String {
      "\(key) \(input.digest.hexadecimal) \(input.byteCount) \(input.path)\n"
    }
    return inputs.map { input in
      line(Self.fileKey, input) + input.sources.map { line(Self.sourceKey, $0) }.joined()
    }.joined()
  }

  /// Reads what `text` wrote; nil where it did not.
  init?(text: String, folder: String) {
    self.init(folder: folder)
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 3)
      guard parts.count == 4, let digest = Digest256(hexadecimal: String(parts[1])),
        let byteCount = Int(parts[2])
      else { return nil }
      let input = Input(path: String(parts[3]), digest: digest, byteCount: byteCount)
      switch parts[0] {
      case Self.fileKey: append(input)
      case Self.sourceKey where !inputs.isEmpty: inputs[inputs.count - 1].sources.append(input)
      default: return nil
      }
    }
  }
}

/// What weights files hold and no network uses, for warnings: files that hold the same share one.
private struct UnusedMembers {
  private var found:
    [(names: [String], path: String, place: Place, keyPath: String, others: Set<String>)] = []
  private var known: [[String]: Int] = [:]

  mutating func add(
    _ names: [String], of path: String, _ source: (place: Place, keyPath: String)
  ) {
    guard !names.isEmpty else { return }
    if let place = known[names] {
      if path != found[place].path { found[place].others.insert(path) }
    } else {
      known[names] = found.count
      found.append((names, path, source.place, source.keyPath, []))
    }
  }

  var warnings: [SpecError] {
    found.map { names, path, place, keyPath, others in
      var list = names.prefix(10).joined(separator: ", ")
      if names.count > 10 { list += " and \(names.count - 10) more" }
      let rest =
        others.isEmpty
        ? "" : ", and so it is in \(others.count) more file\(others.count > 1 ? "s" : "")"
      return SpecError(place, keyPath, "\(path): the network does not use \(list)\(rest)")
    }
  }
}
