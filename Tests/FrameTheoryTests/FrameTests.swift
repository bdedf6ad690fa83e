import FrameTheory
import TestSupport
import Testing

@Suite("Frames")
struct FrameTests {
  /// The n = d + 1 corners of a regular simplex in d dimensions, from the standard one in d + 1.
  static func simplex(_ d: Int) -> Frame {
    // Corners e_a − (1, …, 1)/n lie in the hyperplane of vectors whose entries add up to 0; they stay
    // in d + 1 coordinates.
    let n = d + 1
    var vectors = [Double](repeating: -1 / Double(n), count: n * n)
    for index in 0..<n { vectors[index * (n + 1)] += 1 }
    return Frame(dimension: n, count: n, normalizing: vectors)
  }

  static func random(_ d: Int, _ n: Int, seed: UInt64) -> Frame {
    var generator = SeededGenerator(seed: seed)
    return Frame(
      dimension: d, count: n,
      normalizing: (0..<d * n).map { _ in Double.random(in: -1...1, using: &generator) })
  }

  @Test("A simplex meets the Welch bounds of its hyperplane", arguments: [1, 2, 3, 7, 20])
  func simplexMeetsWelch(d: Int) {
    let gram = GramMatrix(Self.simplex(d))
    let bound = WelchBound.mutualCoherence(dimension: d, count: d + 1)
    #expect(abs(gram.mutualCoherence - bound) < 1e-14)
    let potential = WelchBound.framePotential(dimension: d, count: d + 1)
    #expect(abs(gram.framePotential - potential) < 1e-12)
  }

  @Test("Orthonormal atoms have no coherence, potential n and both bounds 1")
  func orthonormal() throws {
    let frame = Frame(dimension: 4, count: 3, normalizing: [2, 0, 0, 0, 0, -3, 0, 0, 0, 0, 5, 0])
    let gram = GramMatrix(frame)
    #expect(gram.mutualCoherence == 0)
    #expect(gram.offDiagonalSum == 0)
    #expect(gram.framePotential == 3)
    let bounds = try FrameBounds(frame)
    #expect(abs(bounds.lower - 1) < 1e-15)
    #expect(abs(bounds.upper - 1) < 1e-15)
  }

  @Test("Three atoms in the plane, 120 degrees apart, are a tight frame with bound 3/2")
  func mercedesBenz() throws {
    let root = 0.75.squareRoot()
    let frame = Frame(dimension: 2, count: 3, normalizing: [0, 1, root, -0.5, -root, -0.5])
    let bounds = try FrameBounds(frame)
    #expect(abs(bounds.lower - 1.5) < 1e-14)
    #expect(abs(bounds.upper - 1.5) < 1e-14)
    #expect(abs(GramMatrix(frame).framePotential - 4.5) < 1e-14)
  }

  @Test("Random frames stay above the Welch bounds", arguments: [(3, 8), (8, 3), (5, 5), (1, 4)])
  func aboveWelch(d: Int, n: Int) throws {
    for seed in 0..<5 {
      let frame = Self.random(d, n, seed: UInt64(seed))
      let gram = GramMatrix(frame)
      let slack = 1 + 1e-12
      #expect(
        gram.mutualCoherence * slack >= WelchBound.mutualCoherence(dimension: d, count: n))
      #expect(gram.framePotential * slack >= WelchBound.framePotential(dimension: d, count: n))
      // The potential is the sum of the squares of the eigenvalues, their sum is n.
      let bounds = try FrameBounds(frame)
      #expect(bounds.lower <= Double(n) / Double(min(d, n)) * slack)
      #expect(bounds.upper * slack >= Double(n) / Double(min(d, n)))
      #expect(gram.framePotential <= bounds.upper * Double(n) * slack)
    }
  }

  @Test("A zero vector makes every number NaN")
  func zeroVector() {
    let gram = GramMatrix(Frame(dimension: 2, count: 2, normalizing: [0, 0, 1, 0]))
    #expect(gram.mutualCoherence.isNaN)
    #expect(gram.framePotential.isNaN)
  }
}
