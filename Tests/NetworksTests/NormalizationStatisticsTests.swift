import Architectures
import NetworkGraphs
import Networks
import TestSupport
import Testing

@Suite("Statistics of batch normalisations at images") struct NormalizationStatisticsTests {
  static let architectures: [(String, Family, Block, KeyValues)] = [
    ("chain", .chain, .plain, [.pooling: KeyValue(Pooling.max)]),
    ("residual", .residual, .plain, [.shortcut: KeyValue(Shortcut.projection)]),
    ("dense", .dense, .plain, [:]),
    (
      "basic", .residual, .basic,
      [.shortcut: KeyValue(Shortcut.projection), .stem: KeyValue(Stem.cifar)]
    ),
    ("preactivation", .residual, .preactivation, [.shortcut: KeyValue(Shortcut.projection)]),
    ("DenseNet-BC", .dense, .bottleneck, [.pooling: KeyValue(Pooling.average)]),
    (
      "inverted", .residual, .inverted,
      [.squeeze: 2, .activation: KeyValue(ActivationFunction.silu)]
    ),
  ]

  private static func network(
    _ place: Int, _ statistics: NormalizationStatistics = .initial, classes: Int = 0
  ) throws -> BuiltNetwork {
    let (_, family, block, more) = architectures[place]
    var options = more
    options[.normalization] = KeyValue(Normalization.batch)
    options[.normalizationStatistics] = KeyValue(statistics)
    if block != .plain { options[.block] = KeyValue(block) }
    let architecture = try Architecture(
      family: family, input: InputShape(channels: 2, size: 6),
      stages: [
        Stage(widths: [4, 4, 4], kernel: 3, stride: 1),
        Stage(widths: [6, 6], kernel: 3, stride: 2),
      ], options: options)
    return BuiltNetwork(architecture, classes: classes)
  }

  private static func images(_ count: Int, _ network: BuiltNetwork) -> [[Double]] {
    var random = SeededGenerator(seed: 5)
    return (0..<count).map { _ in random.numbers(network.inputShape.count) }
  }

  @Test("They are those of each normalisation's operand, layer by layer", arguments: 0..<7)
  func layerByLayer(_ place: Int) throws {
    let network = try Self.network(place)
    let images = Self.images(5, network)
    var numbers = network.initialParameters(seed: 2, draw: 0)
    let found = try network.statistics(at: images, numbers, in: Double.self)
    var expected: [ParameterID: [Double]] = [:]
    // One normalisation after the other, and one image after the other.
    for node in network.graph.nodes where node.operation is BatchNormalization {
      guard case .value(let value) = node.operands[0], case .parameter(let mean) = node.operands[3],
        case .parameter(let variance) = node.operands[4]
      else { continue }
      let evaluator = try Evaluator<Double>(
        network.graph, parameters: numbers, representations: [value], images: 1, vectors: 1)
      let channels = network.graph[value].shape[1]
      var columns = [[Double]](repeating: [], count: channels)
      for image in images {
        evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
        try evaluator.run { representation in
          let values = representation.vector(0, ofImage: 0)
          let pixels = values.count / channels
          for channel in 0..<channels {
            columns[channel] += values[channel * pixels..<(channel + 1) * pixels]
          }
        }
      }
      let means = columns.map { $0.reduce(0, +) / Double($0.count) }
      let variances = zip(columns, means).map { column, mean in
        column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
      }
      (numbers[mean], numbers[variance]) = (.double(means), .double(variances))
      (expected[mean], expected[variance]) = (means, variances)
    }
    let statistics = network.parameters.filter { $0.role == .statistic }
    #expect(statistics.count == found.count && !found.isEmpty)
    for (parameter, own) in zip(statistics, found) {
      let known = try #require(expected[parameter.id])
      #expect(areClose(own, known, relative: 1e-11, absolute: 1e-12))
    }
  }

  @Test("A network with them computes what it computes of the batch in training", arguments: 0..<7)
  func training(_ place: Int) throws {
    let plain = try Self.network(place)
    let images = Self.images(6, plain)
    let found = try plain.statistics(
      at: images, plain.initialParameters(seed: 2, draw: 1), in: Double.self)
    func scores(_ network: BuiltNetwork, batch: Bool) throws -> [Double] {
      let classifier = try GraphClassifier<Double>(network, images: images.count, classes: 3)
      let vector = network.initialVector(seed: 2, draw: 1).map { Double($0) }
      try classifier.setParameters(vector.span)
      for (place, image) in images.enumerated() { classifier.store(image.span, at: place) }
      classifier.usesBatchStatistics = batch
      try classifier.classify()
      return classifier.scores
    }
    let network = try Self.network(place, classes: 3)
    let trained = try scores(network, batch: true)
    // The vector that training starts from is in single precision, and so are the statistics in it.
    let measured = try scores(network.starting(from: found), batch: false)
    #expect(areClose(measured, trained, relative: 1e-4, absolute: 1e-4))
    let initial = try scores(network, batch: false)
    #expect(!areClose(initial, trained, relative: 1e-2, absolute: 1e-2))
  }

  @Test("Weights do not depend on the key")
  func weights() throws {
    let (one, other) = (try Self.network(3), try Self.network(3, .batch))
    #expect(one.initialVector(seed: 4, draw: 0) == other.initialVector(seed: 4, draw: 0))
  }

  @Test("The key is a part of the architecture only beside batch normalisation")
  func key() throws {
    func text(_ options: KeyValues) throws -> String {
      try Architecture(
        family: .chain, input: InputShape(channels: 2, size: 6),
        stages: [Stage(widths: [4], kernel: 3, stride: 1)], options: options
      ).canonicalText
    }
    let batch = KeyValue(NormalizationStatistics.batch)
    #expect(try text([.normalizationStatistics: batch]) == text([:]))
    let normalized: KeyValues = [.normalization: KeyValue(Normalization.batch)]
    var both = normalized
    both[.normalizationStatistics] = KeyValue(NormalizationStatistics.initial)
    #expect(try text(both) == text(normalized))
    both[.normalizationStatistics] = batch
    #expect(try text(both).contains("normalization_statistics: batch"))
  }

  @Test("What representations are summed up by is the mean over the normalisations before them")
  func summaries() throws {
    let network = try Self.network(0)
    let images = Self.images(4, network)
    let numbers = network.initialParameters(seed: 2, draw: 0)
    let found = try network.statistics(at: images, numbers, in: Double.self)
    let summaries = network.statisticsOfRepresentations(found)
    #expect(summaries.count == 6 && summaries[0].mean.isNaN && summaries[0].variance.isNaN)
    for layer in 1..<6 {
      let (means, variances) = (found[2 * layer - 2], found[2 * layer - 1])
      let count = Double(means.count)
      #expect(areClose([summaries[layer].mean], [means.reduce(0, +) / count], relative: 1e-12))
      #expect(
        areClose([summaries[layer].variance], [variances.reduce(0, +) / count], relative: 1e-12))
    }
  }
}
