internal import Architectures
internal import Digest
internal import Processes
internal import SweepRecords

/// The walk through all places of a sweep that makes its plan.
///
/// Threads look at runs of places, and what they find is put together in the order of places: so equal
/// points stay at their first place, whatever the number of threads.
struct Expansion: ~Copyable {
  /// The first 128 bits of an id, enough to tell points apart.
  private struct Key: Hashable {
    let high: UInt64
    let low: UInt64

    // The bits of a digest are evenly distributed already.
    func hash(into hasher: inout Hasher) { hasher.combine(high) }
  }

  private var survivors: [UInt32] = []
  private var grid = ExpandedGrid(places: PointPlaces([], of: 0), planHash: SHA256.hash([]))
  private var warnings: [SpecError] = []

  private var firstSkipless: (place: Place, keyPath: String, point: String, length: Int)?
  private var skiplessCount = 0
  /// The point whose second moment grows most, if it is too much.
  private var steepest: (place: Place, keyPath: String, point: String, growth: Double)?
  private var steepCount = 0
  private let spec: Spec
  private let data: DataFacts
  private let networks: NetworkFacts
  private var seen: Set<Key> = []
  private var refusals: [String: ExpansionPart.Refusal] = [:]
  private var hits: [Int]
  private var emptyError: SpecError?
  private var planHasher = SHA256()
  /// Points on their way to the plan's hash, collected because each update has a cost of its own.
  private var pendingBytes: [UInt8] = []

  init(
    _ spec: Spec, inputDigests: [Digest256], data: DataFacts, networks: NetworkFacts
  ) {
    self.spec = spec
    self.data = data
    self.networks = networks
    hits = [Int](repeating: 0, count: spec.exclusions.count)
    grid.omittedKeys = Set(ArchitectureKey.allCases.filter(\.row.isOmittedIfUnused))
    planHasher.update(Array(Self.header(spec, inputDigests).utf8))
    // A sweep that excludes nearly all of a huge grid needs no room for it.
    let expected = min(spec.gridCount + spec.inclusions.count, 1 << 21)
    seen.reserveCapacity(expected)
    survivors.reserveCapacity(expected)
  }

  /// The lines of the plan's hash in front of the points.
  static func header(_ spec: Spec, _ inputDigests: [Digest256]) -> String {
    let columns = Schema.planColumns + spec.measure.columns
    var header = "framesweep plan\nnumerics: \(numericsVersion)\n"
    header += "coordinates: \(spec.coordinates.joined(separator: " "))\n"
    header += "measure: \(spec.measure.canonicalText)\n"
    for column in columns where column.presence == .always { header += line(column) }
    if spec.measure.usesSeed {
      header += "seed: \(spec.seed)\n"
    }
    for digest in inputDigests { header += "input: \(digest.hexadecimal)\n" }
    return header + "points:\n"
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

  /// Places that a thread looks at in one piece.
  private static let pieceCount = 1 << 13

  /// Visits all places.
  ///
  /// - Parameters:
  ///   - threads: the threads that look at places.
  ///   - progress: told now and then how many places were visited.
  mutating func run(threads: Int, progress: (_ visited: Int, _ count: Int) -> Void) {
    let count = spec.gridCount + spec.inclusions.count
    let (spec, data, networks) = (spec, data, networks)
    // What waits for its turn is bounded, and threads wait little for one another.
    let pieces = 16 * max(threads, 1)
    var first = 0
    while first < count {
      let start = first
      let end = min(count, first + pieces * Self.pieceCount)
      let parts = Parallel.map(
        (end - start + Self.pieceCount - 1) / Self.pieceCount, threads: threads,
        state: { Walker(ExpansionWalker(spec, data: data, files: networks)) },
        { walker, piece in
          let begin = start + piece * Self.pieceCount
          return walker.walk(begin..<min(begin + Self.pieceCount, end))
        })
      for part in parts { add(part) }
      first = end
      progress(first, count)
    }
    for (exclusion, hits) in zip(spec.exclusions, hits) where hits == 0 && spec.gridCount > 0 {
      warnings.append(
        SpecError(exclusion.place, exclusion.keyPath, "the item matches no point of grid and zip"))
    }
    if survivors.isEmpty, refusals.isEmpty {
      let place = spec.exclusions.first?.place ?? Place(line: 1, column: 1)
      emptyError = SpecError(place, "exclude", "no point is left", expected: "at least one")
    }
  }

  /// A walker in a place that a thread can keep.
  private final class Walker {
    private var walker: ExpansionWalker
    init(_ walker: consuming ExpansionWalker) { self.walker = walker }
    func walk(_ places: Range<Int>) -> ExpansionPart { walker.walk(places) }
  }

  /// All that was found; to be asked for once.
  mutating func finish() -> ExpandedGrid {
    planHasher.update(pendingBytes)
    pendingBytes.removeAll()
    seen.removeAll()
    let unused = Set(grid.omittedKeys.compactMap(\.column))
    for column in Schema.planColumns + spec.measure.columns {
      let isThere =
        switch column.presence {
        case .always: false
        case .ifUsed: !unused.contains(column.name)
        case .ifKeyIsUsed(let key): !unused.contains(key)
        case .ifNotPlain: !grid.isPlain
        }
      if isThere { planHasher.update(Array(Self.line(column).utf8)) }
    }
    grid.planHash = planHasher.finish()
    grid.places = PointPlaces(survivors, of: spec.gridCount + spec.inclusions.count)
    return grid
  }

  private static func line(_ column: Column) -> String {
    let dimensions = column.dimensions.map(\.name).joined(separator: ",")
    return "column: \(column.name) \(column.type.numpyName) \(dimensions)\n"
  }

  /// Adds what comes next in the order of places.
  private mutating func add(_ part: ExpansionPart) {
    grid.excludedCount += part.excludedCount
    for (exclusion, count) in part.hits.enumerated() { hits[exclusion] += count }
    for (key, refusal) in part.refusals {
      if refusals[key] == nil {
        refusals[key] = refusal
      } else {
        refusals[key]?.count += refusal.count
      }
    }
    var last: Int32 = -1
    for candidate in part.candidates {
      let id = candidate.id
      guard seen.insert(Key(high: id.word(0), low: id.word(1))).inserted else {
        grid.duplicateCount += 1
        continue
      }
      survivors.append(candidate.place)
      let network = part.networks[Int(candidate.network)]
      grid.maximumDraws = max(grid.maximumDraws, candidate.draws)
      grid.maximumSweeps = max(grid.maximumSweeps, candidate.sweeps)
      if candidate.network != last {
        last = candidate.network
        note(network)
      }
      for index in 0..<4 { pendingBytes.append(big: id.word(index)) }
      pendingBytes += part.columnBytes[network.columnBytes]
      if pendingBytes.count >= 1 << 14 {
        planHasher.update(pendingBytes)
        pendingBytes.removeAll(keepingCapacity: true)
      }
      if let length = network.skiplessLength { noteSkipless(length, at: candidate.place) }
      if candidate.isHe, network.growth > 6 { note(growth: network.growth, at: candidate.place) }
    }
  }

  private mutating func note(_ network: ExpansionPart.Network) {
    grid.maximumLayerCount = max(grid.maximumLayerCount, network.layerCount)
    if !network.isPlain { grid.isPlain = false }
    if let frame = network.layerFrame { grid.layerFrames.insert(frame) }
    for key in network.used { grid.omittedKeys.remove(key) }
  }

  /// Notes a residual network whose stages are all too short for a skip.
  private mutating func noteSkipless(_ length: Int, at place: UInt32) {
    skiplessCount += 1
    guard firstSkipless == nil else { return }
    let (start, keyPath, point) = spec.blame(
      [ArchitectureKey.skipLength, .stageDepth, .stages].map(Parameter.architecture),
      at: Int(place))
    firstSkipless = (start, keyPath, point, length)
  }

  /// Notes a residual network whose values grow too large for training and for comparisons.
  private mutating func note(growth: Double, at place: UInt32) {
    steepCount += 1
    guard growth > steepest?.growth ?? 0 else { return }
    let (start, keyPath, point) = spec.blame(
      [ArchitectureKey.stageDepth, .stages, .preset].map(Parameter.architecture), at: Int(place))
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

extension [UInt8] {
  /// Appends a word, most significant byte first, as digests are written.
  fileprivate mutating func append(big word: UInt64) {
    unsafe Swift.withUnsafeBytes(of: word.bigEndian) { unsafe append(contentsOf: $0) }
  }
}
