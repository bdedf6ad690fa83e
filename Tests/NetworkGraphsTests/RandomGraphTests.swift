import NetworkGraphs
import TestSupport
import Testing

@Suite("Random graphs of operations")
struct RandomGraphTests {
  /// The vectors of each image at some values of a graph.
  static func evaluate<Scalar: GraphScalar>(
    _ graph: Graph, _ parameters: GraphParameters, _ values: [ValueID], inputs: [[[Double]]],
    as: Scalar.Type
  ) throws -> [ValueID: [[[Double]]]] {
    let evaluator = try Evaluator<Scalar>(
      graph, parameters: parameters, representations: values, images: inputs.count,
      vectors: inputs[0].count)
    for (image, vectors) in inputs.enumerated() {
      let all = vectors.flatMap { $0 }
      evaluator.store(all.span, vectorsFrom: 0, ofImage: image)
    }
    var found: [ValueID: [[[Double]]]] = [:]
    try evaluator.run { representation in
      found[representation.value] = inputs.indices.map { image in
        inputs[image].indices.map { representation.vector($0, ofImage: image) }
      }
    }
    return found
  }

  /// The same at all values, each operation being a graph of its own that is fed with what the others
  /// computed, so that nothing is joined and no memory is shared.
  static func evaluateApart(
    _ graph: Graph, _ parameters: GraphParameters, inputs: [[[Double]]]
  ) throws -> [[[[Double]]]] {
    var known = [inputs]
    for node in graph.nodes {
      var values: [ValueID] = []
      for case .value(let value) in node.operands where !values.contains(value) {
        values.append(value)
      }
      let count = values.reduce(0) { $0 + graph[$1].shape.count }
      var single = Graph(shape: [1, count])
      var numbers = GraphParameters()
      var parts: [ValueID: ValueID] = [:]
      var start = 0
      for value in values {
        let shape = graph[value].shape
        let part = try single.add(
          Slice([.init(axis: 1, start: start, end: start + shape.count)]), of: single.input)
        parts[value] = try single.add(Reshape(shape), of: part)
        start += shape.count
      }
      let operands = try node.operands.map { operand -> Operand in
        switch operand {
        case .value(let value): return .value(try #require(parts[value]))
        case .parameter(let parameter):
          let copy = single.addParameter("p", shape: graph[parameter].shape)
          numbers[copy] = parameters[parameter]
          return .parameter(copy)
        }
      }
      let output = try single.add(node.operation, operands)
      let joined = inputs.indices.map { image in
        inputs[image].indices.map { vector in
          values.flatMap { known[$0.index][image][vector] }
        }
      }
      let found = try evaluate(single, numbers, [output], inputs: joined, as: Double.self)
      known.append(try #require(found[output]))
    }
    return known
  }

  static func scale(_ numbers: [[[Double]]]) -> Double {
    numbers.joined().joined().reduce(1) { max($0, $1.magnitude) }
  }

  @Test(
    "Joined steps and shared memory change nothing, whatever is asked for", arguments: 0..<60)
  func plans(seed: Int) throws {
    var random = try RandomGraph(
      seed: UInt64(seed), operations: 1 + seed % 30)
    let inputs = random.inputs(images: 2, vectors: 3)
    let (graph, parameters) = (random.graph, random.parameters)
    let apart = try Self.evaluateApart(graph, parameters, inputs: inputs)
    let all = graph.nodes.map(\.output)
    // Everything, every third value, and the last one only.
    for wanted in [all, all.filter { $0.index % 3 == 1 }, [random.output]] where !wanted.isEmpty {
      let found = try Self.evaluate(graph, parameters, wanted, inputs: inputs, as: Double.self)
      #expect(Set(found.keys) == Set(wanted))
      for (value, vectors) in found {
        let expected = apart[value.index]
        let bound = 1e-10 * Self.scale(expected)
        #expect(
          areClose(
            Array(vectors.joined().joined()), Array(expected.joined().joined()), absolute: bound),
          "\(graph[value].name) of \(wanted.count)")
      }
    }
  }

  @Test("Single precision computes the same to its rounding", arguments: 0..<30)
  func precisions(seed: Int) throws {
    var random = try RandomGraph(seed: UInt64(1_000 + seed), operations: 1 + seed % 12)
    let inputs = random.inputs(images: 2, vectors: 3)
    let (graph, parameters, output) = (random.graph, random.parameters, random.output)
    let double = try #require(
      Self.evaluate(graph, parameters, [output], inputs: inputs, as: Double.self)[output])
    let single = try #require(
      Self.evaluate(graph, parameters, [output], inputs: inputs, as: Float.self)[output])
    // Up to twelve operations, each of which may add a few roundings of sums.
    let bound = 0x1p-14 * Self.scale(double)
    #expect(
      areClose(
        Array(single.joined().joined()), Array(double.joined().joined()), absolute: bound))
  }
}
