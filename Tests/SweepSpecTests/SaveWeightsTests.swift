import Measurements
import SweepSpec
import Testing

@Suite("Trained weights that are written, in sweep files") struct SaveWeightsTests {
  /// A sweep of two draws at each point; its line 11 is that of `train`.
  static func sweep(
    _ save: String, axes: String = "width: [4, 8]", weights: String = "{init: he, draws: 2}"
  ) -> String {
    """
    format: 1
    name: kept
    seed: 3
    architecture: {input: {channels: 1, size: 8}, family: chain}
    grid:
      stage_depth: [1]
      \(axes)
    weights: \(weights)
    measure:
      frame: {statistics: true}
      train: {epochs: 3\(save)}
    """
  }

  private static func plan(
    _ save: String, axes: String = "width: [4, 8]", weights: String = "{init: he, draws: 2}"
  ) throws -> Plan {
    try Plan(SpecReader.read(sweep(save, axes: axes, weights: weights)))
  }

  private static func message(_ save: String, axes: String = "width: [4, 8]") -> String {
    do {
      _ = try plan(save, axes: axes)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("Each draw has a file of its own, placeholders replaced in path and group") func files()
    throws
  {
    let plan = try Self.plan(
      ", save_weights: {file: \"{name}/{width}-{seed}-{draw}.h5\", group: /./{id}/{draw}/}")
    for index in 0..<2 {
      let point = plan.point(at: index)
      for draw in 0..<2 {
        #expect(
          plan.savedWeights(of: point, draw: draw)
            == WeightsLocation(
              path: "kept/\([4, 8][index])-3-\(draw).h5", group: "/\(point.shortID)/\(draw)"))
      }
    }
    let silent = try Self.plan("")
    #expect(silent.savedWeights(of: silent.point(at: 0), draw: 0) == nil)
  }

  @Test("Saving changes neither the plan's hash nor what is measured") func hash() throws {
    let (one, other) = (
      try Self.plan(""), try Self.plan(", save_weights: {file: \"nets/{id}-{draw}.h5\"}")
    )
    #expect(one.planHash == other.planHash)
    #expect(one.spec.measure.canonicalText == other.spec.measure.canonicalText)
  }

  @Test(
    "Two networks in one file are named, with the placeholder that tells them apart",
    arguments: [
      (
        "\"{width}.h5\"", "width: [4, 8]",
        "draws 0 and 1 of point 0 would both be written to 4.h5, and 1 more share a file, expected "
          + "{draw} in it"
      ),
      (
        "\"nets/{draw}.h5\"", "width: [4, 8]",
        "points 0 and 1 (width 4 and 8) would both be written to nets/0.h5, and 1 more share a "
          + "file, expected {width} in it, or {id}"
      ),
      // 1 and 12, 11 and 2: the same digits behind one another.
      (
        "\"{width}{kernel}-{draw}.h5\"", "zip: [{width: [1, 11], kernel: [13, 3]}]",
        "points 0 and 1 would both be written to 113-0.h5, and 1 more share a file, expected {id} "
          + "in it"
      ),
      // One file by several ways.
      (
        "\"nets/{draw}/../{width}/./../x.h5\"", "width: [4]",
        "draws 0 and 1 of point 0 would both be written to nets/1/../4/./../x.h5, expected {draw} "
          + "in it"
      ),
    ])
  func shared(_ file: String, _ axes: String, _ problem: String) {
    let text = Self.message(
      ", save_weights: {file: \(file)}",
      axes: axes.hasPrefix("zip") ? "seed: [3]\n\(axes)" : axes)
    #expect(text.hasSuffix("measure.train.save_weights.file: \(problem)"), "\(text)")
  }

  @Test("Points that only their stages tell apart are asked for their ids") func stages() {
    let sweep =
      Self.sweep(", save_weights: {file: \"{draw}.h5\"}", axes: "width: [4]") + """

        include:
          - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [4, 8, 4]}]}
          - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [4, 9, 4]}]}
        """
    let error = #expect(throws: SpecErrors.self) { _ = try Plan(SpecReader.read(sweep)) }
    #expect(error?.description.contains("points 0 and 1 (stage_depth 1 and 3)") == true)
    let ids = sweep.replacing("{draw}.h5", with: "{layer_count}{draw}.h5")
    let second = #expect(throws: SpecErrors.self) { _ = try Plan(SpecReader.read(ids)) }
    let problem = "points 1 and 2 would both be written to 30.h5, and 1 more share a file"
    #expect(second?.description.hasSuffix("\(problem), expected {id} in it") == true)
    #expect(throws: Never.self) {
      _ = try Plan(SpecReader.read(sweep.replacing("{draw}.h5", with: "{id}{draw}.h5")))
    }
  }

  @Test(
    "Mistakes are named with their place",
    arguments: [
      (", save_weights: nets.h5", "11:36: measure.train.save_weights: found 'nets.h5', expected a"),
      (", save_weights: {group: /a}", "11:36: measure.train.save_weights: 'file' is missing"),
      (", save_weights: {path: a.h5}", "unknown key 'path', expected one of file, group"),
      (", save_weights: {file: nets/}", "11:43: measure.train.save_weights.file: 'nets/' is the"),
      (", save_weights: {file: \"{drow}.h5\"}", "did you mean 'draw'?"),
      (", save_weights: {file: [a.h5]}", "expected a path on one line"),
      (
        ", save_weights: {file: \"{growth}-{draw}.h5\"}",
        "point 0 and 1 more have no growth for {growth}-{draw}.h5, expected names without {growth}"
      ),
      (", save_weight: {file: a.h5}", "did you mean 'save_weights'?"),
    ])
  func mistakes(_ save: String, _ part: String) {
    let message = Self.message(save)
    #expect(message.contains(part), "\(message)")
  }

  @Test("Where weights are read, neither ids nor draws are known") func reading() {
    let error = #expect(throws: SpecErrors.self) {
      _ = try Self.plan("", weights: "{file: \"nets/{draw}.h5\"}")
    }
    #expect(error?.description.contains("there is no placeholder '{draw}'") == true)
  }
}
