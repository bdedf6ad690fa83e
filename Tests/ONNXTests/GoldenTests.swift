import Architectures
import ImageData
import NetworkGraphs
import Networks
import NeuralFrames
import ONNX
import TestSupport
import Testing

@Suite(
  "Golden values of networks from files",
  .enabled(if: RealNetworks.areThere, RealNetworks.missing))
struct GoldenTests {
  @Test("All examples are read") func examples() { #expect(GoldenNetwork.all.count >= 13) }

  @Test("Outputs and representations agree in double precision", arguments: GoldenNetwork.small)
  func values(_ golden: GoldenNetwork) throws {
    try compareValues(golden, as: Double.self, relative: 1e-6, absolute: 1e-9)
  }

  @Test(
    "Outputs and representations agree to a thousandth in single precision",
    arguments: GoldenNetwork.all)
  func singleValues(_ golden: GoldenNetwork) throws {
    // What cancels to almost nothing is rounding: sums of thousands of numbers of the order of 1.
    try compareValues(golden, as: Float.self, relative: 1e-3, absolute: 1e-5)
  }

  @Test("Neural frames agree in double precision", arguments: GoldenNetwork.tiny)
  func frames(_ golden: GoldenNetwork) throws {
    try compareFrames(golden, as: Double.self, relative: 1e-6, absolute: 1e-9)
  }

  @Test(
    "Neural frames agree to a thousandth in single precision", arguments: GoldenNetwork.small)
  func singleFrames(_ golden: GoldenNetwork) throws {
    // Cosines of orthogonal directions are rounding: 1e-3 of them would be below that of a float.
    try compareFrames(golden, as: Float.self, relative: 1e-3, absolute: 1e-6)
  }

  private func compareValues<Scalar: GraphScalar>(
    _ golden: GoldenNetwork, as: Scalar.Type, relative: Double, absolute: Double
  ) throws {
    let network = try ONNXNetwork(RealNetworks.bytes(golden.model))
    let output = try #require(network.outputs.first)
    let built = try network.graph(
      of: golden.representations + [output], mean: golden.mean, deviation: golden.std,
      isExact: Scalar.self == Double.self)
    let names = Set(golden.representations + [output])
    let evaluator = try Evaluator<Scalar>(
      built.graph, parameters: built.parameters,
      representations: names.compactMap { built.values[$0] }, images: 1, vectors: 1)
    let images = try golden.imageSet
    for sample in golden.samples {
      let image = try images.values(sample.image..<sample.image + 1)
      evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
      var found: [ValueID: [Double]] = [:]
      try evaluator.run { found[$0.value] = $0.vector(0, ofImage: 0) }
      func values(_ name: String) throws -> [Double] {
        try #require(built.values[name].flatMap { found[$0] })
      }
      let outputs = Array(try values(output).prefix(sample.output.count))
      #expect(areClose(outputs, sample.output, relative: relative, absolute: absolute))
      for (name, layer) in zip(golden.representations, sample.layers) {
        let entries = try values(name)
        let norm = entries.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let mean = entries.reduce(0, +) / Double(entries.count)
        #expect(isClose(norm, layer.norm, relative: relative, absolute: absolute), "\(name)")
        #expect(isClose(mean, layer.mean, relative: relative, absolute: absolute), "\(name)")
      }
    }
  }

  private func compareFrames<Scalar: FrameScalar>(
    _ golden: GoldenNetwork, as: Scalar.Type, relative: Double, absolute: Double
  ) throws {
    let network = try ONNXNetwork(RealNetworks.bytes(golden.model))
    let built = try network.graph(
      of: golden.representations, mean: golden.mean, deviation: golden.std,
      isExact: Scalar.self == Double.self)
    let images = try golden.imageSet
    let samples = try golden.samples.map { sample in
      let image = try images.values(sample.image..<sample.image + 1)
      return try ImageSample(
        image: image,
        directions: [
          .augmentation(of: image, shape: images.shape), .fourier(count: 6, shape: images.shape),
        ])
    }
    let push = try PushForward<Scalar>(
      built.graph, parameters: built.parameters,
      values: golden.representations.compactMap { built.values[$0] }, images: 1,
      vectors: samples.map(\.reference.vectorCount).reduce(1, max))
    var seen = 0
    for (index, sample) in golden.samples.enumerated() {
      try push.measure(samples[index...index]) { _, representation, frames in
        guard representation > 0 else { return }
        let (layer, name) = (
          sample.layers[representation - 1], golden.representations[representation - 1]
        )
        func check(_ value: Double, _ expected: Double??, _ what: String) {
          seen += 1
          guard case .some(.some(let expected)) = expected else {
            #expect(value.isNaN, "\(what)")
            return
          }
          #expect(
            isClose(value, expected, relative: relative, absolute: absolute),
            "\(what) of image \(sample.image) at \(name): \(value), expected \(expected)")
        }
        for (expected, values) in zip([layer.augmentation, layer.fourier], frames.values) {
          for (statistic, name) in Self.statistics {
            check(values[statistic], expected[name], name)
          }
        }
        check(frames.overlaps[0], layer.overlap["augmentation|fourier"], "overlap")
      }
    }
    #expect(seen == 21 * golden.representations.count * golden.samples.count)
  }

  private static let statistics: [(FrameStatistic, String)] = [
    (.gain, "gain"), (.relativeGain, "relative_gain"), (.stableRank, "stable_rank"),
    (.participationRatio, "participation_ratio"), (.effectiveRank, "effective_rank"),
    (.coherence, "coherence"), (.meanAbsCosine, "mean_abs_cosine"),
    (.meanSquareCosine, "mean_square_cosine"), (.angleDistortion, "angle_distortion"),
    (.collapsed, "collapsed"),
  ]
}
