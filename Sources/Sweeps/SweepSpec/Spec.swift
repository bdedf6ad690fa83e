public import Architectures

/// Where the weights of a point come from.
public enum WeightsSource: Hashable, Sendable {
  /// Random weights, drawn a number of times.
  case random(RandomWeights, draws: Int)
  /// A file's weights.
  case file(WeightsLocation)
  /// Those that a network's file has itself.
  case network(NetworkFile)

  /// The number of networks that are measured for each point, at least 1.
  public var draws: Int {
    switch self {
    case .random(_, let draws): draws
    case .file, .network: 1
    }
  }

  /// The source in the one spelling that identifies it.
  public var canonicalText: String {
    switch self {
    case .random(let random, let draws): "{\(random.canonicalText), draws: \(draws)}"
    case .file(let location): location.canonicalText
    case .network(let file): file.text
    }
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
  /// What generators stand for where it is not what their ends say.
  public let notes: [SpecError]
  /// Where keys are whose mistakes show only when files are read, by their paths.
  let places: [String: Place]
  /// The keys that vary in grid and zip, in order, dotted where they are nested.
  public var sweptKeys: [String] { axes.flatMap { $0.parameters.map(\.key) } }
  /// The columns of the results file that hold the swept keys, for its `coordinates`.
  public var coordinates: [String] { axes.flatMap { $0.parameters.compactMap(\.column) } }
  /// The number of points of grid and zip before exclusions, at most 2³¹ − 1.
  public let gridCount: Int

  /// The seeds that the grid gives each of its networks.
  public var seedCount: Int {
    axes.reduce(1) { $0 * ($1.parameters == [.seed] ? $1.choices.count : 1) }
  }

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
