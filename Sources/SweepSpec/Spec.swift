internal import Architectures

/// Where the weights of a point come from.
public enum WeightsSource: Hashable, Sendable {
  /// He-normal random weights, drawn a number of times.
  case he(draws: Int)
  /// A file's weights.
  case file(WeightsLocation)

  /// The number of networks that are measured for each point, at least 1.
  public var draws: Int {
    switch self {
    case .he(let draws): draws
    case .file: 1
    }
  }

  /// The source in the one spelling that identifies it.
  public var canonicalText: String {
    switch self {
    case .he(let draws): "{init: he, draws: \(draws)}"
    case .file(let location): location.canonicalText
    }
  }
}

/// What is measured at every point.
public struct Measure: Hashable, Sendable {
  /// What is measured of induced frames.
  public struct Frame: Hashable, Sendable {
    /// The minimum of the frame potential over all weights.
    public var minimum: Bool
    /// The statistics of the frames of given weights.
    public var statistics: Bool
    /// The frame bounds of given weights.
    public var bounds: Bool

    /// Chooses what is measured.
    public init(minimum: Bool = false, statistics: Bool = false, bounds: Bool = false) {
      self.minimum = minimum
      self.statistics = statistics
      self.bounds = bounds
    }
  }

  /// What is measured of induced frames.
  public var frame: Frame

  /// What is measured of neural frames; nil for nothing.
  public var neuralFrames: NeuralFrames?

  /// How networks are trained; nil where they are not.
  public var train: Train?

  /// Which attacks trained networks are tested with; nil for none.
  public var robustness: Robustness?

  /// Which scores of untrained networks are computed; nil for none.
  public var companions: Companions?

  /// Chooses what is measured.
  public init(
    frame: Frame = Frame(), neuralFrames: NeuralFrames? = nil, train: Train? = nil
  ) {
    self.frame = frame
    self.neuralFrames = neuralFrames
    self.train = train
  }

  /// Whether images are chosen or split by the top-level seed.
  public var usesSeed: Bool { neuralFrames != nil || train != nil || companions != nil }

  /// The choice in the one spelling that the plan hash covers.
  public var canonicalText: String {
    let frame =
      "frame: {minimum: \(frame.minimum), statistics: \(frame.statistics), bounds: \(frame.bounds)}"
    return "{" + frame + (neuralFrames.map { ", neural_frames: \($0.canonicalText)" } ?? "")
      + (train.map { ", train: \($0.canonicalText)" } ?? "")
      + (robustness.map { ", robustness: \($0.canonicalText)" } ?? "")
      + (companions.map { ", companions: \($0.canonicalText)" } ?? "") + "}"
  }
}

/// A checked sweep file; `Plan` expands it into points.
public struct Spec: Sendable {
  /// The file's text, as it was read.
  public let text: String
  /// The sweep's name.
  public let name: String
  /// The top-level seed, from which images and noise are chosen.
  public let seed: Int64
  /// What is measured at every point.
  public let measure: Measure
  /// What the reader noticed without refusing it.
  public let warnings: [SpecError]
  /// Where keys are whose mistakes show only when files are read, by their paths.
  let places: [String: Place]
  /// The keys that vary in grid and zip, in order, dotted where they are nested.
  public var sweptKeys: [String] { axes.flatMap { $0.parameters.map(\.key) } }
  /// The columns of the results file that hold the swept keys, for its `coordinates`.
  public var coordinates: [String] { axes.flatMap { $0.parameters.compactMap(\.column) } }
  /// The number of points of grid and zip before exclusions, at most 2³¹ − 1.
  public let gridCount: Int

  /// Whether some points have their weights from files.
  public var readsWeights: Bool {
    let swept = axes.lazy.flatMap { $0.choices.joined() }.map(\.value)
    let isInGrid =
      gridCount > 0
      && swept.contains {
        if case .weights(.file) = $0 { true } else { false }
      }
    return isInGrid
      || (inclusions.map(\.setting) + [base]).contains {
        if case .file = $0.weights { true } else { false }
      }
  }

  let base: Setting
  /// Where the weights of all points are given; nil where they are not.
  let weightsPlace: Place?
  let fixed: [Assignment]
  let axes: [GridAxis]
  let exclusions: [Exclusion]
  let inclusions: [Inclusion]
}

/// An axis of the grid, or lists that are walked together: each choice sets the same parameters.
struct GridAxis: Sendable {
  let parameters: [Parameter]
  let choices: [[Assignment]]
}

/// An item of `exclude`: a point is left out if all of its matchers hold.
struct Exclusion: Sendable {
  /// For each axis that the item names, which of its choices match.
  struct Matcher: Sendable {
    let axis: Int
    let matches: [Bool]
  }

  let place: Place
  let keyPath: String
  let matchers: [Matcher]

  /// Whether a point with these choices is left out.
  func matches(_ digits: [Int]) -> Bool {
    matchers.allSatisfy { $0.matches[digits[$0.axis]] }
  }
}

/// An item of `include`: a whole point.
struct Inclusion: Sendable {
  let place: Place
  let keyPath: String
  let setting: Setting
  let assignments: [Assignment]
}
