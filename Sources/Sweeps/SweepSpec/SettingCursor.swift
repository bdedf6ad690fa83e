internal import Architectures

/// Walks through the places of a sweep, and changes only what varies from one to the next.
struct SettingCursor: Sendable {
  private let spec: Spec
  /// For each axis whether the network may depend on it.
  private let changesNetwork: [Bool]
  /// The choices of the grid's place that was visited last.
  private(set) var digits: [Int]
  private var gridPlace = 0
  private var gridSetting: Setting
  private var isFresh = true

  /// Begins in front of the first place.
  init(_ spec: Spec) {
    self.spec = spec
    changesNetwork = spec.axes.map { axis in
      axis.parameters.contains {
        // Not every network can be swept more than once.
        if case .architecture = $0 { true } else { $0 == .inferenceSweeps }
      }
    }
    digits = [Int](repeating: 0, count: spec.axes.count)
    gridSetting = spec.gridCount > 0 ? spec.setting(at: 0) : spec.gridBase
  }

  /// What the point at a place sets, and whether its network may be another than that of the place before,
  /// files apart.
  ///
  /// **Complexity**: O(axes that differ), if places follow one another.
  mutating func setting(at place: Int) -> (setting: Setting, mayChangeNetwork: Bool) {
    guard place < spec.gridCount else {
      isFresh = true
      return (spec.inclusions[place - spec.gridCount].setting, true)
    }
    var mayChange = isFresh
    isFresh = false
    var (old, new) = (gridPlace, place)
    // Axes count up like the digits of a number, the last one first.
    var axis = digits.count - 1
    while axis >= 0, old != new {
      let choices = spec.axes[axis].choices
      let digit = new % choices.count
      if digit != digits[axis] {
        digits[axis] = digit
        for assignment in choices[digit] { gridSetting.assign(assignment) }
        if changesNetwork[axis] { mayChange = true }
      }
      old /= choices.count
      new /= choices.count
      axis -= 1
    }
    gridPlace = place
    return (gridSetting, mayChange)
  }
}

/// Gives the points of a plan, one after the other, with little to do for those that have the network of
/// the point before.
public struct PointCursor: Sendable {
  private let plan: Plan
  private var settings: SettingCursor
  private var network: (network: PointNetwork, rule: Shorthand?)?
  /// Counts up with each point that may have another network, or another way of writing it, than the one
  /// before.
  public private(set) var networkNumber = 0

  /// Begins in front of the first point.
  public init(_ plan: Plan) {
    self.plan = plan
    settings = SettingCursor(plan.spec)
  }

  /// A point by its index, `0 ..< count` of the plan.
  public mutating func point(at index: Int) -> Point {
    precondition(
      index >= 0 && index < plan.count, "a plan of \(plan.count) points has no \(index)")
    let (setting, mayChange) = settings.setting(at: plan.places[index])
    do {
      let found: (network: PointNetwork, rule: Shorthand?)
      // What varies may be a part of a file's path.
      if let network, !mayChange, setting.networkFile == nil {
        found = network
      } else {
        found = try setting.network(sweep: plan.spec.name, files: plan.networks)
        network = found
        networkNumber += 1
      }
      return Point(
        index: index, setting: setting, network: found.network, shorthand: found.rule,
        weights: try setting.weights(of: found.network, found.rule, sweep: plan.spec.name))
    } catch {
      preconditionFailure("a point that was possible when the plan was made is not: \(error)")
    }
  }
}
