internal import Architectures

/// What a point is made from: a key that can vary.
enum Parameter: Hashable, Sendable {
  /// A key of the architecture.
  case architecture(ArchitectureKey)
  /// The sweeps of inference, which stand among the architecture's keys.
  case inferenceSweeps
  case seed
  case weights
  /// A network from a file, in place of an architecture.
  case network

  /// The key in a sweep file, dotted if it is nested.
  var key: String {
    switch self {
    case .architecture(let key): key.name
    case .inferenceSweeps: "inference_sweeps"
    case .seed: "seed"
    case .weights: "weights"
    case .network: "network"
    }
  }

  /// The column of the results file that holds the values; nil where they are not numbers or names.
  var column: String? {
    switch self {
    case .architecture(let key): key.column
    case .inferenceSweeps, .seed: key
    case .weights, .network: nil
    }
  }

  /// Which values are read; nil for weights and files, which are no value of a column.
  var reading: KeyRow.Reading? {
    switch self {
    case .architecture(let key): key.row.reading
    case .inferenceSweeps: .integers(1...Self.sweepLimit)
    case .seed: .integers(Int.min...Int.max)
    case .weights, .network: nil
    }
  }

  /// Whether one value is written as a mapping.
  var isMapping: Bool { self == .weights || self == .network }

  /// The most sweeps of inference.
  static let sweepLimit = 1_000

  /// The parameters by their keys; those of the input stand below `input`.
  static let byKey: [String: Parameter] = {
    let all =
      ArchitectureKey.allCases.map(Parameter.architecture) + [
        .inferenceSweeps, .seed, .weights, .network,
      ]
    return Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
  }()

  /// The two sides of `input`.
  static let input: [Parameter] = [.architecture(.inputChannels), .architecture(.inputSize)]

  /// The options of presets.
  static let presetOptions = ArchitectureKey.presetOptions.map(Parameter.architecture)

  /// The keys that a preset has in itself; only its input and its form can be given besides.
  static let replacedByPreset: [Parameter] =
    ArchitectureKey.written.filter { key in
      let isOption = key.row.option != nil && !key.row.isInEveryHash
      return key != .form && !isOption
    }.map(Parameter.architecture)

  /// The keys that a network from a file has in itself, or has no use for.
  static let replacedByNetwork: [Parameter] =
    [.architecture(.preset)] + replacedByPreset + [.architecture(.form)] + presetOptions
    + [.inferenceSweeps]

  /// Names of what can vary, as they are written below `grid`.
  static let axisKeys = architectureKeys + ["seed", "weights"]

  /// Names of what `architecture` may hold: seed and weights stand beside it.
  static let architectureKeys: [String] = {
    let written = ArchitectureKey.written
    let stages = written.firstIndex(of: .stages) ?? 0
    return written[..<stages].map(\.name) + ["input"] + written[stages...].map(\.name)
      + ([.preset] + ArchitectureKey.presetOptions).map(\.name)
      + [inferenceSweeps.key, network.key]
  }()
}

/// A value of a parameter.
enum ParameterValue: Hashable, Sendable {
  case plain(KeyValue)
  case stages([StagePattern])
  case weights(WeightsSource)
  case network(NetworkFile)

  /// The value as error messages write it.
  var text: String {
    switch self {
    case .plain(let value): value.text
    case .stages(let stages):
      "[" + stages.map { "{widths: \($0.widths)}" }.joined(separator: ", ") + "]"
    case .weights(let weights): weights.canonicalText
    case .network(let file): file.text
    }
  }

  /// The whole number; nil for other values.
  var integer: Int? {
    if case .plain(let value) = self { value.integer } else { nil }
  }
}

/// A stage as it is written, before defaults are filled in.
struct StagePattern: Hashable, Sendable {
  let widths: [Int]
  let kernel: Int?
  let stride: Int?
}

/// A parameter's value and where it is written.
struct Assignment: Sendable {
  let parameter: Parameter
  let value: ParameterValue
  let place: Place

  /// The word that is assigned to a key; nil where another parameter is assigned.
  func word<Word: KeyWord>(of key: ArchitectureKey) -> Word? {
    guard parameter == .architecture(key), case .plain(let word) = value else { return nil }
    return word.word()
  }
}
