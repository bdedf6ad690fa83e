internal import Digest
internal import InducedFrames
internal import NetworkGraphs
internal import Networks
internal import ONNX
internal import SweepSpec

extension FileNetwork {
  /// Understands a file at the input shape that a sweep asks for, with the representations that its
  /// measurements choose.
  ///
  /// - Parameters:
  ///   - request: the file, and its input if the sweep says it.
  ///   - bytes: the file's.
  ///   - patterns: the names of the representations; nil for the standard ones.
  ///   - isExact: whether functions that the file spells out are computed as they are spelled out.
  /// - Returns: the network, and what is worth saying of it.
  ///
  /// **Throws**: `ONNXError` if the file is damaged, if its input has another shape, or if there is no
  /// representation that can be computed.
  static func understanding(
    _ request: NetworkRequest, _ bytes: ONNXBytes, representations patterns: [String]?,
    isExact: Bool
  ) throws(ONNXError) -> (network: FileNetwork, remarks: [String]) {
    let file =
      if let shape = request.file.inputShape {
        try ONNXNetwork(bytes, shape: shape)
      } else if let channels = request.channels {
        try ONNXNetwork(bytes, channels: channels, size: request.size ?? 1)
      } else {
        try ONNXNetwork(bytes)
      }
    let (names, missing) = try file.chosenRepresentations(patterns)
    let digest = bytes.digest
    let inputShape = Array(file.inputShape.dropFirst())
    let built = try file.graph(of: names, isExact: isExact)
    let identity = Array(digest.hexadecimal.utf8)
    func network(
      _ built: ONNXGraph, _ names: [String]
    ) -> (network: BuiltNetwork, numbers: GraphParameters) {
      BuiltNetwork.taking(
        built.graph, built.parameters,
        representations: names.compactMap { name in built.values[name].map { (name, $0) } },
        identity: identity)
    }
    let (chosen, parameters) = network(built, names)
    var standard = (network: chosen, parameters: parameters)
    let standardNames = file.standardRepresentations
    if names != standardNames, !standardNames.isEmpty {
      let (whole, numbers) = network(try file.graph(of: standardNames), standardNames)
      standard = (whole, numbers)
    }
    let remarks = missing.map { error in
      "\(error.whatIsWrong), expected \(error.expected); what does not depend on it is measured, "
        + "\(names.count) representation\(names.count == 1 ? "" : "s")"
    }
    return (
      FileNetwork(
        file: request.file, digest: digest, inputShape: inputShape,
        representations: chosen.representations, counts: try file.counts(),
        frame: standard.network.frameFacts,
        contents: Contents(network: chosen, parameters: parameters, standard: standard)), remarks
    )
  }
}

extension BuiltNetwork {
  /// What is known of the induced frame.
  fileprivate var frameFacts: FrameFacts {
    do throws(UnitGraph.Obstacle) {
      var cache = StructureCache()
      let structure = FrameStructure(NetworkFrame(try units()).frame, cache: &cache)
      return .frame(
        atoms: structure.atomCount, dimension: structure.frameDimension,
        nonzeros: structure.gramNonzeros)
    } catch {
      return .none(reason: error.description)
    }
  }
}

extension ONNXNetwork {
  /// The representations that patterns choose, or the standard ones; and why others are missing.
  fileprivate func chosenRepresentations(
    _ patterns: [String]?
  ) throws(ONNXError) -> (names: [String], missing: [ONNXError]) {
    if let patterns { return try representations(matching: patterns) }
    let names = standardRepresentations
    guard !names.isEmpty else {
      throw unsupported.first?.inFile(file)
        ?? ONNXError(
          file: file, problem: "it has no activation, sum, concatenation or pooling",
          expected: "representations: [names of values], to choose others")
    }
    let areAllThere = outputs.count == knownOutputs.count
    return (names, areAllThere ? [] : unsupported.map { $0.inFile(file) })
  }

  /// The weights that the standard representations need, all numbers that are trained, and the operations
  /// of one image's forward pass in products up to these representations.
  fileprivate func counts() throws(ONNXError) -> NetworkCounts {
    let trainable = try summary().reduce(0) { $0 + $1.parameterCount }
    let graph = try graph(of: standardRepresentations).graph
    var (weights, flops) = (0, 0)
    for node in graph.nodes where node.operation.isProduct {
      let operands = node.operands.map { graph.shape(of: $0) }
      flops += Int(node.operation.cost(operands, output: graph[node.output].shape).flops)
      if node.operation.role == .weighted { weights += operands[1].shape.count }
    }
    return NetworkCounts(weights: weights, trainable: trainable, flops: flops)
  }
}

extension ONNXError {
  /// The file, the part of it, and the problem.
  var whatIsWrong: String {
    [file, place ?? "", problem].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}
