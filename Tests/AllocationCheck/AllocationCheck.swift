import Architectures
import CAllocations
import NetworkGraphs
import Networks
import OpenBLAS
import RecurrentInference

/// Prints, for networks of each family, how often batches after the second one ask for memory: those of a
/// training, and those of values with tangents, which go through three sweeps of inference in networks that
/// have it.
///
/// It is a program of its own because only an optimised build says anything: without optimisation
/// closures and copies ask for memory. It computes in double precision, because oneDNN asks for memory
/// whenever it computes or packs a weight.
@main struct AllocationCheck {
  static func main() throws {
    // As the program does; more threads ask for memory of their own.
    BLASLibrary.setThreadCount(1)
    for family in Family.layered {
      let architecture = try layers(family)
      let graph = InferenceGraph(architecture, sweeps: 3)
      var parameters = graph.network.parameters(
        .heInitialization(of: architecture, seed: 1, draw: 0))
      graph.setSteps(architecture.layers.map { _ in 0.1 }, in: &parameters)
      print(
        family.name, try training(architecture), try evaluation(graph.network, parameters))
    }
    for (name, architecture) in try blocks() {
      let network = BuiltNetwork(architecture)
      print(
        name, try training(architecture),
        try evaluation(network, network.initialParameters(seed: 1, draw: 0)))
    }
  }

  private static func layers(_ family: Family) throws -> Architecture {
    try Architecture(
      family: family, input: InputShape(channels: 3, size: 8),
      stages: [
        Stage(widths: [8, 8, 8], kernel: 3, stride: 1),
        Stage(widths: [12, 12, 12], kernel: 3, stride: 2),
      ], skipLength: 2)
  }

  /// Networks that between them have all normalisations, pooling, groups, gates and attention.
  private static func blocks() throws -> [(name: String, Architecture)] {
    func network(
      _ family: Family, _ widths: [[Int]], kernel: Int = 3, _ options: KeyValues
    ) throws -> Architecture {
      try Architecture(
        family: family, input: InputShape(channels: 3, size: 8),
        stages: widths.enumerated().map { stage, widths in
          Stage(widths: widths, kernel: kernel, stride: stage == 0 ? 1 : 2)
        }, options: options)
    }
    return [
      (
        "bottleneck",
        try network(
          .residual, [[8, 8], [16, 16]],
          [
            .normalization: KeyValue(Normalization.batch),
            .block: KeyValue(Block.bottleneck), .shortcut: KeyValue(Shortcut.projection),
          ])
      ),
      (
        "inverted",
        try network(
          .residual, [[8, 8], [16, 16]],
          [
            .normalization: KeyValue(Normalization.batch),
            .block: KeyValue(Block.inverted), .squeeze: 4,
            .activation: KeyValue(ActivationFunction.silu),
          ])
      ),
      (
        "densenet",
        try network(
          .dense, [[8, 8], [12, 8]],
          [
            .normalization: KeyValue(Normalization.batch),
            .block: KeyValue(Block.bottleneck), .pooling: KeyValue(Pooling.average),
          ])
      ),
      (
        "vgg",
        try network(
          .chain, [[8, 8], [16]],
          [.pooling: KeyValue(Pooling.max), .normalization: KeyValue(Normalization.group)])
      ),
      (
        "transformer", try network(.transformer, [[16, 16]], kernel: 1, [.patch: 4, .heads: 2])
      ),
      (
        "mixer",
        try network(
          .mixer, [[16, 16]], kernel: 1, [.patch: 4, .tokenWidth: 8, .channelWidth: 24])
      ),
      ("convnext", try network(.convnext, [[8, 8], [16]], kernel: 7, [.patch: 2])),
    ]
  }

  private static func evaluation(_ network: BuiltNetwork, _ parameters: GraphParameters) throws
    -> Int
  {
    let evaluator = try Evaluator<Double>(
      network.graph, parameters: parameters, representations: network.values, images: 2,
      vectors: 5)
    let vectors = (0..<192 * 5).map { Double($0 % 7) / 7 }
    var seen = 0
    func batch() throws {
      for image in 0..<2 { evaluator.store(vectors.span, vectorsFrom: 0, ofImage: image) }
      try evaluator.run { _ in seen += 1 }
    }
    for _ in 0..<2 { try batch() }
    let before = CAllocations_count()
    for _ in 0..<5 { try batch() }
    guard seen == 7 * network.values.count else { fatalError("missing layers") }
    return Int(CAllocations_count() - before)
  }

  private static func training(_ architecture: Architecture) throws -> Int {
    let network = try GraphClassifier<Double>(architecture, images: 4, classes: 3)
    network.usesBatchStatistics = true
    let image = (0..<192).map { Double($0 % 7) / 7 }
    let labels = [0, 1, 2, 1]
    var parameters = (0..<network.network.parameterCount).map { Double($0 % 11) / 30 - 0.1 }
    var gradient = parameters
    func step() throws {
      try network.setParameters(parameters.span)
      for place in labels.indices { network.store(image.span, at: place) }
      try network.classify()
      guard network.score(labels).loss.isFinite else { fatalError("a loss that is not finite") }
      try network.backward(labels: labels)
      var span = gradient.mutableSpan
      network.copyParameterGradients(to: &span)
      for place in parameters.indices { parameters[place] -= 1e-3 * gradient[place] }
    }
    for _ in 0..<2 { try step() }
    let before = CAllocations_count()
    for _ in 0..<5 { try step() }
    return Int(CAllocations_count() - before)
  }
}
