import Architectures
import Foundation
import FrameTheory
import NetworkGraphs
import Networks
import TestSupport
import Testing

@testable import InducedFrames

@Suite("Induced frames of graphs") struct GraphFrameTests {
  private func statistics(
    _ frame: InducedFrame, _ tensors: [WeightTensor]
  ) throws -> (structure: FrameStructure, statistics: FrameStatistics) {
    var cache = StructureCache()
    return (
      FrameStructure(frame, cache: &cache),
      try FrameStatistics(frame, tensors: tensors, bounds: true, cache: &cache, shouldStop: {})
    )
  }

  /// Compares a network's frame with the explicit matrix of its units.
  private func compare(
    _ network: BuiltNetwork, _ numbers: GraphParameters, form: Form = .analysis, _ comment: String
  ) throws {
    let units = try network.units()
    let frame = InducedFrame(units, form: form)
    let found = try statistics(
      frame, NetworkFrame(units).tensors(of: numbers, in: network))
    let matrix = ExplicitGraphMatrix(
      network.graph, numbers, units: units.units.map(\.name), isSynthesis: form == .synthesis)
    let expected = Frame(
      dimension: matrix.dimension, count: matrix.count, normalizing: matrix.values)
    #expect(found.structure.atomCount == matrix.count, "\(comment)")
    #expect(found.structure.frameDimension == matrix.dimension, "\(comment)")
    let gram = GramMatrix(expected)
    // A draw of weights may leave an atom without a direction: nothing reads it, or taps cancel.
    guard gram.framePotential.isFinite else {
      #expect(!found.statistics.framePotential.isFinite, "\(comment)")
      return
    }
    // Entries that are zero by chance are zero at other weights as well, but for those of single weights.
    let nonzeros = gram.products.count { abs($0) > 1e-13 } - matrix.count
    #expect(found.structure.gramNonzeros >= nonzeros, "\(comment)")
    let close = { (a: Double, b: Double) in isClose(a, b, relative: 1e-11, absolute: 1e-12) }
    #expect(close(found.statistics.framePotential, gram.framePotential), "\(comment)")
    #expect(close(found.statistics.mutualCoherence, gram.mutualCoherence), "\(comment)")
    if found.structure.gramNonzeros > 0 {
      let mean = gram.offDiagonalSum / Double(found.structure.gramNonzeros)
      #expect(close(found.statistics.meanCoherence, mean), "\(comment)")
    }
    let bounds = try FrameBounds(expected)
    #expect(abs(found.statistics.bounds.upper - bounds.upper) <= 1e-11 * bounds.upper)
    #expect(abs(found.statistics.bounds.lower - bounds.lower) <= 1e-11 * bounds.upper)
  }

  private func built(_ graph: Graph, _ numbers: GraphParameters) -> (BuiltNetwork, GraphParameters)
  {
    let found = BuiltNetwork.taking(graph, numbers, representations: [], identity: [])
    return (found.network, found.numbers)
  }

  @Test(
    "Random graphs of every kind of operation are those of the explicit matrix", arguments: 0..<200)
  func random(seed: Int) throws {
    var random = try RandomGraph(seed: seed)
    let numbers = random.numbers()
    let (network, own) = built(random.graph, numbers)
    try compare(network, own, "seed \(seed)")
  }

  @Test("Nonzeros are those of many draws of weights", arguments: 0..<60) func nonzeros(seed: Int)
    throws
  {
    var random = try RandomGraph(seed: seed)
    var isNonzero: [Bool] = []
    var count = 0
    var structure: FrameStructure?
    for _ in 0..<6 {
      let (network, numbers) = built(random.graph, random.numbers())
      let units = try network.units()
      var cache = StructureCache()
      structure = FrameStructure(InducedFrame(units, form: .analysis), cache: &cache)
      let matrix = ExplicitGraphMatrix(network.graph, numbers, units: units.units.map(\.name))
      let gram = GramMatrix(
        Frame(dimension: matrix.dimension, count: matrix.count, normalizing: matrix.values))
      if isNonzero.isEmpty { isNonzero = gram.products.map { _ in false } }
      for (index, product) in gram.products.enumerated() where !(abs(product) <= 1e-13) {
        isNonzero[index] = true
      }
      count = matrix.count
    }
    #expect(structure?.gramNonzeros == isNonzero.count { $0 } - count)
  }

  static let architectures: [(family: Family, options: KeyValues, widths: [[Int]])] = [
    (
      .residual, [.block: KeyValue(Block.basic), .shortcut: KeyValue(Shortcut.projection)],
      [[2, 2], [3]]
    ),
    (
      .residual, [.block: KeyValue(Block.basic), .shortcut: KeyValue(Shortcut.pad)], [[2], [4, 4]]
    ),
    (
      .residual,
      [
        .block: KeyValue(Block.bottleneck), .shortcut: KeyValue(Shortcut.projection),
        .stem: KeyValue(Stem.cifar), .expansion: .integer(2), .groups: .integer(2),
      ], [[2, 2], [2]]
    ),
    (
      .residual,
      [
        .block: KeyValue(Block.bottleneck), .shortcut: KeyValue(Shortcut.projection),
        .stem: KeyValue(Stem.imagenet), .expansion: .integer(2),
      ], [[1], [2]]
    ),
    (
      .residual,
      [
        .block: KeyValue(Block.preactivation), .shortcut: KeyValue(Shortcut.projection),
        .stem: KeyValue(Stem.cifar),
      ], [[2, 2], [3]]
    ),
    (
      .residual,
      [
        .block: KeyValue(Block.inverted), .stem: KeyValue(Stem.cifar), .expansion: .integer(2),
        .activation: KeyValue(ActivationFunction.relu6), .squeeze: .integer(0),
      ], [[2], [2, 2]]
    ),
    (
      .residual, [.shortcut: KeyValue(Shortcut.projection), .pooling: KeyValue(Pooling.average)],
      [[2, 2], [2, 2]]
    ),
    (.chain, [.pooling: KeyValue(Pooling.max)], [[2, 2], [3]]),
    (.chain, [.pooling: KeyValue(Pooling.average)], [[2], [3]]),
    (
      .dense,
      [
        .block: KeyValue(Block.bottleneck), .pooling: KeyValue(Pooling.average),
        .expansion: .integer(2),
      ], [[3, 1, 1], [2, 1]]
    ),
    (.dense, [.pooling: KeyValue(Pooling.max)], [[2, 1], [2, 1]]),
    (
      .residual,
      [
        .block: KeyValue(Block.choice), .stem: KeyValue(Stem.cifar), .stemWidth: 1,
        // 1, 0, 2.
        .choices: 11,
      ], [[1, 1], [2]]
    ),
    (.residual, cell("223114"), [[1, 1], [2]]), (.residual, cell("234321"), [[2], [1, 1]]),
    // Nodes that are zero, or that nothing reads.
    (.residual, cell("020132"), [[1, 1], [2]]), (.residual, cell("300000"), [[1], [1]]),
    // Pooling of pooling, also of sums.
    (.residual, cell("000400"), [[1, 1, 1, 1], [1, 1]]),
    (.residual, cell("400110"), [[1, 1], [2, 2]]), (.residual, cell("440012"), [[1, 1], [1]]),
  ]

  private static func cell(_ digits: String) -> KeyValues {
    [.block: KeyValue(Block.cell), .cell: .integer(Int(digits, radix: 5) ?? 0)]
  }

  @Test(
    "Blocks of families are those of the explicit matrix", arguments: architectures.indices,
    [Normalization.none, .batch])
  func families(index: Int, normalization: Normalization) throws {
    let (family, options, widths) = Self.architectures[index]
    var all = options
    all[.normalization] = KeyValue(normalization)
    let stages = widths.enumerated().map {
      Stage(widths: $0.element, kernel: 3, stride: $0.offset == 0 ? 1 : 2)
    }
    let forms: [Form] = family == .residual ? [.analysis] : [.analysis, .synthesis]
    for form in forms {
      let architecture = try Architecture(
        family: family, input: InputShape(channels: 2, size: 4), stages: stages, form: form,
        options: all)
      let network = BuiltNetwork(architecture)
      var numbers = network.initialParameters(seed: 1, draw: 0)
      var random = SeededGenerator(seed: 7)
      for parameter in network.parameters where parameter.role == .scale {
        numbers[parameter.id] = .double(
          parameter.range.map { _ in Bool.random(using: &random) ? 1.5 : -0.5 })
      }
      try compare(network, numbers, form: form, architecture.canonicalText)
    }
  }

  @Test("Cells of pooling and skips alone have too many ways, and say so")
  func manyWays() throws {
    func network(_ digits: String) throws -> BuiltNetwork {
      let index = try #require(Int(digits, radix: 5))
      return BuiltNetwork(
        try Preset.nasBench201.architecture([.presetIndex: .integer(index)]))
    }
    #expect(try network("414141").frameObstacle?.contains("in more than 60 ways") == true)
    // With one way through each cell there are few.
    #expect(try network("000400").frameObstacle == nil)
    #expect(try network("333333").frameObstacle == nil)
  }

  @Test("Layers of plain networks are the units of their graphs", arguments: 0..<90)
  func plain(seed: Int) throws {
    let architecture = try randomArchitecture(seed: seed)
    let weights = randomWeights(of: architecture, seed: seed)
    let network = BuiltNetwork(architecture)
    let units = try network.units()
    let found = try statistics(
      InducedFrame(units, form: architecture.form),
      NetworkFrame(units).tensors(of: network.parameters(weights), in: network))
    let frame = InducedFrame(architecture)
    let expected = try statistics(frame, frame.tensors(weights))
    #expect(found.structure.atomCount == expected.structure.atomCount)
    #expect(found.structure.frameDimension == expected.structure.frameDimension)
    #expect(found.structure.gramNonzeros == expected.structure.gramNonzeros)
    #expect(
      isClose(
        found.statistics.framePotential, expected.statistics.framePotential, relative: 1e-12,
        absolute: 0))
    #expect(
      isClose(
        found.statistics.mutualCoherence, expected.statistics.mutualCoherence, relative: 1e-12,
        absolute: 0))
  }

  /// Golden values of an independent implementation, with nine decimals.
  @Test("Graphs of bottlenecks and of DenseNet-BC have their golden values") func golden() throws {
    var (graph, numbers, place) = (Graph(shape: [1, 4, 1, 1]), GraphParameters(), 0)
    func convolve(_ value: ValueID, _ width: Int) throws -> ValueID {
      let shape: Shape = [width, graph[value].shape[1], 1, 1]
      let weight = graph.addParameter("w\(place)", shape: shape)
      numbers[weight] = .double(
        (0..<shape.count).map { sin(1 + 0.7 * Double(place + $0)) })
      place += shape.count
      return try graph.add(Convolution(Window(square: 1)), [.value(value), .parameter(weight)])
    }
    func relu(_ value: ValueID) throws -> ValueID { try graph.add(Activation(.relu), of: value) }
    func check(_ form: Form, _ counts: [Int], _ potential: Double, _ coherence: Double) throws {
      let (network, own) = built(graph, numbers)
      let units = try network.units()
      let found = try statistics(
        InducedFrame(units, form: form), NetworkFrame(units).tensors(of: own, in: network))
      #expect([found.structure.atomCount, found.structure.frameDimension] == counts)
      #expect(abs(found.statistics.framePotential - potential) < 1e-9)
      #expect(abs(found.statistics.mutualCoherence - coherence) < 1e-9)
    }
    var value = try relu(convolve(graph.input, 8))
    for _ in 0..<2 {
      let inner = try relu(convolve(relu(convolve(value, 2)), 2))
      value = try relu(graph.add(Sum(), of: convolve(inner, 8), value))
    }
    try check(.analysis, [32, 28], 58.398911329, 0.697102703)

    (graph, numbers, place) = (Graph(shape: [1, 4, 1, 1]), GraphParameters(), 0)
    var read = [Operand.value(try convolve(graph.input, 6))]
    for _ in 0..<3 {
      let all = try relu(graph.add(Concatenation(axis: 1), read))
      read.append(.value(try convolve(relu(convolve(all, 8)), 2)))
    }
    try _ = relu(graph.add(Concatenation(axis: 1), read))
    try check(.analysis, [36, 34], 68.003548158, 0.672576523)
    try check(.synthesis, [36, 52], 67.140049572, 0.778493248)
  }

  @Test("Constants that cancel are no nonzeros") func cancelling() throws {
    // j = u + B u and l = u + j: u and j meet in −1 in row j and in +1 in row l.
    var (graph, numbers) = (Graph(shape: [1, 2, 1, 1]), GraphParameters())
    func convolve(_ value: ValueID, _ numbersOfIt: [Double]) throws -> ValueID {
      let weight = graph.addParameter("w\(graph.parameters.count)", shape: [2, 2, 1, 1])
      numbers[weight] = .double(numbersOfIt)
      return try graph.add(Convolution(Window(square: 1)), [.value(value), .parameter(weight)])
    }
    let u = try graph.add(Activation(.relu), of: convolve(graph.input, [1, 2, 3, 5]))
    let v = try graph.add(Activation(.relu), of: convolve(u, [1, 3, -2, 1]))
    let j = try graph.add(Activation(.relu), of: graph.add(Sum(), of: u, v))
    let l = try graph.add(Sum(), of: u, j)
    _ = try graph.add(Activation(.relu), of: l)
    let (network, own) = built(graph, numbers)
    try compare(network, own, "cancelling")
    var cache = StructureCache()
    let structure = FrameStructure(NetworkFrame(try network.units()).frame, cache: &cache)
    let matrix = ExplicitGraphMatrix(
      network.graph, own, units: try network.units().units.map(\.name))
    let gram = GramMatrix(
      Frame(dimension: matrix.dimension, count: matrix.count, normalizing: matrix.values))
    #expect(structure.gramNonzeros == gram.products.count { abs($0) > 1e-13 } - matrix.count)
  }

  /// Presets with torchvision's weights without classifier and norms, and their units: how many channels
  /// there are at each side of an image.
  static let published: [(preset: Preset, weights: Int, units: [(channels: Int, side: Int)])] = [
    (
      .resNet50, 23_454_912,
      [
        (64, 112), (1152, 56), (128, 56), (2944, 28), (256, 28), (8960, 14), (512, 14), (8704, 7),
      ]
    ),
    (.resNet101, 42_394_816, []), (.resNet152, 57_992_384, []),
    (.vgg16BN, 14_710_464, [(128, 224), (256, 112), (768, 56), (1536, 28), (1536, 14)]),
  ]

  @Test("Presets have the published weights, and atoms of all their units", arguments: published)
  func presets(
    preset: Preset, weights: Int, expected: [(channels: Int, side: Int)]
  ) throws {
    let units = try BuiltNetwork(preset.architecture()).units()
    let found = units.operators.map { $0.rows * $0.columns * $0.kernel * $0.kernel }
    #expect(found.reduce(0, +) == weights)
    guard !expected.isEmpty else { return }
    let atoms = units.units.map { $0.channels * $0.size * $0.size }
    #expect(
      atoms.reduce(0, +) == expected.reduce(0) { $0 + $1.channels * $1.side * $1.side })
  }

  @Test("Presets of blocks that are known have a frame, others say what is in the way")
  func known() throws {
    for preset in [
      Preset.resNeXt50, .denseNet121, .mobileNetV2, .wideResNet28, .denseNetBC100, .cifarResNet20,
    ] {
      #expect(BuiltNetwork(try preset.architecture()).frameObstacle == nil, "\(preset)")
    }
    for (preset, word) in [
      (Preset.efficientNetB0, "silu"), (.convNeXtTiny, "layer_norm"), (.viTBase16, "concatenate"),
    ] {
      let obstacle = BuiltNetwork(try preset.architecture()).frameObstacle ?? ""
      #expect(obstacle.contains(word), "\(preset): \(obstacle)")
    }
  }
}
