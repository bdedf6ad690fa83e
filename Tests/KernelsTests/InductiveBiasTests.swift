import Foundation
import GoldenValues
import Kernels
import OpenBLAS
import Testing

/// A probability by an independent implementation of the same approximation.
private struct GoldenForm: Decodable {
  let weights: [Double]
  let squaredOffsets: [Double]
  let error: Double
  let nats: Double
  let exactNats: Double?

  enum CodingKeys: String, CodingKey {
    case weights, error, nats
    case squaredOffsets = "squared_offsets"
    case exactNats = "exact_nats"
  }
}

@Suite("Inductive bias") struct InductiveBiasTests {
  init() { BLASLibrary.setThreadCount(1) }

  @Test("Probabilities of sums of squares are the golden ones, and near the exact ones")
  func golden() {
    let cases: [GoldenForm] = readGolden("saddlepoints")
    #expect(cases.count == 8)
    for golden in cases {
      let form = QuadraticForm(weights: golden.weights, squaredOffsets: golden.squaredOffsets)
      let found = form.negativeLogProbability(upTo: golden.error)
      #expect(abs(found - golden.nats) < 1e-6)
      if let exact = golden.exactNats { #expect(abs(found - exact) < 0.003) }
    }
  }

  @Test("A multiplicity is that of equal weights, and a constant moves the level") func copies() {
    let copies = QuadraticForm(
      weights: [0.5, 0.5, 0.5, 2, 2, 2], squaredOffsets: [1, 0.2, 0, 0.3, 0, 0.4])
    let form = QuadraticForm(
      weights: [0.5, 2], squaredOffsets: [1.2, 0.7], multiplicity: 3, constant: 10)
    #expect(abs(form.mean - copies.mean - 10) < 1e-13)
    for level in [0.2, 1, 5, 20.0] {
      #expect(
        abs(
          form.negativeLogProbability(upTo: level + 10)
            - copies.negativeLogProbability(upTo: level)) < 1e-10)
    }
    #expect(form.negativeLogProbability(upTo: 10) == .infinity)
  }

  @Test("Nothing happens at the mean, where both terms of the correction are infinite") func mean()
  {
    let form = QuadraticForm(weights: [1, 0.5], squaredOffsets: [0.3, 2])
    let values = [-1e-2, -1e-5, -1e-9, 0, 1e-9, 1e-5, 1e-2].map {
      form.negativeLogProbability(upTo: form.mean + $0)
    }
    #expect(values == values.sorted(by: >))
    // The density there is below a half.
    #expect(values[0] - values[6] < 0.03 && values[1] - values[5] < 1e-4)
  }

  @Test("A point that is known leaves its own variance only") func onePoint() throws {
    // One image known, one not: the posterior is normal with mean k y and variance 1 − k².
    let (k, ridge) = (0.6, 0.0)
    let bias = try #require(
      try InductiveBias(
        [1, k, k, 1], labels: [0, 1], classes: 2, trainingCount: 1, error: 0.01, ridge: ridge))
    // Targets ½, −½ and −½, ½; the kernel is scaled to their mean square ¼.
    let distance = (k * 0.5 + 0.5) * (k * 0.5 + 0.5)
    #expect(abs(bias.expectedError - (0.25 * (1 - k * k) + distance)) < 1e-14)
    #expect(bias.nats > 0)
  }
}
