internal import Architectures

/// A network that somebody else made, as a file of the whole of it.
public struct NetworkFile: Hashable, Sendable {
  /// The file's path as it is written; a relative one starts at the folder of the sweep file.
  ///
  /// In a sweep file it may hold placeholders, as paths of weights may. At a point they are filled.
  public let path: String
  /// The extents of one input, without the batch, that the file leaves open; nil if they are not said here.
  public let inputShape: [Int]?

  /// Names a file.
  public init(path: String, inputShape: [Int]? = nil) {
    (self.path, self.inputShape) = (path, inputShape)
  }

  /// The file as sweep files name it.
  public var text: String {
    let input = inputShape.map { ", input: [\($0.map(String.init).joined(separator: ", "))]" }
    return "{onnx: \(yamlQuoted(path))\(input ?? "")}"
  }

  /// The placeholders of the path, in order.
  var names: [String] { PlaceholderText.names(in: path) }

  /// The file with values in place of the placeholders; nil if one has none.
  func filled(_ value: (String) -> String?) -> NetworkFile? {
    PlaceholderText.filled(path, value).map { NetworkFile(path: $0, inputShape: inputShape) }
  }
}

/// A network that a sweep asks for: a file, and what it is given if the file leaves its input open.
public struct NetworkRequest: Hashable, Sendable {
  /// The file.
  public let file: NetworkFile
  /// The channels of the input; nil if the sweep does not say them, or if the file has a shape of its own.
  public let channels: Int?
  /// The size of the input; nil likewise.
  public let size: Int?

  /// Asks for a network.
  public init(file: NetworkFile, channels: Int?, size: Int?) {
    (self.file, self.channels, self.size) = (file, channels, size)
  }
}

/// What a plan has to know of the networks from files that a sweep names.
public struct NetworkFacts: Sendable {
  private let networks: [NetworkRequest: FileNetwork]

  /// Collects networks.
  public init(_ networks: [NetworkRequest: FileNetwork] = [:]) { self.networks = networks }

  /// The network of a request; nil if nobody looked at it.
  subscript(request: NetworkRequest) -> FileNetwork? { networks[request] }
}

extension Setting {
  /// The network that a point asks for by its file, placeholders replaced by what the sweep file says of
  /// the point; nil if the point has an architecture.
  func networkRequest(sweep: String) throws(PointError) -> NetworkRequest? {
    guard let network = networkFile else { return nil }
    func value(_ name: String) -> String? {
      switch name {
      case "name": sweep
      case Parameter.seed.key: String(seed)
      default: PlaceholderValues.keys[name].flatMap { values[$0]?.text }
      }
    }
    guard let file = network.filled(value) else {
      throw .placeholderWithoutValue(
        network.names.first { value($0) == nil } ?? "", in: network.path)
    }
    guard file.inputShape == nil else {
      return NetworkRequest(file: file, channels: nil, size: nil)
    }
    return NetworkRequest(
      file: file, channels: values[.inputChannels]?.integer, size: values[.inputSize]?.integer)
  }
}

extension Spec {
  /// Whether some points have their networks from files.
  public var namesNetworks: Bool {
    (gridCount > 0 && gridNamesNetworks) || inclusions.contains { $0.setting.networkFile != nil }
  }

  private var gridNamesNetworks: Bool {
    (fixed + axes.flatMap { $0.choices.joined() }).contains { $0.parameter == .network }
  }

  /// The networks from files that points ask for, each once and in the order of the points, and where the
  /// sweep file names them.
  ///
  /// **Throws**: `SpecErrors` if a path has a placeholder without a value.
  ///
  /// **Complexity**: O(points), if there are such networks.
  public func networkRequests() throws(SpecErrors) -> [(
    request: NetworkRequest, place: Place, keyPath: String
  )] {
    var found: [(request: NetworkRequest, place: Place, keyPath: String)] = []
    var seen: Set<NetworkRequest> = []
    var errors: [SpecError] = []
    func visit(_ setting: Setting, _ assignments: [Assignment], _ prefix: String) {
      guard let own = assignments.first(where: { $0.parameter == .network }) else { return }
      do throws(PointError) {
        guard let request = try setting.networkRequest(sweep: name), seen.insert(request).inserted
        else { return }
        found.append((request, own.place, prefix + "network"))
      } catch {
        let parts = error.description.split(separator: ", expected ", maxSplits: 1)
        let problem = SpecError(
          own.place, prefix + "network", "a point is impossible: \(parts[0])",
          expected: parts.count > 1 ? String(parts[1]) : "")
        if !errors.contains(problem) { errors.append(problem) }
      }
    }
    for place in 0..<(gridNamesNetworks ? gridCount : 0) {
      let digits = digits(of: place)
      guard !exclusions.contains(where: { $0.matches(digits) }) else { continue }
      visit(setting(at: place), zip(axes, digits).flatMap { $0.choices[$1] } + fixed, "")
    }
    for inclusion in inclusions {
      visit(inclusion.setting, inclusion.assignments, "\(inclusion.keyPath).")
    }
    guard errors.isEmpty else { throw SpecErrors(errors) }
    return found
  }

  /// The choices of a grid point on every axis, the last one varying fastest.
  private func digits(of place: Int) -> [Int] {
    var rest = place
    var digits = [Int](repeating: 0, count: axes.count)
    for axis in axes.indices.reversed() {
      digits[axis] = rest % axes[axis].choices.count
      rest /= axes[axis].choices.count
    }
    return digits
  }
}
