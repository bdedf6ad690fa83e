import Architectures
import Networks
import NeuralFrames
import OpenBLAS
import TestSupport
import Testing

@Suite("Properties of neural frames") struct FramePropertyTests {
  /// Statistics that do not change when U is multiplied by a number.
  static let scaleFree: [FrameStatistic] = [
    .relativeGain, .stableRank, .participationRatio, .effectiveRank, .coherence, .meanAbsCosine,
    .meanSquareCosine, .angleDistortion, .collapsed,
  ]

  static func sample(
    channels: Int, size: Int, counts: [Int], seed: UInt64, positive: Bool = false
  ) throws -> ImageSample {
    var random = SeededGenerator(seed: seed)
    let dimension = channels * size * size
    let image: [Double] = random.numbers(dimension)
    return try ImageSample(
      image: positive ? image.map { abs($0) + 1 } : image,
      directions: counts.map { count in
        Directions(
          family: .noise, dimension: dimension, normalizing: random.numbers(count * dimension))
      })
  }

  static func measure(
    _ architecture: Architecture, _ weights: NetworkWeights, _ sample: ImageSample
  ) throws -> (values: [[FrameValues]], overlaps: [[Double]]) {
    let network = BuiltNetwork(architecture)
    let push = try PushForward<Double>(
      network, network.parameters(weights), images: 1, vectors: sample.reference.vectorCount)
    var result: (values: [[FrameValues]], overlaps: [[Double]]) = ([], [])
    try push.measure([sample]) { _, _, frames in
      result.values.append(frames.values)
      result.overlaps.append(frames.overlaps)
    }
    return result
  }

  @Test("Orthonormal layers with every unit open leave gain, angles, ranks and overlaps")
  func orthonormal() throws {
    let width = 9
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: width, size: 1),
      stages: [Stage(widths: [width, width, width], kernel: 1, stride: 1)])
    var random = SeededGenerator(seed: 8)
    let layers = try (0..<3).map { _ in
      let matrix: [Double] = random.numbers(width * width)
      return WeightTensor(
        rows: width, columns: width, kernel: 1,
        values: try singularValueDecomposition(matrix, rows: width, columns: width).left)
    }
    let weights = NetworkWeights(
      layers: layers, biases: [10, 100, 1_000].map { Array(repeating: $0, count: width) })
    // An input of norm up to 3 gives values up to 13, of norm 39, then values up to 139, of norm 417.
    let sample = try Self.sample(channels: width, size: 1, counts: [4, 3], seed: 1)
    let (values, overlaps) = try Self.measure(architecture, weights, sample)
    for layer in 1...3 {
      for family in 0...1 {
        let (before, after) = (values[0][family], values[layer][family])
        #expect(isClose(after[.gain], 1, absolute: 1e-13))
        // The root of the sum of squared roundings.
        #expect(after[.angleDistortion] < 1e-13)
        for statistic in [
          FrameStatistic.stableRank, .participationRatio, .effectiveRank, .coherence,
          .meanAbsCosine, .meanSquareCosine, .collapsed,
        ] {
          #expect(isClose(after[statistic], before[statistic], absolute: 1e-12))
        }
      }
      #expect(isClose(overlaps[layer][0], overlaps[0][0], absolute: 1e-12))
    }
  }

  @Test("Scaling a layer of a chain without biases leaves every scale-free statistic")
  func scaling() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 5),
      stages: [Stage(widths: [6, 5, 7], kernel: 3, stride: 1)])
    var random = SeededGenerator(seed: 3)
    let weights = NetworkWeights(
      layers: architecture.layers.map { layer in
        WeightTensor(
          rows: layer.width, columns: layer.inputWidth, kernel: 3,
          values: random.numbers(layer.width * layer.inputWidth * 9))
      })
    var scaled = weights
    // No power of two, so that every entry is rounded anew.
    scaled.layers[1].values = scaled.layers[1].values.map { 1e3 * $0 / 3 }
    let sample = try Self.sample(channels: 2, size: 5, counts: [5, 4], seed: 2, positive: true)
    let (first, second) = (
      try Self.measure(architecture, weights, sample),
      try Self.measure(architecture, scaled, sample)
    )
    for layer in 0...3 {
      for (one, other) in zip(first.values[layer], second.values[layer]) {
        #expect(one.isValid)
        for statistic in Self.scaleFree {
          #expect(isClose(one[statistic], other[statistic], relative: 1e-10), "\(statistic)")
        }
        let factor = layer >= 2 ? 1e3 / 3 : 1
        #expect(isClose(other[.gain], factor * one[.gain], relative: 1e-12))
      }
      #expect(isClose(first.overlaps[layer][0], second.overlaps[layer][0], relative: 1e-9))
    }
  }

  @Test("Ranks and overlaps are those of singular values where directions depend on one another")
  func dependent() throws {
    // Few units, of which some are closed, so that frames have fewer rows than columns too.
    for seed in 1...12 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      let channels = 6
      let independent: [Double] = random.numbers(4 * channels)
      let sum = (0..<channels).map { independent[$0] - 0.5 * independent[channels + $0] }
      let sample = try ImageSample(
        image: random.numbers(channels),
        directions: [
          Directions(family: .augmentation, dimension: channels, normalizing: independent + sum),
          Directions(
            family: .noise, dimension: channels, normalizing: random.numbers(3 * channels)),
        ])
      let architecture = try Architecture(
        family: .chain, input: InputShape(channels: channels, size: 1),
        stages: [Stage(widths: [12, 5], kernel: 1, stride: 1)])
      let weights = NetworkWeights(
        layers: [
          WeightTensor(rows: 12, columns: 6, kernel: 1, values: random.numbers(72)),
          WeightTensor(rows: 5, columns: 12, kernel: 1, values: random.numbers(60)),
        ])
      let (values, overlaps) = try Self.measure(architecture, weights, sample)
      var frames: [[[Double]]] = [[], []]
      let push = try Propagated(architecture, weights, sample)
      for representation in push.frames.indices {
        for family in 0...1 {
          let matrix = push.frames[representation][family]
          let count = sample.directions[family].count
          let rows = matrix.count / count
          let found = try singularValueDecomposition(matrix, rows: rows, columns: count)
          frames[family] = [found.values, found.left]
          guard found.values[0] > 0 else {
            #expect(!values[representation][family].isValid)
            continue
          }
          let total = found.values.reduce(0, +)
          let entropy = found.values.reduce(0.0) { sum, value in
            value > 0 ? sum - value / total * Double.logarithm(value / total) : sum
          }
          #expect(
            isClose(
              values[representation][family][.effectiveRank], Double.exponential(entropy),
              relative: 1e-7))
        }
        guard values[representation].allSatisfy(\.isValid) else {
          #expect(overlaps[representation][0].isNaN)
          continue
        }
        #expect(
          isClose(
            overlaps[representation][0], Self.overlap(frames[0], frames[1]), relative: 1e-6,
            absolute: 1e-12))
      }
    }
  }

  private static func overlap(_ first: [[Double]], _ second: [[Double]]) -> Double {
    let ranks = [first, second].map { frame in frame[0].count { $0 > 1e-5 * frame[0][0] } }
    let rows = first[1].count / first[0].count
    var sum = 0.0
    for left in 0..<ranks[0] {
      for right in 0..<ranks[1] {
        let product = (0..<rows).reduce(0.0) {
          $0 + first[1][left * rows + $1] * second[1][right * rows + $1]
        }
        sum += product * product
      }
    }
    return sum / Double(min(ranks[0], ranks[1]))
  }

  @Test("A network that overflows is reported") func overflow() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 1, size: 1),
      stages: [Stage(widths: [1], kernel: 1, stride: 1)])
    let weights = NetworkWeights(
      layers: [WeightTensor(rows: 1, columns: 1, kernel: 1, values: [1e200])])
    let sample = try ImageSample(
      image: [1e150],
      directions: [Directions(family: .noise, dimension: 1, normalizing: [1])])
    #expect(throws: NonfiniteFrame.self) { try Self.measure(architecture, weights, sample) }
    // The second of two images is named, whatever the first one did in the same layer.
    let (small, large) = try (
      ImageSample(
        image: [1e-200],
        directions: [Directions(family: .noise, dimension: 1, normalizing: [])]),
      ImageSample(
        image: [1e100],
        directions: [Directions(family: .noise, dimension: 1, normalizing: [1])])
    )
    let network = BuiltNetwork(architecture)
    let push = try PushForward<Double>(
      network, network.parameters(weights), images: 2, vectors: 2)
    let error = #expect(throws: NonfiniteFrame.self) {
      try push.measure([small, large]) { _, _, _ in }
    }
    #expect(error?.image == 1 && error?.representation == 1 && error?.statistic == .gain)
  }

  @Test("One direction has no pairs, none has no statistics") func few() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 3, size: 1),
      stages: [Stage(widths: [4], kernel: 1, stride: 1)])
    let weights = NetworkWeights(
      layers: [WeightTensor(rows: 4, columns: 3, kernel: 1, values: Array(repeating: 1, count: 12))]
    )
    let sample = try ImageSample(
      image: [1, 2, 3],
      directions: [
        Directions(family: .augmentation, dimension: 3, normalizing: []),
        Directions(family: .noise, dimension: 3, normalizing: [0, 1, 0]),
      ])
    let (values, overlaps) = try Self.measure(architecture, weights, sample)
    for statistic in FrameStatistic.allCases { #expect(values[1][0][statistic].isNaN) }
    #expect(values[1][1][.gain] == 2)
    #expect(values[1][1][.stableRank] == 1 && values[1][1][.effectiveRank] == 1)
    #expect(values[1][1][.coherence].isNaN && values[1][1][.angleDistortion].isNaN)
    #expect(overlaps[1][0].isNaN)
  }

  @Test("Means and deviations run over what is a number") func moments() {
    var moments = Moments()
    #expect(moments.mean.isNaN && moments.standardDeviation.isNaN)
    for value in [1, .nan, 3, 8] { moments.add(value) }
    #expect(moments.count == 3 && moments.mean == 4)
    // Squared deviations 9, 1 and 16.
    #expect(isClose(moments.standardDeviation, (26.0 / 3).squareRoot(), relative: 1e-15))
  }
}
