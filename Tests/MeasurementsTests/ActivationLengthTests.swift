import Architectures
import Networks
import OpenBLAS
import RandomNumbers
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Length of activations") struct ActivationLengthTests {
  init() { BLASLibrary.setThreadCount(1) }

  private func sweep(widths: String, draws: Int, section: String = "{inputs: 3}") throws
    -> PreparedSweep
  {
    try PreparedSweep(
      """
      format: 1
      name: lengths
      include: [{family: chain, input: {channels: 6, size: 1}, stages: [{widths: \(widths)}]}]
      weights: {init: he, draws: \(draws)}
      measure: {activation_length: \(section)}
      """)
  }

  @Test("It is what multiplying out the layers gives") func bruteForce() throws {
    let sweep = try sweep(widths: "[5, 4]", draws: 2)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    let found = try record.numbers(of: "activation_length", in: sweep.measurements)
    let point = sweep.plan.point(at: 0)
    for draw in 0..<2 {
      let weights = try NetworkWeights.heInitialization(
        of: #require(point.network.framed), seed: point.seed, draw: draw)
      var stream = RandomKey(domain: "framesweep activation length", seed: 0).stream
      var sum = 0.0
      for _ in 0..<3 {
        let input = stream.nextNormals(6)
        var values = input
        for weight in weights.layers {
          values = (0..<weight.rows).map { row in
            max(
              0, zip(weight.values[(row * values.count)...], values).reduce(0) { $0 + $1.0 * $1.1 })
          }
        }
        sum += values.reduce(0) { $0 + $1 * $1 } / 4 / (input.reduce(0) { $0 + $1 * $1 } / 6)
      }
      // A few sums of six products, in another order.
      #expect(abs(found[draw] - sum / 3) < 1e-12 * max(found[draw], 1))
    }
  }

  @Test("Random weights of variance 2/inputs keep it at 1 in the mean") func expectation() throws {
    let sweep = try sweep(widths: "[64]", draws: 400, section: "{inputs: 1}")
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    let found = try record.numbers(of: "activation_length", in: sweep.measurements)
    // relu(z)² of a normal z has the variance 5/4 of its squared variance and half of it as its mean,
    // so a draw deviates by √(5/64) and the mean by 0.014.
    #expect(abs(found.reduce(0, +) / 400 - 1) < 0.06)
  }

  @Test("The number of inputs is read at its place, and needed") func reading() throws {
    for (section, message) in [
      ("{inputs: 0}", "5:39: measure.activation_length.inputs: 0 is too small"),
      ("{input: 3}", "5:31: measure.activation_length.input: unknown key 'input', expected inputs"),
      ("3", "5:30: measure.activation_length: found '3', expected a mapping (inputs: 16)"),
    ] {
      let error = #expect(throws: SpecErrors.self) {
        try self.sweep(widths: "[4]", draws: 1, section: section)
      }
      #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }
  }
}
