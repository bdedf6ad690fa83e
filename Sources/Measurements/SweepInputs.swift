internal import Architectures
public import Digest
public import SweepSpec

/// The files that a sweep reads besides its own: images and weights.
public struct SweepInputs: Sendable {
  /// The images of neural frames; nil where none are needed.
  public private(set) var images: ImageInputs?
  /// The images that networks are trained on; nil where none are needed.
  public private(set) var training: LabelledInputs?
  /// The images that untrained networks are scored with; nil where none are needed.
  public private(set) var companions: LabelledInputs?
  /// The weights files that points name.
  public private(set) var weights: WeightsInputs

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
    if let measure = spec.measure.neuralFrames {
      images = ImageInputs(
        measure, of: try files.open(measure.data, for: "neural_frames"), seed: spec.seed)
    }
    if let measure = spec.measure.train {
      training = LabelledInputs(
        measure, of: try files.open(measure.data, for: "train", areLabelled: true),
        seed: spec.seed)
    }
    if let measure = spec.measure.companions {
      companions = LabelledInputs(
        measure, of: try files.open(measure.data, for: "companions", areLabelled: true),
        seed: spec.seed)
    }
    weights = WeightsInputs(folder: folder)
    guard spec.readsWeights else { return }
    weights = try WeightsInputs(
      checking: Plan(spec, inputDigests: digests, data: facts(for: spec.measure)), folder: folder)
  }

  /// The SHA-256 of every file: images, then weights in the order in which points name them.
  public var digests: [Digest256] { imageDigests + weights.digests }

  /// The SHA-256 of every file of images.
  public var imageDigests: [Digest256] {
    (images?.digests ?? []) + (training?.digests ?? []) + (companions?.digests ?? [])
  }

  /// What a plan has to know of the images.
  public func facts(for measure: Measure) -> DataFacts {
    var facts = DataFacts(measure)
    if let images { facts.neuralFrames = images.facts }
    if let training { facts.train = training.facts }
    if let companions { facts.companions = companions.facts }
    return facts
  }

  /// Reads the chosen images and what directions need of the whole data set.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more, and `LAPACKError`.
  public mutating func loadImages() throws {
    try images?.load()
    try training?.load()
    try companions?.load()
  }

  /// The loaded images as bytes, for ranks that do not read files: each kind behind its length in 64
  /// bits.
  public var imageBytes: [UInt8] {
    var bytes: [UInt8] = []
    for part in [images?.bytes, training?.bytes, companions?.bytes] {
      bytes.append(little: UInt64(part?.count ?? 0))
      bytes += part ?? []
    }
    return bytes
  }

  /// Takes over images that another rank has loaded.
  public mutating func receiveImages(_ bytes: [UInt8], of spec: Spec) {
    var reader = ByteReader(bytes)
    let parts = (0..<3).map { _ in reader.next(Int(reader.next())) }
    images = ImageInputs(bytes: parts[0], of: spec)
    if spec.measure.train != nil { training = LabelledInputs(bytes: parts[1]) }
    if spec.measure.companions != nil { companions = LabelledInputs(bytes: parts[2]) }
  }
}

// MARK: - As text

extension SweepInputs {
  /// What the plan depends on, a line for each thing: `images` with the number, channels, size and
  /// bytes of a value of a data set, `image_file` with a digest, for training and companions the same
  /// with the words in front (`training_images`), `weights_file` with digest, bytes and path.
  ///
  /// Ranks and results files have it, so that a plan can be made again without the files.
  public var text: String {
    var lines: [String] = []
    func add(_ prefix: String, _ facts: ImageFacts?, _ digests: [Digest256]) {
      guard let facts else { return }
      lines.append(
        "\(prefix)images \(facts.count) \(facts.shape.channels) \(facts.shape.size) "
          + "\(facts.valueBytes)")
      lines += digests.map { "\(prefix)image_file \($0.hexadecimal)" }
    }
    add("", images?.facts, images?.digests ?? [])
    add("training_", training?.facts, training?.digests ?? [])
    add("companion_", companions?.facts, companions?.digests ?? [])
    lines += weights.text.split(separator: "\n").map { "weights_file \($0)" }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Reads what `text` wrote; nil where it did not.
  public init?(text: String, of spec: Spec, folder: String) {
    var facts: [Substring: ImageFacts] = [:]
    var digests: [Substring: [Digest256]] = [:]
    var weightsLines: [Substring] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      let (key, value) = (parts[0], parts[1])
      if key == "weights_file" {
        weightsLines.append(value)
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
    guard let weights = WeightsInputs(text: weightsLines.joined(separator: "\n"), folder: folder)
    else { return nil }
    self.weights = weights
    if let measure = spec.measure.neuralFrames {
      guard let facts = facts[""] else { return nil }
      images = ImageInputs(
        facts: facts, digests: digests[""] ?? [],
        indices: ImageInputs.choose(measure.imageCount, of: facts.count, seed: spec.seed),
        measure: measure, seed: spec.seed)
    }
    func labelled(_ prefix: Substring) -> LabelledInputs? {
      facts[prefix].map { LabelledInputs(facts: $0, digests: digests[prefix] ?? []) }
    }
    if spec.measure.train != nil {
      guard let inputs = labelled("training_") else { return nil }
      training = inputs
    }
    if spec.measure.companions != nil {
      guard let inputs = labelled("companion_") else { return nil }
      companions = inputs
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
