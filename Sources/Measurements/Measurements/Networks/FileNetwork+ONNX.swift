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
  ///   - choice: which representations are asked for.
  ///   - isExact: whether functions that the file spells out are computed as they are spelled out.
  ///   - onlyIfOpen: whether the shape of images counts only if the file has none.
  /// - Returns: the network, and what is worth saying of it.
  ///
  /// **Throws**: `ONNXError` if the file is damaged, if its input has another shape, or if there is no
  /// representation that can be computed.
  static func understanding(
    _ request: NetworkRequest, _ bytes: ONNXBytes, representations choice: RepresentationChoice,
    isExact: Bool, onlyIfOpen: Bool = false
  ) throws(ONNXError) -> (network: FileNetwork, remarks: [String]) {
    let file =
      if let shape = request.file.inputShape {
        try ONNXNetwork(bytes, shape: shape)
      } else if let channels = request.channels {
        try ONNXNetwork(
          bytes, channels: channels, size: request.size ?? 1, onlyIfOpen: onlyIfOpen)
      } else {
        try ONNXNetwork(bytes)
      }
    let (names, missing) = try file.chosenRepresentations(choice)
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
    let damage =
      chosen.damage(of: parameters, file) ?? standard.network.damage(of: standard.parameters, file)
    var remarks = damage.map { ["\(bytes.name): \($0), so its points are nonfinite"] } ?? []
    remarks += missing.map { error in
      "\(error.whatIsWrong), expected \(error.expected); what does not depend on it is measured, "
        + "\(names.count) representation\(names.count == 1 ? "" : "s")"
    }
    return (
      FileNetwork(
        file: request.file, digest: digest, inputShape: inputShape,
        representations: chosen.representations, counts: try file.counts(),
        frame: standard.network.frameFacts,
        contents: Contents(
          network: chosen, parameters: parameters, standard: standard, damage: damage)), remarks
    )
  }
}

/// Which representations of a network from a file are asked for.
enum RepresentationChoice {
  /// Those whose names match patterns.
  case named([String])
  /// The standard ones, by a sweep that could name others.
  case open
  /// The standard ones.
  case standard
}

extension Measure {
  /// Which representations of networks from files are asked for.
  var chosenRepresentations: RepresentationChoice {
    if let representations { return .named(representations) }
    return requests.contains { type(of: $0).keys.contains("representations") } ? .open : .standard
  }
}

extension BuiltNetwork {
  /// What is wrong with numbers; nil if they can be computed with.
  ///
  /// Masks of attention are infinite where they are added.
  fileprivate func damage(of numbers: GraphParameters, _ file: ONNXNetwork) -> String? {
    for node in graph.nodes {
      for case .parameter(let id) in node.operands {
        guard let number = numbers[id]?.firstNonfinite,
          number.isNaN || node.operation.role != .addition
        else { continue }
        guard let named = file.nonfinite.first(where: { $0.number.isNaN || !number.isNaN }) else {
          return "a constant that '\(node.name)' is computed with holds \(number)"
        }
        return "tensor '\(named.tensor)' holds \(named.number)"
      }
    }
    return nil
  }

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
    _ choice: RepresentationChoice
  ) throws(ONNXError) -> (names: [String], missing: [ONNXError]) {
    if case .named(let patterns) = choice { return try representations(matching: patterns) }
    let names = standardRepresentations
    guard !names.isEmpty else {
      let others =
        if case .open = choice {
          ", or representations: [names of values] under neural_frames, to choose others"
        } else {
          ""
        }
      throw unsupported.first?.inFile(file)
        ?? ONNXError(
          file: file, problem: "it has no activation, sum, concatenation or pooling",
          expected: "one of them" + others)
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
