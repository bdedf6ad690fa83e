internal import Architectures
internal import Digest
internal import SweepRecords

/// The walk through all points of a sweep that makes its plan.
struct Expansion: ~Copyable {
  /// The first 128 bits of an id, enough to tell points apart.
  private struct Key: Hashable {
    let high: UInt64
    let low: UInt64

    // The bits of a digest are evenly distributed already.
    func hash(into hasher: inout Hasher) { hasher.combine(high) }
  }

  /// Points that are impossible for one reason.
  private struct Refusal {
    let place: Place
    let keyPath: String
    /// The first of them, in words.
    let point: String
    let reason: PointError
    var count = 0
  }

  /// A network that points have in common.
  private struct Network {
    let network: PointNetwork
    let rule: Shorthand?
    let bytes: [UInt8]
    /// The keys that it makes use of, of those whose columns may be left out.
    let used: [ArchitectureKey]
    /// What `PointColumns` adds to the plan's hash.
    let columnBytes: [UInt8]
    /// Whether statistics of its normalisations are measured at images.
    let measuresStatistics: Bool
    /// The decimal logarithm of the growth of second moments under He's weights; 0 for a file.
    let growth: Double
  }

  private(set) var survivors: [UInt32] = []
  private(set) var duplicateCount = 0
  private(set) var excludedCount = 0
  private(set) var maximumDraws = 0
  private(set) var maximumLayerCount = 0
  private(set) var maximumSweeps = 1
  /// The keys with a column of their own only where a point makes use of them.
  private(set) var omittedKeys = Set(ArchitectureKey.allCases.filter(\.row.isOmittedIfUnused))
  /// Whether all networks are plain.
  private(set) var isPlain = true
  private(set) var warnings: [SpecError] = []

  private var firstSkipless: (place: Place, keyPath: String, point: String, length: Int)?
  private var skiplessCount = 0
  /// The point whose second moment grows most, if it is too much.
  private var steepest: (place: Place, keyPath: String, point: String, growth: Double)?
  private var steepCount = 0
  private let spec: Spec
  /// The images that all points must take.
  private let data: DataFacts
  private let networks: NetworkFacts
  private var seen: Set<Key> = []
  private var refusals: [String: Refusal] = [:]
  private var emptyError: SpecError?
  private var idHasher = SHA256()
  private var planHasher = SHA256()
  /// Points on their way to the plan's hash, collected because each update has a cost of its own.
  private var pendingBytes: [UInt8] = []
  /// The last network, where it was possible.
  private var network: Network?
  private var suffix: [UInt8] = []
  private var suffixSeed: Int?
  private var suffixSweeps = 1
  private var suffixWeights: WeightsSource?

  init(
    _ spec: Spec, inputDigests: [Digest256], data: DataFacts, networks: NetworkFacts
  ) {
    self.spec = spec
    self.data = data
    self.networks = networks
    let columns = Schema.planColumns + spec.measure.columns
    var header = "framesweep plan\nnumerics: \(numericsVersion)\n"
    header += "coordinates: \(spec.coordinates.joined(separator: " "))\n"
    header += "measure: \(spec.measure.canonicalText)\n"
    for column in columns where column.presence == .always { header += Self.line(column) }
    if spec.measure.usesSeed {
      header += "seed: \(spec.seed)\n"
    }
    for digest in inputDigests { header += "input: \(digest.hexadecimal)\n" }
    planHasher.update(Array((header + "points:\n").utf8))
    // A sweep that excludes nearly all of a huge grid needs no room for it.
    let expected = min(spec.gridCount + spec.inclusions.count, 1 << 21)
    seen.reserveCapacity(expected)
    survivors.reserveCapacity(expected)
  }

  /// The reasons why there is no plan.
  var errors: [SpecError] {
    let impossible = refusals.values.map { refusal in
      let parts = refusal.reason.description.split(separator: ", expected ", maxSplits: 1)
      let verb = refusal.count > 1 ? "and \(refusal.count - 1) more are" : "is"
      return SpecError(
        refusal.place, refusal.keyPath, "\(refusal.point) \(verb) impossible: \(parts[0])",
        expected: parts.count > 1 ? String(parts[1]) : "")
    }
    return impossible + (emptyError.map { [$0] } ?? [])
  }

  /// Visits all points in order.
  mutating func run() {
    walkGrid()
    for (index, inclusion) in spec.inclusions.enumerated() {
      network = nil
      visit(inclusion.setting, at: spec.gridCount + index, digits: nil)
    }
    if survivors.isEmpty, refusals.isEmpty {
      let place = spec.exclusions.first?.place ?? Place(line: 1, column: 1)
      emptyError = SpecError(place, "exclude", "no point is left", expected: "at least one")
    }
  }

  /// The digest of all that was visited; to be asked for once.
  mutating func planHash() -> Digest256 {
    planHasher.update(pendingBytes)
    pendingBytes.removeAll()
    let unused = Set(omittedKeys.compactMap(\.column))
    for column in columns {
      let isThere =
        switch column.presence {
        case .always: false
        case .ifUsed: !unused.contains(column.name)
        case .ifKeyIsUsed(let key): !unused.contains(key)
        case .ifNotPlain: !isPlain
        }
      if isThere { planHasher.update(Array(Self.line(column).utf8)) }
    }
    return planHasher.finish()
  }

  /// The keys of rules whose columns are left out of files in which they take no part.
  private static let laterRules = ArchitectureKey.rules.filter { !$0.row.isInEveryHash }

  private var columns: [Column] { Schema.planColumns + spec.measure.columns }

  private static func line(_ column: Column) -> String {
    let dimensions = column.dimensions.map(\.name).joined(separator: ",")
    return "column: \(column.name) \(column.type.numpyName) \(dimensions)\n"
  }

  private mutating func walkGrid() {
    guard spec.gridCount > 0 else { return }
    let axes = spec.axes
    let exclusions = spec.exclusions
    var hits = [Int](repeating: 0, count: exclusions.count)
    var digits = [Int](repeating: 0, count: axes.count)
    var setting = spec.setting(at: 0)
    let changesNetwork = axes.map { axis in
      axis.parameters.contains {
        // Not every network can be swept more than once.
        if case .architecture = $0 { true } else { $0 == .inferenceSweeps }
      }
    }
    for place in 0..<spec.gridCount {
      if let exclusion = exclusions.firstIndex(where: { $0.matches(digits) }) {
        excludedCount += 1
        hits[exclusion] += 1
        for later in exclusions.indices.dropFirst(exclusion + 1) where hits[later] == 0 {
          if exclusions[later].matches(digits) { hits[later] = 1 }
        }
      } else {
        visit(setting, at: place, digits: digits)
      }
      // The next point: axes count up like the digits of a number, the last one first.
      var axis = axes.count - 1
      while axis >= 0 {
        digits[axis] += 1
        if digits[axis] == axes[axis].choices.count { digits[axis] = 0 }
        for assignment in axes[axis].choices[digits[axis]] { setting.assign(assignment) }
        if changesNetwork[axis] { network = nil }
        if digits[axis] > 0 { break }
        axis -= 1
      }
    }
    for (exclusion, count) in zip(exclusions, hits) where count == 0 {
      warnings.append(
        SpecError(exclusion.place, exclusion.keyPath, "the item matches no point of grid and zip"))
    }
  }

  private mutating func visit(_ setting: Setting, at place: Int, digits: [Int]?) {
    let network: Network
    let weights: WeightsSource
    do throws(PointError) {
      // What varies may be a part of a file's path.
      if let same = self.network, setting.networkFile == nil {
        network = same
      } else {
        let (found, rule) = try setting.network(sweep: spec.name, files: networks)
        for images in data.all where !images.fit(found.input) {
          throw .images(images, input: found.input)
        }
        if found.layerFramed == nil, spec.measure.requests.contains(where: { $0.needsLayerFrames })
        {
          throw .penaltyWithoutFrame(found.architecture)
        }
        let columns = PointColumns(found, rule, setting.preset, setting.values)
        var columnBytes: [UInt8] = []
        columns.append(to: &columnBytes)
        network = Network(
          network: found, rule: rule, bytes: found.canonicalBytes,
          used: (found.architecture?.options.keys ?? [])
            + (setting.preset?.options.map(\.key) ?? [])
            + (setting.networkFile == nil ? [] : setting.values.keys)
            + Self.laterRules.filter { columns[$0] != -1 },
          columnBytes: columnBytes,
          measuresStatistics: found.architecture?.normalizationStatistics == .batch,
          growth: found.architecture?.heGrowth ?? 0)
      }
      weights = try setting.weights(of: network.network, network.rule, sweep: spec.name)
      if network.measuresStatistics, case .file = weights { throw PointError.statisticsOfFile }
    } catch {
      refuse(error, setting, at: place, digits: digits)
      return
    }
    if suffixSeed != setting.seed || suffixWeights != weights
      || suffixSweeps != setting.inferenceSweeps
    {
      suffix = Point.identitySuffix(
        seed: Int64(setting.seed), weights: weights, inferenceSweeps: setting.inferenceSweeps)
      suffixSeed = setting.seed
      suffixSweeps = setting.inferenceSweeps
      suffixWeights = weights
    }
    self.network = network
    idHasher.update(network.bytes)
    idHasher.update(suffix)
    let id = idHasher.finish()
    guard seen.insert(Key(high: id.word(0), low: id.word(1))).inserted else {
      duplicateCount += 1
      return
    }
    survivors.append(UInt32(place))
    maximumDraws = max(maximumDraws, weights.draws)
    maximumSweeps = max(maximumSweeps, setting.inferenceSweeps)
    maximumLayerCount = max(maximumLayerCount, network.network.layerCount)
    if network.network.framed == nil { isPlain = false }
    for key in network.used { omittedKeys.remove(key) }
    append(id)
    pendingBytes += network.columnBytes
    if pendingBytes.count >= 1 << 14 {
      planHasher.update(pendingBytes)
      pendingBytes.removeAll(keepingCapacity: true)
    }
    if let architecture = network.network.architecture {
      checkSkips(architecture, at: place, digits: digits)
      if case .random(.he, _) = weights {
        check(growth: network.growth, at: place, digits: digits)
      }
    }
  }

  private mutating func append(_ id: Digest256) {
    for index in 0..<4 {
      let word = id.word(index)
      for shift: UInt64 in [56, 48, 40, 32, 24, 16, 8, 0] {
        pendingBytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
  }

  private mutating func refuse(
    _ error: PointError, _ setting: Setting, at place: Int, digits: [Int]?
  ) {
    let (start, keyPath, point) = blame(error.culprits, at: place, digits: digits)
    let first = Refusal(place: start, keyPath: keyPath, point: point, reason: error)
    let key = "\(start) \(error.culprits.first?.key ?? "") \(keyPath)"
    refusals[key, default: first].count += 1
  }

  /// Where the first of some parameters is given that a point has, and the point in words.
  private func blame(
    _ culprits: [Parameter], at place: Int, digits: [Int]?
  ) -> (place: Place, keyPath: String, point: String) {
    var assignments: [Assignment] = spec.fixed
    var point = "the point"
    var keyPath = ""
    if let digits {
      let swept = zip(spec.axes, digits).flatMap { $0.choices[$1] }
      assignments = swept + spec.fixed
      let values = swept.map { "\($0.parameter.key): \($0.value.text)" }
      if !values.isEmpty { point = "the point {\(values.joined(separator: ", "))}" }
    } else {
      let inclusion = spec.inclusions[place - spec.gridCount]
      assignments = inclusion.assignments
      keyPath = inclusion.keyPath
    }
    let culprit = culprits.lazy
      .compactMap { parameter in assignments.first { $0.parameter == parameter } }.first
    let isWeights = culprit == nil && culprits.contains(.weights)
    let start =
      culprit?.place ?? (isWeights ? spec.weightsPlace : nil) ?? assignments.first?.place
      ?? Place(line: 1, column: 1)
    if isWeights, spec.weightsPlace != nil { keyPath = "" }
    let key = culprit?.parameter.key ?? (isWeights ? "weights" : "")
    return (start, [keyPath, key].filter { !$0.isEmpty }.joined(separator: "."), point)
  }

  /// Notes a residual network whose stages are all too short for a skip.
  private mutating func checkSkips(_ architecture: Architecture, at place: Int, digits: [Int]?) {
    guard architecture.family == .residual, architecture.isLayered,
      !architecture.layers.contains(where: { $0.skip != nil })
    else { return }
    skiplessCount += 1
    guard firstSkipless == nil else { return }
    let (start, keyPath, point) = blame(
      [ArchitectureKey.skipLength, .stageDepth, .stages].map(Parameter.architecture), at: place,
      digits: digits)
    firstSkipless = (start, keyPath, point, architecture.skipLength)
  }

  /// Notes a residual network whose values grow too large for training and for comparisons.
  private mutating func check(growth: Double, at place: Int, digits: [Int]?) {
    guard growth > 6 else { return }
    steepCount += 1
    guard growth > steepest?.growth ?? 0 else { return }
    let (start, keyPath, point) = blame(
      [ArchitectureKey.stageDepth, .stages, .preset].map(Parameter.architecture), at: place,
      digits: digits)
    steepest = (start, keyPath, point, growth)
  }

  /// What is worth saying of the points that are left.
  var notes: [SpecError] {
    var notes = warnings
    if let first = firstSkipless {
      let verb = skiplessCount > 1 ? "and \(skiplessCount - 1) more have" : "has"
      notes.append(
        SpecError(
          first.place, first.keyPath,
          "\(first.point) \(verb) no skip, because every stage is too short for a skip_length of "
            + "\(first.length)"))
    }
    if let steepest {
      // The square root of the second moment leaves single precision at 3.4e38.
      let end = steepest.growth > 77 ? ", beyond single precision" : ""
      let others = steepCount > 1 ? ", and \(steepCount - 1) more grow above 1e6" : ""
      notes.append(
        SpecError(
          steepest.place, steepest.keyPath,
          "the second moment of \(steepest.point) grows by 1e\(Int(steepest.growth)) under He's "
            + "weights, 2.4 times in each residual block\(end)\(others)",
          expected: "normalization: batch, a branch_scale below 1, or fewer blocks"))
    }
    return notes
  }
}
