import Architectures
import Foundation
import GoldenValues
import NetworkGraphs
import Networks
import OpenBLAS
import RandomNumbers
import TestSupport
import Testing

@testable import Training

/// Scores that the authors' own code gives networks whose numbers a formula makes;
/// analysis/benchmarks/zero_cost_scores.py wrote them.
@Suite("Companion scores and their authors' code") struct GoldenScoresTests {
  // As the program does: other numbers of threads give other bits.
  init() { BLASLibrary.setThreadCount(1) }

  struct Case: Decodable, Sendable {
    let architecture: GoldenArchitecture
    let seed, classes, images, pairs: Int
    let synflowLog, spectralNormLog, spectralComplexityLog, zenScore: Double
    let gradientNorm, snip, naswot, ntkCondition: Double
    let zenMean, zenDeviation: Double?

    enum CodingKeys: String, CodingKey {
      case architecture, seed, classes, images, pairs, snip, naswot
      case synflowLog = "synflow_log"
      case spectralNormLog = "spectral_norm_log"
      case spectralComplexityLog = "spectral_complexity_log"
      case zenScore = "zen_score"
      case zenMean = "zen_mean"
      case zenDeviation = "zen_deviation"
      case gradientNorm = "gradient_norm"
      case ntkCondition = "ntk_condition"
    }
  }

  /// The generator of the script.
  private struct Numbers {
    var state: Int

    mutating func integer() -> Int {
      state = (1_103_515_245 * state + 12_345) % (1 << 31)
      return state
    }

    mutating func units(_ count: Int) -> [Double] {
      (0..<count).map { _ in Double(integer()) / 0x1p31 }
    }

    mutating func signed(_ count: Int, _ scale: Double) -> [Double] {
      units(count).map { scale * (2 * $0 - 1) }
    }
  }

  @Test("All scores are those of the authors' code", arguments: 0..<5)
  func scores(_ place: Int) throws {
    let cases: [Case] = readGolden("zero_cost_scores")
    #expect(cases.count == 5)
    let golden = cases[place]
    let architecture = try golden.architecture.make()
    let network = BuiltNetwork(architecture, classes: golden.classes)
    var numbers = Numbers(state: golden.seed)
    var parameters = [Double](repeating: 0, count: network.parameterCount)
    for weight in network.parameters where weight.role == .weight {
      let fanIn = Double(weight.range.count / network.graph[weight.id].shape[0])
      let values = numbers.signed(weight.range.count, (6 / fanIn).squareRoot())
      parameters.replaceSubrange(weight.range, with: values)
    }
    let input = architecture.input
    let count = input.channels * input.size * input.size
    let images = (0..<golden.images).map { _ in numbers.units(count) }
    let labels = images.map { _ in numbers.integer() >> 16 % golden.classes }
    let points = (0..<golden.pairs).map { _ in numbers.signed(count, 2) }
    let changes = points.map { _ in numbers.signed(count, 2) }

    let scorer = try CompanionScorer(network, parameters)
    #expect(agree(try scorer.synflowLog(), golden.synflowLog))
    let spectral = try scorer.spectralLogs()
    #expect(agree(spectral.norm, golden.spectralNormLog))
    #expect(agree(spectral.complexity, golden.spectralComplexityLog))
    let zen = try scorer.zenScore(at: parameters, pairs: zip(points, changes).map { ($0, $1) })
    #expect(agree(zen, golden.zenScore))
    let batch = try scorer.batchScores(images, labels, classes: golden.classes)
    #expect(agree(batch.gradientNorm, golden.gradientNorm))
    #expect(agree(batch.snip, golden.snip))
    #expect(agree(batch.naswot, golden.naswot))
    // A condition has an error of 1e-16 times itself, relative.
    let condition = try scorer.ntkCondition(images, classes: golden.classes)
    #expect(isClose(condition, golden.ntkCondition, relative: 1e-13 * golden.ntkCondition))
    guard let mean = golden.zenMean, let deviation = golden.zenDeviation else { return }
    var stream = RandomKey(domain: "test of the Zen-score").stream
    let drawn = try scorer.zenScore(
      draws: Companions.zenDraws, pairs: Companions.zenPairs, from: &stream)
    // Four standard errors of the mean over draws.
    let error = deviation / Double(Companions.zenDraws).squareRoot()
    #expect(abs(drawn - mean) < 4 * error, "\(drawn), \(mean) ± \(error)")
  }
}
