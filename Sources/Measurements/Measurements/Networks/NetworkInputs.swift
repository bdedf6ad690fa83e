internal import Architectures
internal import Bytes
internal import Digest
internal import NetworkGraphs
internal import Networks
internal import ONNX
internal import Paths
public import SweepSpec

/// The networks from files that a sweep's points name, or that they are compared with.
///
/// Only the coordinator reads files. Other ranks are given their bytes, so that a file is read once for a
/// job.
public struct NetworkInputs: Sendable {
  /// A network that points ask for.
  struct Input: Sendable {
    let request: NetworkRequest
    let network: FileNetwork
    /// What its points cost on a common core; nil for what points are compared with.
    var cost: PointCost?
  }

  /// The networks, in the order in which points name them.
  private(set) var inputs: [Input] = []
  /// The networks that points are compared with, by the sections that ask for them.
  private(set) var guides: [String: Input] = [:]
  /// All bytes of the files, each once; none where only a plan is asked for.
  private(set) var files: [ONNXBytes] = []
  /// What is worth saying of the files without refusing them.
  private(set) var warnings: [SpecError] = []

  /// No networks.
  public init() {}

  /// Reads and understands all networks that a sweep names.
  ///
  /// - Parameters:
  ///   - spec: the sweep.
  ///   - data: what is known of the images, which guides take.
  ///   - folder: the folder of the sweep file, where relative paths start.
  ///
  /// **Throws**: `SpecErrors` with the place of every file that cannot be read or does not fit.
  ///
  /// **Complexity**: reads every file once.
  init(opening spec: Spec, data: DataFacts, folder: String) throws(SpecErrors) {
    var read: [String: ONNXBytes] = [:]
    var errors: [SpecError] = []
    for wanted in try spec.wantedNetworks(data) {
      let path = wanted.request.file.path
      do throws(ONNXError) {
        // Not with ??, which forgets the type of what is thrown.
        let bytes =
          if let known = read[path] { known } else {
            try ONNXBytes(path: PathName.resolved(path, in: folder), name: path)
          }
        if read.updateValue(bytes, forKey: path) == nil { files.append(bytes) }
        let (input, remarks) = try Input.understanding(
          wanted.request, bytes, spec.measure, isGuide: wanted.section != nil)
        add(input, asGuideOf: wanted.section)
        warnings += remarks.map { SpecError(wanted.place, wanted.keyPath, $0) }
      } catch {
        errors.append(
          SpecError(wanted.place, wanted.keyPath, error.whatIsWrong, expected: error.expected))
      }
    }
    guard errors.isEmpty else { throw SpecErrors(errors) }
  }

  /// Takes over a network that was understood before.
  ///
  /// - Parameter section: what compares networks with it; nil for a network of points.
  mutating func add(_ input: Input, asGuideOf section: String? = nil) {
    if let section { guides[section] = input } else { inputs.append(input) }
  }

  /// Notes what the points of each network cost, so that it is known without the files.
  ///
  /// - Parameter model: what predicts it at the rates of a common core.
  mutating func noteCosts(of plan: Plan, _ model: CostModel) {
    var (model, costs) = (model, [FileNetwork: PointCost]())
    let count = Set(inputs.map(\.network)).count
    for index in 0..<plan.count {
      guard costs.count < count else { break }
      let point = plan.point(at: index)
      guard case .file(let network) = point.network, costs[network] == nil else { continue }
      costs[network] = model.cost(of: point)
    }
    for place in inputs.indices { inputs[place].cost = costs[inputs[place].network] }
  }

  /// What the points of each network cost on a common core, if that is known.
  var costs: [FileNetwork: PointCost] {
    Dictionary(
      inputs.compactMap { input in input.cost.map { (input.network, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// What a plan has to know of the networks.
  public var facts: NetworkFacts {
    NetworkFacts(
      Dictionary(inputs.map { ($0.request, $0.network) }, uniquingKeysWith: { first, _ in first }))
  }

  /// The SHA-256 of every file: those of points each once, then those of guides by their sections.
  var digests: [Digest256] {
    var seen: Set<Digest256> = []
    return inputs.map(\.network.digest).filter { seen.insert($0).inserted }
      + guideDigests
  }

  /// The SHA-256 of every guide's file, by their sections.
  var guideDigests: [Digest256] {
    guides.sorted { $0.key < $1.key }.map(\.value.network.digest)
  }
}

extension NetworkInputs.Input {
  /// Understands a file as points need it, or as what they are compared with: a guide has its standard
  /// representations.
  fileprivate static func understanding(
    _ request: NetworkRequest, _ bytes: ONNXBytes, _ measure: Measure, isGuide: Bool
  ) throws(ONNXError) -> (input: Self, remarks: [String]) {
    if isGuide { return try understanding(guide: request, bytes, isExact: measure.isExact) }
    let (network, remarks) = try FileNetwork.understanding(
      request, bytes, representations: measure.chosenRepresentations, isExact: measure.isExact)
    return (Self(request: request, network: network), remarks)
  }

  /// Understands what points are compared with, which takes the images as they are, or their numbers in
  /// any shape of its own.
  private static func understanding(
    guide request: NetworkRequest, _ bytes: ONNXBytes, isExact: Bool
  ) throws(ONNXError) -> (input: Self, remarks: [String]) {
    let (network, remarks) = try FileNetwork.understanding(
      request, bytes, representations: .standard, isExact: isExact, onlyIfOpen: true)
    func refusal(_ problem: String, _ expected: String) -> ONNXError {
      ONNXError(file: bytes.name, problem: problem, expected: expected)
    }
    let (channels, size) = (request.channels ?? 0, request.size ?? 0)
    guard network.inputShape.reduce(1, *) == channels * size * size else {
      let shape = network.inputShape.map(String.init).joined(separator: ", ")
      throw refusal(
        "its input has the shape (\(shape)), and the images have \(channels) × \(size) × \(size)",
        "as many numbers as an image has")
    }
    if let damage = network.contents?.damage { throw refusal(damage, "finite numbers") }
    return (Self(request: request, network: network), remarks)
  }
}

extension Spec {
  /// A network from a file, where it is named, and the section that compares points with it; nil for a
  /// network of points.
  fileprivate struct WantedNetwork {
    let request: NetworkRequest
    let place: Place
    let keyPath: String
    let section: String?
  }

  /// The networks of points in their order, then those that points are compared with, which take the
  /// images as they are.
  ///
  /// **Throws**: `SpecErrors` if a path has a placeholder without a value.
  fileprivate func wantedNetworks(_ data: DataFacts) throws(SpecErrors) -> [WantedNetwork] {
    var wanted: [WantedNetwork] = []
    if namesNetworks {
      wanted = try networkRequests().map {
        WantedNetwork(request: $0.request, place: $0.place, keyPath: $0.keyPath, section: nil)
      }
    }
    for request in measure.requests {
      let section = type(of: request).section
      guard let file = request.guide, let shape = data[section]?.shape else { continue }
      let named = mistake(inMeasure: "\(section).guide", "")
      wanted.append(
        WantedNetwork(
          request: NetworkRequest(file: file, channels: shape.channels, size: shape.size),
          place: named.place, keyPath: named.keyPath, section: section))
    }
    return wanted
  }
}

// MARK: - As bytes

extension NetworkInputs {
  /// All files for ranks that do not read them: for each its name, its bytes, and those of every file
  /// beside it with their paths, each text behind its length in 64 bits.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(files.reduce(64) { $0 + $1.byteCount + 64 })
    func append(_ part: some Collection<UInt8>) {
      bytes.append(little: UInt64(part.count))
      bytes += part
    }
    bytes.append(little: UInt64(files.count))
    for file in files {
      append(file.name.utf8)
      append(file.main)
      bytes.append(little: UInt64(file.external.count))
      for (path, part) in file.external.sorted(by: { $0.key < $1.key }) {
        append(path.utf8)
        append(part)
      }
    }
    return bytes
  }

  /// Understands what `bytes` wrote on another rank.
  ///
  /// **Throws**: `SpecErrors`, which the rank that read the files met first.
  mutating func receive(_ reader: inout ByteReader, of spec: Spec) throws(SpecErrors) {
    var files: [String: ONNXBytes] = [:]
    for _ in 0..<Int(reader.next()) {
      let (name, main) = (reader.text(), reader.part())
      var external: [String: [UInt8]] = [:]
      for _ in 0..<Int(reader.next()) {
        let path = reader.text()
        external[path] = reader.part()
      }
      files[name] = ONNXBytes(name: name, main: main, external: external)
    }
    do throws(ONNXError) {
      for (place, input) in inputs.enumerated() {
        guard let bytes = files[input.request.file.path] else { continue }
        inputs[place] =
          try Input.understanding(input.request, bytes, spec.measure, isGuide: false).input
        inputs[place].cost = input.cost
      }
      for (section, guide) in guides {
        guard let bytes = files[guide.request.file.path] else { continue }
        guides[section] =
          try Input.understanding(guide.request, bytes, spec.measure, isGuide: true).input
      }
    } catch {
      throw SpecErrors([
        SpecError(
          Place(line: 1, column: 1), "network", error.whatIsWrong, expected: error.expected)
      ])
    }
  }
}

extension ByteReader {
  /// The bytes behind their number.
  fileprivate mutating func part() -> [UInt8] { next(Int(next())) }

  /// The text behind the number of its bytes.
  fileprivate mutating func text() -> String { String(decoding: part(), as: UTF8.self) }
}
