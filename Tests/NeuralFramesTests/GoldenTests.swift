import Architectures
import GoldenValues
import Networks
import NeuralFrames
import TestSupport
import Testing

@Suite("Golden values of neural frames") struct GoldenTests {
  static let names: [(FrameStatistic, String)] = [
    (.gain, "gain"), (.relativeGain, "relative_gain"), (.stableRank, "stable_rank"),
    (.participationRatio, "participation_ratio"), (.effectiveRank, "effective_rank"),
    (.coherence, "coherence"), (.meanAbsCosine, "mean_abs_cosine"),
    (.meanSquareCosine, "mean_square_cosine"), (.angleDistortion, "angle_distortion"),
    (.collapsed, "collapsed"),
  ]

  @Test("Every statistic agrees in double precision", arguments: GoldenFrames.all)
  func double(_ example: GoldenFrames) throws {
    try compare(example, as: Double.self, relative: 1e-6, absolute: 1e-9)
  }

  @Test("Every statistic agrees to a thousandth in single precision", arguments: GoldenFrames.all)
  func single(_ example: GoldenFrames) throws {
    // Cosines of orthogonal directions are rounding: 1e-3 of them would be below that of a float.
    try compare(example, as: Float.self, relative: 1e-3, absolute: 1e-6)
  }

  @Test("The examples are there") func examples() { #expect(GoldenFrames.all.count == 6) }

  private func compare<Scalar: FrameScalar>(
    _ example: GoldenFrames, as: Scalar.Type, relative: Double, absolute: Double
  ) throws {
    let samples = try example.makeSamples()
    let vectors = samples.map(\.reference.vectorCount).reduce(1, max)
    let network = try BuiltNetwork(example.architecture.make())
    let push = try PushForward<Scalar>(
      network, network.parameters(NetworkWeights(example.weights)), images: samples.count,
      vectors: vectors)
    let families = example.presentFamilies.map(\.name)
    var seen = 0
    try push.measure(samples[...]) { image, representation, frames in
      let expected = example.samples[image].layers[representation]
      func check(_ value: Double, _ expected: Double??, _ what: String) {
        seen += 1
        guard case .some(.some(let expected)) = expected else {
          #expect(value.isNaN, "\(what)")
          return
        }
        #expect(
          isClose(value, expected, relative: relative, absolute: absolute),
          "\(what) of image \(image) at \(representation): \(value), expected \(expected)")
      }
      for (family, values) in zip(families, frames.values) {
        for (statistic, name) in Self.names {
          check(values[statistic], expected[family]?[name], "\(family) \(name)")
        }
      }
      var overlaps = frames.overlaps[...]
      for first in families.indices {
        for second in families.indices.dropFirst(first + 1) {
          let pair = "\(families[first])|\(families[second])"
          check(overlaps.removeFirst(), expected["subspace_overlap"]?[pair], pair)
        }
      }
    }
    let pairs = families.count * (families.count - 1) / 2
    #expect(seen == samples.count * push.representationCount * (10 * families.count + pairs))
  }
}
