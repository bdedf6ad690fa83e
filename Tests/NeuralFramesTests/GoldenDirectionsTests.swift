import Architectures
import NeuralFrames
import OpenBLAS
import TestSupport
import Testing

/// What the golden values say about the directions themselves: their statistics at the input.
@Suite("Golden values of directions") struct GoldenDirectionsTests {
  @Test("Augmentations have the order of the examples") func order() {
    for example in GoldenFrames.all where !example.augmentationOrder.isEmpty {
      let names = Augmentation.allCases.filter { !$0.needsColour || example.shape.channels == 3 }
      #expect(example.augmentationOrder == names.map(\.name))
    }
  }

  @Test("Spectra and angles of the directions are the golden ones", arguments: GoldenFrames.all)
  func spectra(example: GoldenFrames) throws {
    for (index, sample) in example.samples.enumerated() {
      let families = Dictionary(
        uniqueKeysWithValues: zip(
          example.presentFamilies.map(\.name), try example.directions(at: index)))
      for (family, statistics) in sample.layers[0] where family != "subspace_overlap" {
        let directions = try #require(families[family])
        let values = try singularValueDecomposition(
          directions.vectors, rows: example.dimension, columns: directions.count
        ).values
        let squares = values.map { $0 * $0 }
        let total = squares.reduce(0, +)
        func expect(_ name: String, _ value: Double) throws {
          let expected = try #require(statistics[name] ?? nil)
          #expect(isClose(value, expected, relative: 1e-9, absolute: 1e-9), "\(family) \(name)")
        }
        try expect("stable_rank", total / squares[0])
        try expect(
          "participation_ratio", total * total / squares.reduce(0) { $0 + $1 * $1 })
        let cosines = offDiagonal(of: directions)
        try expect("coherence", cosines.map(\.magnitude).max() ?? .nan)
        try expect(
          "mean_abs_cosine", cosines.reduce(0) { $0 + $1.magnitude } / Double(cosines.count))
      }
    }
  }

  @Test("Overlaps between families are the golden ones", arguments: GoldenFrames.all)
  func overlaps(example: GoldenFrames) throws {
    for (index, sample) in example.samples.enumerated() {
      let families = Dictionary(
        uniqueKeysWithValues: zip(
          example.presentFamilies.map(\.name), try example.directions(at: index)))
      let bases = try families.mapValues { directions in
        try singularValueDecomposition(
          directions.vectors, rows: example.dimension, columns: directions.count)
      }
      for (pair, expected) in try #require(sample.layers[0]["subspace_overlap"]) {
        let names = pair.split(separator: "|").map(String.init)
        let (first, second) = (try #require(bases[names[0]]), try #require(bases[names[1]]))
        // Rotation is a combination of the shears: the rank is below the number of directions.
        let ranks = [first, second].map { basis in
          basis.values.count { $0 > 1e-5 * basis.values[0] }
        }
        var products = [Double](repeating: 0, count: ranks[0] * ranks[1])
        let size = example.dimension
        gemm(
          .columnMajor, .transpose, rows: ranks[0], columns: ranks[1], inner: size,
          Array(first.left[..<(ranks[0] * size)]), Array(second.left[..<(ranks[1] * size)]),
          into: &products)
        let overlap = products.reduce(0) { $0 + $1 * $1 } / Double(min(ranks[0], ranks[1]))
        #expect(isClose(overlap, try #require(expected), relative: 1e-9), "\(pair)")
      }
    }
  }

  private func offDiagonal(of directions: Directions) -> [Double] {
    var cosines: [Double] = []
    let size = directions.dimension
    for left in 0..<directions.count {
      for right in 0..<directions.count where left != right {
        cosines.append(
          (0..<size).reduce(0) {
            $0 + directions.vectors[left * size + $1] * directions.vectors[right * size + $1]
          })
      }
    }
    return cosines
  }
}
