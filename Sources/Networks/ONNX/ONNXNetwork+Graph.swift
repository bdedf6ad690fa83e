public import NetworkGraphs

/// A graph that computes some values of a network, with the numbers of its parameters.
public struct ONNXGraph: Sendable {
  /// The operations.
  ///
  /// Its input is an image as the data have it, before any normalisation.
  public let graph: Graph
  /// The numbers of the graph's parameters.
  public let parameters: GraphParameters
  /// The values that were asked for, by their names in the file.
  public let values: [String: ValueID]
}

extension ONNXNetwork {
  /// The names of those outputs that do not depend on nodes without support.
  public var knownOutputs: [String] { outputs.filter { shape(of: $0) != nil } }

  /// The graph of some values, and of all that they depend on.
  ///
  /// - Parameters:
  ///   - names: names of values.
  ///   - mean: what is taken off each channel of an image first: one number, or one for each channel.
  ///   - deviation: what each channel is divided by then, likewise.
  ///   - isExact: whether a function that the file spells out with constants in single precision is
  ///     computed as it is spelled out, and not as the function that is meant, such as GELU. The values
  ///     differ by 1e-7 of their size; so it is for checks in double precision.
  ///
  /// **Throws**: `ONNXError` if there is no such value, if it is a constant, or if nodes that it depends
  /// on are not supported.
  public func graph(
    of names: [String], mean: [Double] = [0], deviation: [Double] = [1], isExact: Bool = false
  ) throws(ONNXError) -> ONNXGraph {
    let understanding =
      isExact
      ? spelledOut.replaced(by: try PatternPass(spelledOut.steps, replacesFunctions: false))
      : self.understanding
    let steps = understanding.steps
    var wanted: [String: Int] = [:]
    for name in names { wanted[name] = try place(of: name, in: understanding) }
    var graph = Graph(input: input, shape: Shape(inputShape))
    var parameters = GraphParameters()
    var ids = [graph.input]
    if mean.contains(where: { $0 != 0 }) || deviation.contains(where: { $0 != 1 }) {
      ids[0] = try add(
        normalization(mean, deviation), [.value(graph.input)], "\(input) (normalized)", to: &graph)
    }
    let needed = steps.needed(for: Array(wanted.values))
    for (index, step) in steps.steps.enumerated().dropFirst() {
      guard needed[index], let operation = step.operation else {
        ids.append(graph.input)
        continue
      }
      let operands = step.operands.enumerated().map { index, operand in
        switch operand {
        case .step(let place): return Operand.value(ids[place])
        case .constant(let tensor):
          let id = graph.addParameter("\(step.name).\(index)", shape: Shape(tensor.shape))
          parameters[id] = tensor.numbers
          return Operand.parameter(id)
        }
      }
      ids.append(try add(operation, operands, step.name, to: &graph))
    }
    return ONNXGraph(
      graph: graph, parameters: parameters, values: wanted.mapValues { ids[$0] })
  }

  /// The step of a value.
  private func place(
    of name: String, in understanding: Understanding
  ) throws(ONNXError) -> Int {
    switch understanding.values[name] {
    case .computed(let index, _): return index
    case .missing(let error): throw error.inFile(file)
    case .constant:
      throw ONNXError(
        file: file, place: "value '\(name)'", problem: "it does not depend on the image",
        expected: "a value that is computed")
    case nil:
      guard let index = understanding.steps.steps.firstIndex(where: { $0.name == name }) else {
        throw ONNXError(
          file: file, place: "value '\(name)'", problem: "there is no such value",
          expected: "the name of a node's output")
      }
      return index
    }
  }

  private func add(
    _ operation: any GraphOperation, _ operands: [Operand], _ name: String, to graph: inout Graph
  ) throws(ONNXError) -> ValueID {
    do throws(GraphError) {
      return try graph.add(operation, operands, name: name)
    } catch {
      throw ONNXError(
        file: file, place: "value '\(name)'", problem: error.reason, expected: "operands that fit")
    }
  }

  private func normalization(
    _ mean: [Double], _ deviation: [Double]
  ) throws(ONNXError) -> InputNormalization {
    let channels = inputShape.count > 1 ? inputShape[1] : 1
    guard
      let normalization = InputNormalization(mean: mean, deviation: deviation, repeatedTo: channels)
    else {
      throw ONNXError(
        file: file,
        problem: "\(mean.count) means and \(deviation.count) deviations are given",
        expected: "one of each, or \(channels) for the channels of its input")
    }
    return normalization
  }
}

extension Tensor {
  /// The elements as the numbers of a parameter.
  fileprivate var numbers: GraphParameters.Numbers {
    if case .single(let values) = elements { return .single(values) }
    return .double(doubles)
  }
}
