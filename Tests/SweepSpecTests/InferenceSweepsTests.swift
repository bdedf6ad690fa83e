import Measurements
import SweepSpec
import Testing

@Suite("Sweeps of inference in sweep files") struct InferenceSweepsTests {
  private static func sweep(
    _ axis: String, architecture: String = "", measure: String = "train: {epochs: 1}"
  ) -> String {
    """
    format: 1
    name: recurrent
    architecture: {input: {channels: 1, size: 8}, stage_depth: 2, width: 4\(architecture)}
    grid: {family: [chain, dense]\(axis)}
    weights: {init: he, draws: 2}
    measure: {\(measure)}
    """
  }

  private static func plan(_ text: String) throws -> Plan { try Plan(SpecReader.read(text)) }

  private static func message(_ text: String) -> String {
    do {
      _ = try plan(text)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("They are an axis, and one sweep is what a file without them has") func axis() throws {
    let plain = try Self.plan(Self.sweep(""))
    let swept = try Self.plan(Self.sweep(", inference_sweeps: [1, 2, 8]"))
    #expect((0..<6).map { swept.point(at: $0).inferenceSweeps } == [1, 2, 8, 1, 2, 8])
    #expect(plain.maximumSweeps == 1 && swept.maximumSweeps == 8)
    #expect(swept.spec.coordinates == ["family", "inference_sweeps"])
    for (index, other) in [(0, 0), (1, 3)] {
      let (point, same) = (plain.point(at: index), swept.point(at: other))
      #expect(point.inferenceSweeps == 1)
      #expect(point.identityText == same.identityText && point.id == same.id)
      let further = swept.point(at: other + 1)
      #expect(further.network == point.network)
      #expect(further.networkText == point.networkText + " by inference_sweeps: 2")
      #expect(further.identityText == point.identityText + "inference_sweeps: 2\n")
    }
    let one = try Self.plan(Self.sweep(", inference_sweeps: [1]"))
    #expect((0..<2).allSatisfy { one.point(at: $0).id == plain.point(at: $0).id })
    #expect(swept.planHash != plain.planHash)
    let fixed = try Self.plan(Self.sweep("", architecture: ", inference_sweeps: 2"))
    #expect(fixed.point(at: 1).id == swept.point(at: 4).id)
  }

  @Test("A weights file can be one for each number of sweeps") func placeholder() throws {
    let text = Self.sweep(
      ", inference_sweeps: [1, 3], weights: [{file: \"{family}-{inference_sweeps}.h5\"}]",
      measure: "frame: {statistics: true}"
    ).replacing("weights: {init: he, draws: 2}\n", with: "")
    let plan = try Self.plan(text)
    #expect(plan.point(at: 1).weights.canonicalText == "{file: \"chain-3.h5\"}")
  }

  @Test("A sweep that evaluates no network is warned of them") func unused() throws {
    let axis = ", inference_sweeps: [1, 2]"
    let frames = try Self.plan(Self.sweep(axis, measure: "frame: {statistics: true}"))
    #expect(
      frames.warnings.map(\.description) == [
        "4:32: grid.inference_sweeps: frames are the same for any inference_sweeps, and nothing "
          + "else is measured"
      ])
    #expect(try Self.plan(Self.sweep(axis, measure: "companions: {images: 8}")).warnings == [])
  }

  @Test("Networks that can be swept once only are refused wherever on the axis more stand")
  func impossible() {
    for (values, place) in [("[1, 3]", "4:54"), ("[3, 1]", "4:51")] {
      let text = Self.sweep(
        ", inference_sweeps: \(values)", architecture: ", normalization: batch")
      let message = Self.message(text)
      #expect(message.contains("\(place): inference_sweeps: "), "\(message)")
      #expect(message.contains("expected inference_sweeps: 1"), "\(message)")
    }
  }

  @Test(
    "What is no number of sweeps is refused with its place",
    arguments: [
      ("[0]", "4:51", "too small"), ("[1.5]", "4:51", "whole number"), ("[]", "4:50", "empty"),
      ("[2000]", "4:51", "from 1 to 1000"), ("4", "4:50", "a list"),
    ])
  func mistakes(_ values: String, _ place: String, _ part: String) {
    let message = Self.message(Self.sweep(", inference_sweeps: \(values)"))
    #expect(message.contains(place) && message.contains(part), "\(message)")
  }
}
