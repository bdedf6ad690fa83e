import Architectures
import Networks
import TestSupport
import Testing

@Suite("Tangents through sweeps of inference") struct SweptPropagationTests {
  private static let tangents = 3

  private static func run<Scalar: DifferentiableScalar>(
    _ propagation: any ImagePropagation<Scalar>, _ inputs: [[[Double]]]
  ) throws -> [[[[Double]]]] {
    let batch = propagation.makeInput()
    for (image, vectors) in inputs.enumerated() {
      let values = Array(vectors.joined())
      batch.store(values.span, vectorsFrom: 0, ofImage: image)
    }
    var found: [[[[Double]]]] = []
    func visit(_ representation: Int, _ batch: ImageBatch<Scalar>) {
      #expect(representation == found.count)
      found.append(
        inputs.indices.map { image in
          inputs[image].indices.map { batch.vector($0, ofImage: image) }
        })
    }
    try propagation.run(batch, shouldStop: {}, visit: visit)
    #expect(found.count == propagation.representationCount)
    return found
  }

  private static func swept<Scalar: DifferentiableScalar>(
    _ sample: InferenceTests.Sample, sweeps: Int, vectors: Int, as: Scalar.Type = Double.self
  ) throws -> SweptPropagation<Scalar> {
    try SweptPropagation(
      sample.network.architecture, weights: sample.network.weights, images: 2, vectors: vectors,
      sweeps: sweeps)
  }

  private static func inputs(_ sample: InferenceTests.Sample, vectors: Int) -> [[[Double]]] {
    var random = SeededGenerator(seed: 12)
    return (0..<2).map { image in
      (0..<vectors).map { vector in
        image == 0 && vector == 0 ? sample.image : random.numbers(sample.image.count)
      }
    }
  }

  @Test("Preparing several sweeps can be ended while step sizes are sought") func stops() throws {
    struct Stop: Error {}
    let sample = try InferenceTests.Sample(seed: 1)
    var asked = 0
    #expect(throws: Stop.self) {
      _ = try SweptPropagation<Double>(
        sample.network.architecture, weights: sample.network.weights, images: 1, vectors: 1,
        sweeps: 2
      ) {
        asked += 1
        if asked == 2 { throw Stop() }
      }
    }
    #expect(asked == 2)
  }

  @Test("One sweep is the feed-forward network, values and tangents", arguments: 0..<12)
  func one(_ seed: Int) throws {
    let sample = try InferenceTests.Sample(seed: seed)
    let inputs = Self.inputs(sample, vectors: 1 + Self.tangents)
    let plain = try Self.run(
      Propagation<Double>(
        sample.network.architecture, weights: sample.network.weights, images: 2,
        vectors: 1 + Self.tangents), inputs)
    let swept = try Self.run(
      Self.swept(sample, sweeps: 1, vectors: 1 + Self.tangents), inputs)
    for (plain, swept) in zip(plain.joined().joined(), swept.joined().joined()) {
      let scale = 1 + plain.reduce(0) { max($0, abs($1)) }
      #expect(areClose(swept, plain, absolute: 1e-12 * scale))
    }
  }

  @Test("Values are those of the network that is differentiated", arguments: 0..<18, 2...4)
  func values(_ seed: Int, _ sweeps: Int) throws {
    let sample = try InferenceTests.Sample(seed: seed)
    let inputs = Self.inputs(sample, vectors: 1)
    let rates = try Inference<Double>(sample.network.architecture).rates(at: sample.parameters)
    let network = try sample.run(sweeps: sweeps, rates: rates)
    let found = try Self.run(Self.swept(sample, sweeps: sweeps, vectors: 1), inputs)
    for (layer, expected) in sample.representations(network).enumerated() {
      let scale = 1 + expected.reduce(0) { max($0, abs($1)) }
      #expect(areClose(found[layer + 1][0][0], expected, absolute: 1e-11 * scale))
    }
  }

  @Test("Tangents are central differences of what the last sweep leaves", arguments: 0..<18, 2...3)
  func differences(_ seed: Int, _ sweeps: Int) throws {
    let sample = try InferenceTests.Sample(seed: seed)
    let inputs = Self.inputs(sample, vectors: 1 + Self.tangents)
    let found = try Self.run(
      Self.swept(sample, sweeps: sweeps, vectors: 1 + Self.tangents), inputs)
    let plain = try Self.swept(sample, sweeps: sweeps, vectors: 1)
    let step = 1e-6
    for tangent in 1...Self.tangents {
      func moved(_ sign: Double) throws -> [[[[Double]]]] {
        try Self.run(
          plain, inputs.map { [zip($0[0], $0[tangent]).map { $0 + sign * step * $1 }] })
      }
      let (ahead, behind) = try (moved(1), moved(-1))
      for layer in found.indices {
        for image in 0..<2 {
          let expected = zip(ahead[layer][image][0], behind[layer][image][0]).map {
            ($0 - $1) / (2 * step)
          }
          let scale = found[layer][image].joined().reduce(1) { max($0, abs($1)) }
          #expect(areClose(found[layer][image][tangent], expected, absolute: 1e-8 * scale))
        }
      }
    }
  }

  @Test("Single precision agrees with double precision", arguments: 0..<6)
  func precisions(_ seed: Int) throws {
    let sample = try InferenceTests.Sample(seed: seed)
    let inputs = Self.inputs(sample, vectors: 2)
    let double = try Self.run(Self.swept(sample, sweeps: 3, vectors: 2), inputs)
    let float = try Self.run(Self.swept(sample, sweeps: 3, vectors: 2, as: Float.self), inputs)
    for (double, float) in zip(double, float) {
      for (double, float) in zip(double, float) {
        // Values; a unit at the edge may be open for one precision and closed for the other.
        let scale = 1 + double[0].reduce(0) { max($0, abs($1)) }
        #expect(areClose(float[0], double[0], absolute: 1e-4 * scale))
      }
    }
  }
}
