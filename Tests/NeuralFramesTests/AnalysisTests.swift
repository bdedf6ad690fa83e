import TestSupport
import Testing

@testable import NeuralFrames

/// Vectors behind a layer that no network made: what an analysis does with them alone.
@Suite("Analyses of vectors") struct AnalysisTests {
  static let counts = [5, 4, 3]
  static let dimension = 700

  /// A value that is open at about half of its entries, and directions that are 0 where it is.
  static func vectors(seed: UInt64, dimension: Int = dimension) -> [[Float]] {
    var random = SeededGenerator(seed: seed)
    let value: [Float] = random.numbers(dimension).map { max($0, 0) }
    return [value]
      + (0..<counts.reduce(0, +)).map { _ in
        let direction: [Float] = random.numbers(dimension)
        return zip(direction, value).map { $1 == 0 ? 0 : $0 }
      }
  }

  static func analyze<Scalar: FrameScalar>(
    _ vectors: [[Float]], as: Scalar.Type, isRectified: Bool = true
  ) throws -> FrameMeasurement {
    let sample = try FramePropertyTests.sample(channels: 3, size: 4, counts: counts, seed: 7)
    let all = vectors.flatMap { $0.map { Scalar($0) } }
    return try FrameAnalysis<Scalar>(sample.reference).analyze(
      all.span, isRectified: isRectified, in: FrameWorkspace())
  }

  static func singleProducts(_ vectors: [[Float]]) throws -> [Double]? {
    let all = vectors.flatMap { $0 }
    return try FrameWorkspace().singleProducts(of: all.span, count: vectors.count)
  }

  private func expectEqual(
    _ first: FrameMeasurement, _ second: FrameMeasurement, relative: Double, absolute: Double,
    _ what: Comment? = nil
  ) {
    func agree(_ one: Double, _ other: Double) -> Bool {
      one.isNaN && other.isNaN || isClose(one, other, relative: relative, absolute: absolute)
    }
    #expect(first.values.count == second.values.count)
    for (one, other) in zip(first.values, second.values) {
      for statistic in FrameStatistic.allCases {
        #expect(
          agree(one[statistic], other[statistic]),
          "\(statistic): \(one[statistic]), \(other[statistic]); \(what ?? "")")
      }
    }
    #expect(first.overlaps.count == second.overlaps.count)
    for (one, other) in zip(first.overlaps, second.overlaps) {
      #expect(agree(one, other), "overlap: \(one), \(other); \(what ?? "")")
    }
  }

  @Test("Entries where the value is 0 are not looked at behind a layer")
  func closed() throws {
    let zeros = Self.vectors(seed: 1)
    let unknown = zeros.map { vector in
      zip(vector, zeros[0]).map { $1 == 0 && vector != zeros[0] ? Float.nan : $0 }
    }
    let double = try Self.analyze(zeros, as: Double.self)
    expectEqual(try Self.analyze(unknown, as: Double.self), double, relative: 0, absolute: 0)
    expectEqual(
      try Self.analyze(unknown, as: Float.self), try Self.analyze(zeros, as: Float.self),
      relative: 0, absolute: 0)
    // Sums of other entries in another order.
    expectEqual(
      try Self.analyze(zeros, as: Double.self, isRectified: false), double, relative: 1e-12,
      absolute: 1e-13)
  }

  @Test("Entries where the value is 0 count at an input")
  func input() throws {
    var vectors = Self.vectors(seed: 2)
    var random = SeededGenerator(seed: 3)
    vectors[1] = random.numbers(Self.dimension)
    let (first, all) = (Self.counts[0], vectors[1...Self.counts[0]])
    let gain = all.joined().reduce(0.0) { $0 + Double($1) * Double($1) } / Double(first)
    for measurement in [
      try Self.analyze(vectors, as: Double.self, isRectified: false),
      try Self.analyze(vectors, as: Float.self, isRectified: false),
    ] {
      // Directions at the input have unit norm.
      #expect(isClose(measurement.values[0][.gain], gain.squareRoot(), relative: 1e-12))
    }
  }

  @Test("Products of single precision are those of double precision to 4e-7 of the norms")
  func products() throws {
    let vectors = Self.vectors(seed: 4, dimension: 3_000)
    let products = try #require(try Self.singleProducts(vectors))
    let count = vectors.count
    for row in 0..<count {
      for column in 0..<count {
        let expected = zip(vectors[row], vectors[column]).reduce(0.0) {
          $0 + Double($1.0) * Double($1.1)
        }
        let norms = (products[row * count + row] * products[column * count + column]).squareRoot()
        #expect(isClose(products[row * count + column], expected, absolute: 4e-7 * norms))
      }
    }
  }

  @Test(
    "Single precision gives the statistics of double precision, however dependent directions are",
    arguments: [1, 0.3, 0.1, 0.03, 0.02, 0.015, 0.01, 3e-3, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 0])
  func agreement(_ distance: Float) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var vectors = Self.vectors(seed: seed)
      // Pairs of nearly equal directions in the first two families.
      for (place, other) in [(1, 2), (3, 4), (6, 8)] {
        vectors[other] = zip(vectors[place], vectors[other]).map { $0 + distance * $1 }
      }
      // Eigenvalues of single precision are known to about 2e-7 of the largest, and count from 1e-4 of
      // it on: 1e-3 of a singular value that is a hundredth of the largest.
      expectEqual(
        try Self.analyze(vectors, as: Float.self), try Self.analyze(vectors, as: Double.self),
        relative: 1e-4, absolute: 1e-5, "distance \(distance)")
    }
  }

  @Test("All directions along one another are told apart as in double precision")
  func coherent() throws {
    for distance in [0.3, 0.1, 0.03, 0.01, 1e-3, 1e-5] as [Float] {
      var vectors = Self.vectors(seed: 9)
      for place in vectors.indices.dropFirst(2) {
        vectors[place] = zip(vectors[1], vectors[place]).map { $0 + distance * $1 }
      }
      expectEqual(
        try Self.analyze(vectors, as: Float.self), try Self.analyze(vectors, as: Double.self),
        relative: 1e-4, absolute: 1e-5, "distance \(distance)")
    }
  }

  @Test(
    "What products of single precision cannot hold is left to double precision",
    arguments: [1e-22, 1e-16, 1e-14, 1e15, 1e18] as [Float])
  func scales(_ scale: Float) throws {
    for places in [1..<2, 1..<6, 0..<13] {
      var vectors = Self.vectors(seed: 5)
      for place in places { vectors[place] = vectors[place].map { scale * $0 } }
      #expect(try Self.singleProducts(vectors) == nil)
      expectEqual(
        try Self.analyze(vectors, as: Float.self), try Self.analyze(vectors, as: Double.self),
        relative: 0, absolute: 0)
    }
  }

  @Test("Dead and almost dead frames are those of double precision")
  func dead() throws {
    let alive = Self.vectors(seed: 6)
    let zeros = [Float](repeating: 0, count: Self.dimension)
    // A dead layer, a dead family, dead directions.
    for places in [0..<13, 1..<6, 2..<4, 12..<13] {
      var vectors = alive
      for place in places { vectors[place] = zeros }
      let single = try Self.analyze(vectors, as: Float.self)
      expectEqual(single, try Self.analyze(vectors, as: Double.self), relative: 0, absolute: 0)
      let dead = places.clamped(to: 1..<6).count
      #expect(isClose(single.values[0][.collapsed], Double(dead) / 5, absolute: 1e-15))
    }
    // So many open entries: fewer than directions, and more.
    for open in [1, 2, 4, 6, 20, 25, 26, 27, 40] {
      let vectors = alive.map { vector in
        var left = open
        return zip(vector, alive[0]).map { entry, value in
          guard value > 0, left > 0 else { return 0 as Float }
          left -= 1
          return entry
        }
      }
      #expect(try (Self.singleProducts(vectors) == nil) == (open < 26))
      expectEqual(
        try Self.analyze(vectors, as: Float.self), try Self.analyze(vectors, as: Double.self),
        relative: 1e-4, absolute: 1e-5, "\(open) open entries")
    }
  }
}
