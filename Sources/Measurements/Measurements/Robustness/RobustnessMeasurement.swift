internal import SweepRecords
internal import SweepSpec
internal import Training

extension Attack: Coded {}

extension ColumnDimension {
  /// A way of attacking trained networks, by its code.
  static let attack = ColumnDimension("attack", "code of the attack", codes: Attack.flags)
  /// How far an attack may move an image.
  static let radius = ColumnDimension(
    "radius", isReal: true,
    "how far the attack may move an image, in its norm; values lie in [0, 1]")
}

/// How trained networks stand attacks.
struct RobustnessMeasurement: Measurement {
  static let section = "robustness"
  static let keys = requiredKeys + ["restarts"]
  static let expected = "a mapping (attacks: [pgd_linf], radii: [0.05, 0.1])"
  private static let requiredKeys = ["attacks", "radii"]
  static let allColumns = [
    Column(
      "adversarial_error", dimensions: [.point, .draw, .attack, .radius], "error under attack",
      "share of the test images that are classified wrongly as they are or after the attack, from "
        + "any of its random starts")
  ]

  static let dimensions = [ColumnDimension.attack, .radius]

  /// The attacks, in the order of their codes, at least one.
  let attacks: [Attack]
  /// The radii, ascending, at least one.
  let radii: [Double]
  /// The random starts of an attack that has them, 1 to 100.
  let restarts: Int

  init?(_ given: GivenSection, _ reading: inout Reading) {
    if !given.sections.contains("train") {
      reading.fail(
        given.keyPlace, given.keyPath, "only networks that are trained are attacked",
        expected: "train beside it")
    }
    let errorCount = reading.errors.count
    var (attacks, radii, restarts) = (Set<Attack>(), [Double](), 1)
    for entry in given.entries {
      let path = "\(given.keyPath).\(entry.key)"
      switch entry.key {
      case "attacks": attacks = Self.attacks(entry.value, path, &reading)
      case "radii": radii = Self.radii(entry.value, path, &reading)
      default: restarts = reading.integer(entry.value, path, in: 1...100) ?? 1
      }
    }
    guard reading.errors.count == errorCount else { return nil }
    for key in Self.requiredKeys where !given.entries.contains(where: { $0.key == key }) {
      reading.fail(
        given.value.place, given.keyPath, "'\(key)' are missing", expected: Self.expected)
    }
    guard reading.errors.count == errorCount else { return nil }
    self.attacks = Attack.allCases.filter(attacks.contains)
    self.radii = radii.sorted()
    self.restarts = restarts
  }

  private static func attacks(
    _ value: YAMLValue, _ path: String, _ reading: inout Reading
  ) -> Set<Attack> {
    let names = Attack.allCases.map { ($0.name, $0) }
    var attacks: Set<Attack> = []
    let items =
      reading.items(of: value, path, expected: "a list of attacks ([fgsm_linf, pgd_linf])") ?? []
    for (index, item) in items.enumerated() {
      guard let attack = reading.name(item, "\(path)[\(index)]", among: names) else { continue }
      if !attacks.insert(attack).inserted {
        reading.fail(
          item.place, "\(path)[\(index)]", "'\(attack.name)' is given twice", expected: "it once")
      }
    }
    return attacks
  }

  private static func radii(
    _ value: YAMLValue, _ path: String, _ reading: inout Reading
  ) -> [Double] {
    var radii: [Double] = []
    let expected = "a number above 0, up to 1000"
    let items = reading.items(of: value, path, expected: "a list of radii ([0.05, 0.1])") ?? []
    for (index, item) in items.enumerated() {
      let itemPath = "\(path)[\(index)]"
      guard let radius = reading.real(item, itemPath, expected: expected) else { continue }
      if !(radius > 0 && radius <= 1_000) {
        reading.fail(item.place, itemPath, "\(radius) is out of range", expected: expected)
      } else if radii.contains(radius) {
        reading.fail(item.place, itemPath, "\(radius) is given twice", expected: "it once")
      } else {
        radii.append(radius)
      }
    }
    return radii
  }

  var canonicalText: String {
    let names = attacks.map(\.name).joined(separator: ", ")
    let lengths = radii.map { "\($0)" }.joined(separator: ", ")
    // One start was all there was before the key, and old results stay equal.
    let starts = restarts == 1 ? "" : ", restarts: \(restarts)"
    return "attacks: [\(names)], radii: [\(lengths)]\(starts)"
  }
  var columns: [Column] { Self.allColumns }

  func note(_ extents: inout TableExtents, _ inputs: SweepInputs?) {
    extents.set(.attack, attacks.map { Double($0.rawValue) })
    extents.set(.radius, radii)
  }

  /// As many passes of three times the forward one's size as the attacks have steps, and one more each.
  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    guard let training = TrainingCost(&context) else { return }
    let passes = attacks.reduce(0) { $0 + $1.starts(of: restarts) * ($1.steps + 1) } * radii.count
    let flops = context.draws * training.forward * 3 * training.testedImages * Double(passes)
    cost.flops += flops
    cost.seconds += TrainingCost.perFLOP * flops
  }

  func measureTrained(
    _ training: FinishedTraining, _ context: inout PointContext, into values: inout RecordValues
  ) throws {
    for (place, attack) in attacks.enumerated() {
      for (step, radius) in radii.enumerated() {
        let error = try training.trainer.adversarialError(
          attack, radius: radius, restarts: restarts, shouldStop: context.shouldStop)
        values.set(Self.allColumns[0].id, error, at: [context.draw, place, step])
      }
    }
  }
}
