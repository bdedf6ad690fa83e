import Architectures
import Networks
import SweepRecords
import Testing
import Training

@testable import Measurements

@Suite("Scores that are no numbers") struct CompanionColumnsTests {
  private func scores(sweeps: Int = 1) throws -> Companions {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [3, 2], kernel: 1, stride: 1)])
    let images = LabelledImages(
      shape: architecture.input, values: .numbers([0.1, 0.9, 0.8, 0.3, 0.5, 0.6]),
      labels: [0, 1, 0],
      classes: 2)
    return try Companions(
      BuiltNetwork(architecture, classes: 2), images: images, batch: [0, 1, 2], seed: 1, draw: 0,
      sweeps: sweeps)
  }

  private func problem(
    sweeps: Int = 1, isPlain: Bool = true, _ change: (inout Companions) -> Void
  ) throws -> String? {
    var scores = try scores(sweeps: sweeps)
    // Small networks may be singular.
    (scores.naswot, scores.ntkCondition) = (-1, 2)
    change(&scores)
    do {
      let layout = RecordLayout(Registry.schema, measuring: Set(Companions.scores.map(\.column.id)))
      var values = RecordValues(layout: layout, draws: 4)
      try Companions.store(
        scores, draw: 3, sweeps: sweeps, isPlain: isPlain, in: &values)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("Infinity is stored where it is an answer, and is an error elsewhere") func infinite()
    throws
  {
    #expect(try problem { _ in } == nil)
    #expect(try problem { $0.naswot = -.infinity } == nil)
    #expect(try problem { $0.ntkCondition = .infinity } == nil)
    #expect(
      try problem { $0.gradientNorm = .infinity }
        == "gradient_norm of draw 3 is inf: numbers on the way to it leave the range of double "
        + "precision")
    #expect(try problem { $0.synflowLog = .infinity }?.hasPrefix("synflow_log of draw 3") == true)
    #expect(try problem { $0.naswot = .nan }?.hasPrefix("naswot of draw 3 is nan") == true)
    #expect(try problem { $0.ntkCondition = -.infinity } != nil)
    // Two scores are of plain networks only.
    #expect(try problem(isPlain: false) { ($0.synflowLog, $0.zenScore) = (.nan, .nan) } == nil)
    #expect(try problem { $0.zenScore = .nan } != nil)
    #expect(try problem(isPlain: false) { $0.snip = .nan } != nil)
  }

  @Test("Several sweeps have no synaptic flow, which is not an error") func sweeps() throws {
    #expect(try scores(sweeps: 2).synflowLog.isNaN)
    #expect(try problem(sweeps: 2) { _ in } == nil)
    #expect(try problem { $0.synflowLog = .nan } != nil)
  }
}
