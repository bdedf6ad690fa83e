internal import Architectures
internal import Digest

/// What the walk through some places of a sweep finds without looking at other places.
struct ExpansionPart: Sendable {
  /// A network that points have in common.
  struct Network: Sendable {
    /// The keys that it makes use of, of those whose columns may be left out.
    let used: [ArchitectureKey]
    let layerCount: Int
    /// Whether it is plain.
    let isPlain: Bool
    /// Nil if its frame is not made of layers.
    let layerFrame: FramedFamily?
    /// The skips' length in a residual network whose stages are all too short for one.
    let skiplessLength: Int?
    /// The decimal logarithm of the growth of second moments under He's weights; 0 for a file.
    let growth: Double
    /// Where `columnBytes` holds what `PointColumns` adds to the plan's hash.
    let columnBytes: Range<Int>
  }

  /// A point, if no earlier one is equal to it.
  struct Candidate: Sendable {
    let id: Digest256
    let place: UInt32
    /// The place of its network in `networks`.
    let network: Int32
    let draws: Int
    let sweeps: Int
    /// Whether its weights are drawn as He does.
    let isHe: Bool
  }

  /// Points that are impossible for one reason.
  struct Refusal: Sendable {
    let place: Place
    let keyPath: String
    /// The first of them, in words.
    let point: String
    let reason: PointError
    var count = 0
  }

  private(set) var candidates: [Candidate] = []
  private(set) var networks: [Network] = []
  private(set) var columnBytes: [UInt8] = []
  private(set) var refusals: [String: Refusal] = [:]
  private(set) var excludedCount = 0
  /// How often each exclusion was the first that matched; at least 1 if it matched at all.
  private(set) var hits: [Int]

  fileprivate init(_ spec: Spec) { hits = [Int](repeating: 0, count: spec.exclusions.count) }
}

/// Walks through places of a sweep; each thread has a walker of its own.
struct ExpansionWalker: ~Copyable {
  private let spec: Spec
  /// The images that all points must take.
  private let data: DataFacts
  private let files: NetworkFacts
  private var cursor: SettingCursor
  private var idHasher = SHA256()
  /// The last network, if it was possible.
  private var network: (network: PointNetwork, rule: Shorthand?, bytes: [UInt8])?
  /// Its place in the part that is being made; −1 if it is of an earlier one.
  private var networkPlace: Int32 = -1
  private var lastWeights = LastWeights()

  init(_ spec: Spec, data: DataFacts, files: NetworkFacts) {
    self.spec = spec
    self.data = data
    self.files = files
    cursor = SettingCursor(spec)
  }

  /// The keys of rules whose columns are left out of files in which they take no part.
  private static let laterRules = ArchitectureKey.rules.filter { !$0.row.isInEveryHash }

  /// Visits places in order.
  mutating func walk(_ places: Range<Int>) -> ExpansionPart {
    var part = ExpansionPart(spec)
    networkPlace = -1
    for place in places {
      let (setting, mayChange) = cursor.setting(at: place)
      if mayChange { network = nil }
      if place < spec.gridCount, part.isExcluded(cursor.digits, spec.exclusions) { continue }
      visit(setting, at: place, &part)
    }
    return part
  }

  private mutating func visit(_ setting: Setting, at place: Int, _ part: inout ExpansionPart) {
    let weights: WeightsSource
    let found: (network: PointNetwork, rule: Shorthand?, bytes: [UInt8])
    do throws(PointError) {
      // What varies may be a part of a file's path.
      if let network, setting.networkFile == nil {
        found = network
      } else {
        found = try newNetwork(setting)
        networkPlace = -1
      }
      weights = try setting.weights(of: found.network, found.rule, sweep: spec.name)
      if found.network.architecture?.normalizationStatistics == .batch, case .file = weights {
        throw PointError.statisticsOfFile
      }
    } catch {
      part.refuse(error, place, spec)
      return
    }
    network = found
    if networkPlace < 0 {
      networkPlace = part.add(found.network, found.rule, setting, Self.laterRules)
    }
    idHasher.update(
      Point.identity(
        network: found.bytes, seed: Int64(setting.seed), weights,
        text: lastWeights.text(of: weights),
        inferenceSweeps: setting.inferenceSweeps))
    let isHe = if case .random(.he, _) = weights { true } else { false }
    part.add(
      ExpansionPart.Candidate(
        id: idHasher.finish(), place: UInt32(place), network: networkPlace, draws: weights.draws,
        sweeps: setting.inferenceSweeps, isHe: isHe))
  }

  private func newNetwork(
    _ setting: Setting
  ) throws(PointError) -> (network: PointNetwork, rule: Shorthand?, bytes: [UInt8]) {
    let (found, rule) = try setting.network(sweep: spec.name, files: files)
    for images in data.all where !images.fit(found.input) {
      throw .images(images, input: found.input)
    }
    if found.layerFramed == nil, spec.measure.requests.contains(where: { $0.needsLayerFrames }) {
      throw .penaltyWithoutFrame(found.architecture)
    }
    return (found, rule, found.canonicalBytes)
  }
}

extension ExpansionPart {
  /// Whether an exclusion leaves out the point with these choices, which is counted.
  fileprivate mutating func isExcluded(_ digits: [Int], _ exclusions: [Exclusion]) -> Bool {
    guard let exclusion = exclusions.firstIndex(where: { $0.matches(digits) }) else { return false }
    excludedCount += 1
    hits[exclusion] += 1
    for later in exclusions.indices.dropFirst(exclusion + 1) where hits[later] == 0 {
      if exclusions[later].matches(digits) { hits[later] = 1 }
    }
    return true
  }

  fileprivate mutating func add(_ candidate: Candidate) { candidates.append(candidate) }

  /// Adds a network, and returns its place.
  fileprivate mutating func add(
    _ found: PointNetwork, _ rule: Shorthand?, _ setting: Setting, _ laterRules: [ArchitectureKey]
  ) -> Int32 {
    let columns = PointColumns(hashing: found, rule, setting.preset, setting.values)
    let start = columnBytes.count
    columns.append(to: &columnBytes)
    var used = found.architecture?.options.keys ?? []
    if let preset = setting.preset { used += preset.options.map(\.key) }
    if setting.networkFile != nil { used += setting.values.keys }
    for key in laterRules where columns[key] != -1 { used.append(key) }
    // Neighbours mostly use the same keys, and then share the list.
    if let last = networks.last?.used, last == used { used = last }
    let architecture = found.architecture
    var skipless: Int?
    if let architecture, architecture.family == .residual, architecture.isLayered,
      !architecture.hasSkips
    {
      skipless = architecture.skipLength
    }
    networks.append(
      Network(
        used: used, layerCount: found.layerCount, isPlain: found.framed != nil,
        layerFrame: found.layerFramed.map { FramedFamily(family: $0.family, form: $0.form) },
        skiplessLength: skipless, growth: architecture?.heGrowth ?? 0,
        columnBytes: start..<columnBytes.count))
    return Int32(networks.count - 1)
  }

  fileprivate mutating func refuse(_ error: PointError, _ place: Int, _ spec: Spec) {
    let (start, keyPath, point) = spec.blame(error.culprits, at: place)
    let first = Refusal(place: start, keyPath: keyPath, point: point, reason: error)
    let key = "\(start) \(error.culprits.first?.key ?? "") \(keyPath)"
    refusals[key, default: first].count += 1
  }
}

extension Spec {
  /// Where the first of some parameters is given that a point has, and the point in words.
  func blame(
    _ culprits: [Parameter], at gridPlace: Int
  ) -> (place: Place, keyPath: String, point: String) {
    var assignments: [Assignment] = fixed
    var point = "the point"
    var keyPath = ""
    if gridPlace < gridCount {
      var rest = gridPlace
      var swept: [Assignment] = []
      for axis in axes.reversed() {
        swept = axis.choices[rest % axis.choices.count] + swept
        rest /= axis.choices.count
      }
      assignments = swept + fixed
      let values = swept.map { "\($0.parameter.key): \($0.value.text)" }
      if !values.isEmpty { point = "the point {\(values.joined(separator: ", "))}" }
    } else {
      let inclusion = inclusions[gridPlace - gridCount]
      assignments = inclusion.assignments
      keyPath = inclusion.keyPath
    }
    let culprit = culprits.lazy
      .compactMap { parameter in assignments.first { $0.parameter == parameter } }.first
    let isWeights = culprit == nil && culprits.contains(.weights)
    let start =
      culprit?.place ?? (isWeights ? weightsPlace : nil) ?? assignments.first?.place
      ?? Place(line: 1, column: 1)
    if isWeights, weightsPlace != nil { keyPath = "" }
    let key = culprit?.parameter.key ?? (isWeights ? "weights" : "")
    return (start, [keyPath, key].filter { !$0.isEmpty }.joined(separator: "."), point)
  }
}
