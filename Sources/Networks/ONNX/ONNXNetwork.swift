/// A network from an ONNX file, as it was understood at one input shape, for a batch of one image.
public struct ONNXNetwork: Sendable {
  /// The file's path, as it was given.
  public let file: String
  /// What wrote the file, such as `pytorch`.
  public let producer: String
  /// The version of ONNX's operators that the file is written for.
  public let operatorSet: Int
  /// The name of the input.
  public let input: String
  /// The names of the outputs, in the file's order.
  public let outputs: [String]
  /// The nodes that are not supported, in order; what depends on them is missing.
  public let unsupported: [ONNXError]
  /// The tensors of the file with a number that is infinite or none at all, in order, and that number.
  public let nonfinite: [(tensor: String, number: Double)]
  /// The patterns that became one operation each: what they are, and the value that they make.
  public let patterns: [(kind: String, value: String)]
  /// The steps as the file spells them out.
  let spelledOut: Understanding
  /// The steps with patterns as one operation each.
  let understanding: Understanding
  /// What the nodes are called and the names of their outputs, each node behind those that it reads.
  let nodeOutputs: [(node: String, outputs: [String])]

  /// Reads a network.
  ///
  /// - Parameters:
  ///   - bytes: the file, and those that belong to it.
  ///   - shape: the extents of one input, without the batch, such as channels, height and width; nil
  ///     for those of the file.
  ///
  /// **Throws**: `ONNXError` if the file is damaged, of a version that is not known, or if its input is
  /// not one of real numbers with a shape that is known. Nodes that are not supported are no error:
  /// they are listed.
  public init(
    _ bytes: ONNXBytes, shape: [Int]? = nil
  ) throws(ONNXError) {
    try self.init(bytes) { _, _ in shape }
  }

  /// Reads a network for square images, vectors or signals of a shape.
  ///
  /// - Parameters:
  ///   - bytes: the file, and those that belong to it.
  ///   - channels: the channels of the input.
  ///   - size: the extent of its other axes. An input with one axis besides the batch has all values of
  ///     such an image behind each other.
  ///   - onlyIfOpen: whether a shape that the file gives comes first.
  ///
  /// **Throws**: as for a shape.
  public init(
    _ bytes: ONNXBytes, channels: Int, size: Int, onlyIfOpen: Bool = false
  ) throws(ONNXError) {
    try self.init(bytes) { axes, isOpen in
      guard isOpen || !onlyIfOpen else { return nil }
      return axes == 1
        ? [channels * size * size] : [channels] + Array(repeating: size, count: axes - 1)
    }
  }

  /// Reads a network.
  ///
  /// - Parameter extents: the extents of an input of so many axes besides the batch, some of which the
  ///   file may leave open; nil for those of the file.
  private init(
    _ bytes: ONNXBytes, extents: (_ axes: Int, _ isOpen: Bool) -> [Int]?
  ) throws(ONNXError) {
    do throws(ONNXError) {
      let model = try ModelRecord(bytes.main[...])
      let nodes = try model.sortedNodes()
      let input = try model.imageInput(nodes)
      // What a file does not say is an image.
      let axes = max(1, (input.extents?.count ?? 4) - 1)
      try self.init(model, nodes, bytes, input.name, input.shape(extents(axes, input.isOpen)))
    } catch {
      throw error.inFile(bytes.name)
    }
  }

  private init(
    _ model: ModelRecord, _ nodes: [NodeRecord], _ bytes: ONNXBytes, _ input: String,
    _ shape: [Int]
  ) throws(ONNXError) {
    var translation = Translation(
      input: input, shape: shape,
      byteCount: bytes.byteCount)
    var nonfinite: [(tensor: String, number: Double)] = []
    for tensor in model.tensors {
      do throws(ONNXError) {
        let constant = try tensor.tensor(bytes.external)
        if let number = constant.firstNonfinite { nonfinite.append((tensor.name, number)) }
        translation.define(tensor.name, .constant(constant))
      } catch {
        translation.define(tensor.name, .missing(error))
      }
    }
    for name in model.sparseTensors {
      let error = ONNXError(
        place: "tensor '\(name)'", problem: "it is sparse", expected: "one with all its elements")
      translation.define(name, .missing(error))
    }
    for node in nodes {
      translation.read(node, operatorSet: model.operatorSet ?? 0, files: bytes.external)
    }
    file = bytes.name
    self.nonfinite = nonfinite
    producer = model.producer
    operatorSet = model.operatorSet ?? 0
    self.input = input
    outputs = model.outputs.map(\.name)
    unsupported = translation.unsupported
    nodeOutputs = nodes.map { ($0.title, $0.outputs.filter { !$0.isEmpty }) }
    let made = outputs.compactMap { name in
      if case .computed(let index, _) = translation.values[name] { index } else { nil }
    }
    spelledOut = Understanding(
      steps: translation.steps, values: translation.values,
      roots: made.count == outputs.count ? made : made + translation.frontier)
    let pass = try PatternPass(translation.steps)
    understanding = spelledOut.replaced(by: pass)
    // A pattern that has become a part of another one is read by nothing any more.
    let needed = understanding.steps.needed(for: understanding.roots)
    patterns = pass.found.filter { needed[$0.step] }.map { ($0.kind, pass.steps[$0.step].name) }
  }

  /// The input's shape, the batch of one included.
  public var inputShape: [Int] { understanding.steps[0].shape }

  /// The shape of a value that depends on the image; nil if there is none of that name, if it is a
  /// constant, or if it could not be made.
  public func shape(of name: String) -> [Int]? {
    guard case .computed(_, let shape) = understanding.values[name] else { return nil }
    return shape
  }
}

/// The steps of a network, and what its names stand for.
struct Understanding: Sendable {
  let steps: StepList
  let values: [String: KnownValue]
  /// The steps that everything else is computed for: those of the outputs, and, if one of them is
  /// missing, those that nodes without support would read.
  let roots: [Int]

  /// The same values, with patterns replaced.
  func replaced(by pass: PatternPass) -> Understanding {
    Understanding(
      steps: pass.steps,
      values: values.mapValues { value in
        guard case .computed(let index, let shape) = value else { return value }
        return .computed(pass.places[index], shape)
      },
      roots: roots.map { pass.places[$0] })
  }
}

extension ModelRecord {
  /// The nodes, each behind those whose values it reads.
  ///
  /// **Throws**: `ONNXError` if two make the same value, or if some read each other's.
  func sortedNodes() throws(ONNXError) -> [NodeRecord] {
    var makers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        guard makers.updateValue(index, forKey: output) == nil else {
          throw ONNXError(
            place: node.place, problem: "it makes '\(output)', which another node makes too",
            expected: "names that are made once")
        }
      }
    }
    // Depth first, in the order of the file, without recursion.
    enum State { case new, open, done }
    var states = nodes.map { _ in State.new }
    var sorted: [NodeRecord] = []
    sorted.reserveCapacity(nodes.count)
    for start in nodes.indices {
      var stack = [start]
      while let index = stack.last {
        guard states[index] == .new else {
          stack.removeLast()
          if states[index] == .open { sorted.append(nodes[index]) }
          states[index] = .done
          continue
        }
        states[index] = .open
        for name in nodes[index].inputs.reversed() {
          guard let maker = makers[name], states[maker] != .done else { continue }
          guard states[maker] == .new else {
            throw ONNXError(
              place: nodes[index].place, problem: "it reads '\(name)', which depends on it",
              expected: "a network without loops")
          }
          stack.append(maker)
        }
      }
    }
    return sorted
  }

  /// The one input that is neither a weight nor left unread.
  fileprivate func imageInput(_ nodes: [NodeRecord]) throws(ONNXError) -> Declaration {
    let weights = Set(tensors.map(\.name) + sparseTensors)
    let read = Set(nodes.lazy.flatMap(\.inputs))
    let found = inputs.filter { !weights.contains($0.name) && read.contains($0.name) }
    guard let input = found.first, found.count == 1 else {
      let names = found.map { "'\($0.name)'" }.joined(separator: ", ")
      throw ONNXError(
        problem: found.isEmpty ? "its nodes read no input" : "it has the inputs \(names)",
        expected: "one input")
    }
    guard input.typeCode == 0 || ElementType(rawValue: input.typeCode)?.isFloatingPoint == true
    else {
      throw ONNXError(
        place: "input '\(input.name)'",
        problem: "its elements are of \(ElementType.name(input.typeCode))",
        expected: "real numbers in floating point")
    }
    return input
  }
}

extension ModelRecord.Declaration {
  /// Whether the file leaves an extent of one image open.
  fileprivate var isOpen: Bool {
    extents?.dropFirst().contains { if case .open = $0 { true } else { false } } ?? true
  }

  /// The shape for a batch of one.
  ///
  /// - Parameter given: the extents without the batch; nil for those of the file.
  fileprivate func shape(_ given: [Int]?) throws(ONNXError) -> [Int] {
    func failure(_ problem: String, _ expected: String) -> ONNXError {
      ONNXError(place: "input '\(name)'", problem: problem, expected: expected)
    }
    guard let extents else {
      guard let given else {
        throw failure("the file does not say its shape", Self.advice(axes: 3))
      }
      return [1] + given
    }
    let declared = extents.map { extent in
      switch extent {
      case .known(let number): "\(number)"
      case .open(let name): name.isEmpty ? "?" : name
      }
    }.joined(separator: ", ")
    guard (1...16).contains(extents.count) else {
      throw failure("it has \(extents.count) axes", "a batch, and axes of one image")
    }
    if case .known(let batch) = extents[0], batch != 1 {
      throw failure(
        "its shape is (\(declared))", "a batch of one, or one that is left open by the exporter")
    }
    if let given, given.count != extents.count - 1 {
      throw failure(
        "its shape is (\(declared)), and \(NodeReading.text(given)) is given",
        "\(extents.count - 1) extents")
    }
    var shape = [1]
    for (axis, extent) in extents.enumerated().dropFirst() {
      switch (extent, given?[axis - 1]) {
      case (.known(let number), nil): shape.append(number)
      case (.known(let number), let other?) where number == other: shape.append(number)
      case (.open, let other?): shape.append(other)
      case (.known, _):
        throw failure(
          "its shape is (\(declared)), and \(NodeReading.text(given ?? [])) is given",
          "equal extents")
      case (.open, nil):
        throw failure("its shape is (\(declared))", Self.advice(axes: extents.count - 1))
      }
    }
    let text = "its shape is \(NodeReading.text(shape))"
    guard shape.allSatisfy({ $0 > 0 }) else { throw failure(text, "positive extents") }
    guard let count = elementCount(shape), count <= StepList.elementLimit else {
      throw failure(text, "at most \(StepList.elementLimit) numbers")
    }
    return shape
  }

  /// How extents are given that a file leaves open.
  private static func advice(axes: Int) -> String {
    let examples = [[784], [197, 768], [3, 224, 224]]
    let example = (1...3).contains(axes) ? examples[axes - 1] : Array(repeating: 8, count: axes)
    let list = example.map(String.init)
    return
      "the extents of one input beside the file, such as input: [\(list.joined(separator: ", "))] in "
      + "a sweep or --input \(list.joined(separator: ","))"
  }
}
