internal import Architectures
internal import Bytes
public import Digest
public import SweepSpec

/// The files that a sweep reads besides its own: images and weights.
public struct SweepInputs: Sendable {
  /// The images of measurements, by their sections.
  private(set) var images: [String: any ChosenImages] = [:]
  /// The measurements that need images, in the order of their columns.
  private let measurements: [any ImageMeasurement]
  /// The weights files that points name.
  public private(set) var weights: WeightsInputs
  /// The networks from files that points name.
  private(set) var networks = NetworkInputs()
  /// What is worth saying of the files without refusing them; only known where they were opened.
  public private(set) var warnings: [SpecError] = []

  /// Opens and checks all files that a sweep names.
  ///
  /// - Parameters:
  ///   - spec: the sweep.
  ///   - folder: the folder of the sweep file, where relative paths start; empty for the current one.
  ///
  /// **Throws**: `SpecErrors` with the place of what is missing or does not fit, or where there is no
  /// plan.
  ///
  /// **Complexity**: reads every file once.
  public init(opening spec: Spec, folder: String) throws(SpecErrors) {
    var files = DataFiles(spec, folder: folder)
    measurements = spec.measure.imageMeasurements
    for measurement in measurements {
      guard let data = measurement.data else { continue }
      let section = type(of: measurement).section
      let set = try files.open(data.source, for: section, areLabelled: data.areLabelled)
      images[section] = measurement.images(of: set, seed: spec.seed)
    }
    weights = WeightsInputs(folder: folder)
    networks = try NetworkInputs(
      opening: spec, data: facts(for: spec.measure), folder: folder)
    warnings = files.warnings + networks.warnings
    if spec.namesNetworks {
      let plan = try plan(of: spec)
      networks.noteCosts(of: plan, CostModel(SweepMeasurements(plan, inputs: self)))
    }
    guard spec.readsWeights else { return }
    weights = try WeightsInputs(checking: plan(of: spec), folder: folder)
    warnings += weights.warnings
  }

  /// The points of the sweep that reads the files.
  ///
  /// - Parameters:
  ///   - spec: the sweep.
  ///   - threads: how many threads look at points.
  ///   - progress: told now and then how many places of the grid were visited, of how many.
  ///
  /// **Throws**: `SpecErrors` if points are impossible.
  public func plan(
    of spec: Spec, threads: Int = 1,
    progress: (_ visited: Int, _ count: Int) -> Void = { _, _ in }
  ) throws(SpecErrors) -> Plan {
    try Plan(
      spec, inputDigests: digests, data: facts(for: spec.measure), networks: networks.facts,
      threads: threads, progress: progress)
  }

  /// The points of the sweep, of which another rank found what `Plan.expansion` says; nil if this
  /// program makes another plan of the sweep.
  public func plan(of spec: Spec, expansion: [UInt8]) -> Plan? {
    Plan(
      spec, expansion: expansion, inputDigests: digests, data: facts(for: spec.measure),
      networks: networks.facts)
  }

  /// The SHA-256 of every file: images, then weights and networks in the order in which points name them.
  public var digests: [Digest256] { imageDigests + weights.digests + networks.digests }

  /// The SHA-256 of every file of images.
  public var imageDigests: [Digest256] { parts.flatMap { $0.images.digests } }

  /// The SHA-256 of every network from a file that points are compared with, by the sections that ask
  /// for them.
  public var guideDigests: [Digest256] { networks.guideDigests }

  /// The images, in the order of the columns of what needs them.
  private var parts: [(measurement: any ImageMeasurement, images: any ChosenImages)] {
    measurements.compactMap { measurement in
      images[type(of: measurement).section].map { (measurement, $0) }
    }
  }

  /// The images of one measurement; nil where none are needed.
  func images<Of: ImageMeasurement>(of measurement: Of.Type) -> Of.Images? {
    images[Of.section] as? Of.Images
  }

  /// What a plan has to know of the images.
  public func facts(for measure: Measure) -> DataFacts {
    var facts = DataFacts(measure)
    for (section, images) in images { facts[section] = images.facts }
    return facts
  }

  /// Reads the chosen images and what directions need of the whole data set.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more, and `LAPACKError`.
  public mutating func loadImages() throws {
    for measurement in measurements { try images[type(of: measurement).section]?.load() }
  }

  /// The loaded images as bytes, for ranks that do not read files: each kind behind its length in 64
  /// bits, then the files of networks.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for part in parts.map(\.images.bytes) {
      bytes.append(little: UInt64(part.count))
      bytes += part
    }
    return bytes + networks.bytes
  }

  /// Takes over images and networks that another rank has loaded.
  ///
  /// **Throws**: `SpecErrors` with what is wrong with a network's file, which the other rank met first.
  public mutating func receive(_ bytes: [UInt8], of spec: Spec) throws(SpecErrors) {
    var reader = ByteReader(bytes)
    for measurement in measurements {
      let part = reader.next(Int(reader.next()))
      images[type(of: measurement).section] = measurement.images(bytes: part, seed: spec.seed)
    }
    try networks.receive(&reader, of: spec)
  }
}

// MARK: - As text

extension SweepInputs {
  /// What the plan depends on, a line for each thing: `images` with the number, channels, size and
  /// bytes of a value of a data set, `image_file` with a digest, for other measurements the same
  /// with a word in front (`training_images`), `weights_file` with digest, bytes and path,
  /// `weights_source` for the other files that its numbers are read from, and `network` with what was
  /// understood of a network's file, `similarity_guide` or `train_guide` with that of a network that
  /// points are compared with.
  ///
  /// Ranks and results files have it, so that a plan can be made again without the files.
  public var text: String {
    var lines: [String] = []
    for (measurement, images) in parts {
      let prefix = type(of: measurement).linePrefix
      let facts = images.facts
      lines.append(
        "\(prefix)images \(facts.count) \(facts.shape.channels) \(facts.shape.size) "
          + "\(facts.valueBytes)")
      lines += images.digests.map { "\(prefix)image_file \($0.hexadecimal)" }
    }
    return lines.map { $0 + "\n" }.joined() + weights.text + networks.text
  }

  /// Reads what `text` wrote; nil where it did not.
  public init?(text: String, of spec: Spec, folder: String) {
    var facts: [Substring: ImageFacts] = [:]
    var digests: [Substring: [Digest256]] = [:]
    var (weightsLines, networkLines) = ([Substring](), [Substring]())
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      let (key, value) = (parts[0], parts[1])
      if WeightsInputs.isKey(key) {
        weightsLines.append(line)
      } else if NetworkInputs.isKey(key) {
        networkLines.append(line)
      } else if key.hasSuffix("images") {
        guard let found = ImageFacts(text: value) else { return nil }
        facts[key.dropLast("images".count)] = found
      } else if key.hasSuffix("image_file") {
        guard let digest = Digest256(hexadecimal: String(value)) else { return nil }
        digests[key.dropLast("image_file".count), default: []].append(digest)
      } else {
        return nil
      }
    }
    guard let weights = WeightsInputs(text: weightsLines.joined(separator: "\n"), folder: folder),
      let networks = NetworkInputs(text: networkLines.joined(separator: "\n"))
    else { return nil }
    (self.weights, self.networks) = (weights, networks)
    measurements = spec.measure.imageMeasurements
    for measurement in measurements {
      let prefix = type(of: measurement).linePrefix[...]
      guard let facts = facts[prefix] else { return nil }
      images[type(of: measurement).section] = measurement.images(
        facts: facts, digests: digests[prefix] ?? [], seed: spec.seed)
    }
  }
}

extension ImageFacts {
  /// Reads what `SweepInputs.text` says of a data set.
  fileprivate init?(text: Substring) {
    let counts = text.split(separator: " ").compactMap { Int($0) }
    guard counts.count == 4, counts.allSatisfy({ $0 > 0 }) else { return nil }
    self.init(
      count: counts[0], shape: InputShape(channels: counts[1], size: counts[2]),
      valueBytes: counts[3])
  }
}
