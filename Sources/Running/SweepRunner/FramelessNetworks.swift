internal import Architectures
internal import Measurements
internal import SweepSpec

/// Networks of a sweep that have no induced frame although frames are measured.
struct FramelessNetworks {
  /// What the warning names at most.
  private static let mostKinds = 8

  private let path: String
  private let planCount: Int
  private var pointCount = 0
  /// A family or a file, and the operations in the way, in the order of the points.
  private var kinds: [(name: String, obstacles: [String])] = []

  init(_ sweep: SweepFile) { (path, planCount) = (sweep.path, sweep.plan.count) }

  /// Adds a point, with the reason why its network has no frame.
  mutating func add(_ network: PointNetwork, _ reason: String) {
    pointCount += 1
    var obstacle = reason
    let common = " is not a part of induced frames"
    if obstacle.hasSuffix(common) { obstacle.removeLast(common.count) }
    let name: String
    switch network {
    case .file(let file): name = file.file.path
    case .architecture(let architecture):
      name = architecture.family.name
      // What the operation is called differs from network to network.
      if obstacle != reason, let end = obstacle.firstIndex(of: " ") {
        obstacle.removeSubrange(end...)
      }
    }
    guard let place = kinds.firstIndex(where: { $0.name == name }) else {
      return kinds.append((name, [obstacle]))
    }
    if !kinds[place].obstacles.contains(obstacle) { kinds[place].obstacles.append(obstacle) }
  }

  /// Which networks have none, and why; nil if all have one.
  var text: String? {
    guard pointCount > 0 else { return nil }
    var lines = kinds.prefix(Self.mostKinds).map { kind in
      "  \(kind.name): \(kind.obstacles.joined(separator: ", "))"
    }
    if kinds.count > Self.mostKinds { lines.append("  … and \(kinds.count - Self.mostKinds) more") }
    let count =
      pointCount == planCount
      ? "no point has" : "\(Show.count(pointCount)) of \(Show.points(planCount)) do not have"
    return
      "\(path): \(count) an induced frame, so frame columns stay empty; in the way are:\n"
      + lines.joined(separator: "\n")
  }
}

extension SweepFile {
  /// What is worth a second look before frames are measured, a sentence each.
  package var frameWarnings: [String] {
    guard measurements.measuresFrames else { return [] }
    var (mixed, frameless) = (MixedForms(self), FramelessNetworks(self))
    forEachGraphFrame { network, reason in
      if reason.isEmpty { mixed.add(network) } else { frameless.add(network, reason) }
    }
    return [mixed.text, frameless.text].compactMap { $0 }
  }

  /// Visits the networks of all points whose frames are not made of layers, with the reason why each has no
  /// frame, which is empty if it has one.
  ///
  /// Networks are built to see that, so both warnings come from one visit.
  private func forEachGraphFrame(_ body: (_ network: PointNetwork, _ reason: String) -> Void) {
    guard !plan.isPlain else { return }
    var points = PointCursor(plan)
    var last: (network: PointNetwork, reason: String)?
    for index in 0..<plan.count {
      let network = points.point(at: index).network
      guard network.layerFramed == nil else { continue }
      // Points that differ in their seed only have one network.
      let reason = last.flatMap { $0.network == network ? $0.reason : nil } ?? network.frameReason
      last = (network, reason)
      body(network, reason)
    }
  }
}
