/// The place of a value among those of its graph.
public struct ValueID: Hashable, Sendable, Comparable {
  /// The place, counted from 0, the graph's input.
  public let index: Int

  /// Values are ordered as they are computed.
  public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// The place of a parameter among those of its graph.
public struct ParameterID: Hashable, Sendable {
  /// The place, counted from 0.
  public let index: Int
}

/// What an operation is applied to: a computed value, or a parameter that is the same for all images.
public enum Operand: Hashable, Sendable {
  /// A value that depends on the image.
  case value(ValueID)
  /// A weight or another constant.
  case parameter(ParameterID)
}

/// A network: operations that are applied to one input and to each other's results, in order.
///
/// Shapes are those of one image; how many images and how many directions at each of them are carried
/// at a time is not a part of a graph. The numbers of its parameters are `GraphParameters`.
public struct Graph: Sendable {
  /// What an operation computes, or the input.
  public struct Value: Sendable {
    /// The name, unique among values unless whoever built the graph repeated one.
    public let name: String
    /// The shape for one image.
    public let shape: Shape
    /// The place of the node that computes it; nil for the input.
    public let node: Int?
  }

  /// A weight or another constant.
  public struct Parameter: Sendable {
    /// The name.
    public let name: String
    /// The shape, in torch's order of sides.
    public let shape: Shape
  }

  /// An operation with what it is applied to.
  public struct Node: Sendable {
    /// The name.
    public let name: String
    /// What is computed.
    public let operation: any GraphOperation
    /// What it is computed of, in the order that the operation documents.
    public let operands: [Operand]
    /// The value that it computes.
    public let output: ValueID
  }

  /// The values, the input first, each behind those that it is computed of.
  public private(set) var values: [Value]
  /// The parameters.
  public private(set) var parameters: [Parameter] = []
  /// The nodes; node i computes value i + 1.
  public private(set) var nodes: [Node] = []

  /// A graph without operations.
  ///
  /// - Parameters:
  ///   - input: the name of its input.
  ///   - shape: the input's shape, [1, channels, height, width] of an image.
  public init(input: String = "input", shape: Shape) {
    values = [Value(name: input, shape: shape, node: nil)]
  }

  /// The input.
  public var input: ValueID { ValueID(index: 0) }

  /// The places of all parameters.
  public var parameterIDs: [ParameterID] { parameters.indices.map { ParameterID(index: $0) } }

  /// A value.
  public subscript(value: ValueID) -> Value { values[value.index] }

  /// A parameter.
  public subscript(parameter: ParameterID) -> Parameter { parameters[parameter.index] }

  /// Adds a parameter.
  public mutating func addParameter(_ name: String, shape: Shape) -> ParameterID {
    parameters.append(Parameter(name: name, shape: shape))
    return ParameterID(index: parameters.count - 1)
  }

  /// Adds a node, and returns the value that it computes.
  ///
  /// - Parameters:
  ///   - operation: what is computed, one of this module's operations.
  ///   - operands: what it is computed of.
  ///   - name: the node's name; the operation's name and the node's place if nil.
  ///   - output: the value's name; the node's name if nil.
  ///
  /// **Throws**: `GraphError` if the operation cannot be applied to these.
  @discardableResult
  public mutating func add(
    _ operation: any GraphOperation, _ operands: [Operand], name: String? = nil,
    output: String? = nil
  ) throws(GraphError) -> ValueID {
    let name = name ?? "\(type(of: operation).name)_\(nodes.count)"
    let shape: Shape
    do throws(GraphError) {
      shape = try operation.outputShape(operands.map { self.shape(of: $0) })
    } catch {
      var error = error
      error.node = name
      throw error
    }
    guard operands.contains(where: { if case .value = $0 { true } else { false } }) else {
      throw GraphError(
        operation: type(of: operation).name, node: name,
        reason: "it depends on parameters only; it should be computed beforehand")
    }
    let value = ValueID(index: values.count)
    values.append(Value(name: output ?? name, shape: shape, node: nodes.count))
    nodes.append(Node(name: name, operation: operation, operands: operands, output: value))
    return value
  }

  /// Adds a node that is computed of values only; see `add(_:_:name:output:)`.
  @discardableResult
  public mutating func add(
    _ operation: any GraphOperation, of values: ValueID..., name: String? = nil,
    output: String? = nil
  ) throws(GraphError) -> ValueID {
    try add(operation, values.map { .value($0) }, name: name, output: output)
  }

  /// The first value of a name; nil if there is none.
  public func value(named name: String) -> ValueID? {
    values.firstIndex { $0.name == name }.map { ValueID(index: $0) }
  }

  /// The shape of an operand, and whether it is a parameter.
  public func shape(of operand: Operand) -> OperandShape {
    switch operand {
    case .value(let value): OperandShape(self[value].shape)
    case .parameter(let parameter): OperandShape(self[parameter].shape, isParameter: true)
    }
  }

  /// The nodes that read a value, in order.
  public func readers(of value: ValueID) -> [Int] {
    nodes.indices.filter { nodes[$0].operands.contains(.value(value)) }
  }

  /// For each value, whether all its tangents are 0 wherever it is 0 itself, as behind a rectifier.
  public func zeroKeepingValues() -> [Bool] {
    var result = [false]
    for node in nodes {
      let operands = node.operands.map { operand in
        if case .value(let value) = operand { result[value.index] } else { false }
      }
      result.append(node.operation.keepsZeros(operands))
    }
    return result
  }

  /// What evaluating some values takes for one vector of one image: the sum over all nodes that they
  /// need.
  public func cost(of values: [ValueID]) -> OperationCost {
    let needed = nodesNeeded(for: values)
    return nodes.indices.filter { needed[$0] }.reduce(into: OperationCost()) { sum, index in
      let node = nodes[index]
      sum += node.operation.cost(node.operands.map(shape(of:)), output: self[node.output].shape)
    }
  }

  /// The same graph with its parameters in another order, and where each of them went.
  ///
  /// - Parameter order: all parameters, each once.
  public func reordered(
    _ order: [ParameterID]
  ) -> (graph: Graph, moved: (ParameterID) -> ParameterID) {
    precondition(Set(order).count == parameters.count, "an order of other parameters")
    var places = [ParameterID](repeating: ParameterID(index: 0), count: parameters.count)
    for (place, old) in order.enumerated() { places[old.index] = ParameterID(index: place) }
    let moved = places
    var graph = self
    graph.parameters = order.map { self[$0] }
    graph.nodes = nodes.map { node in
      let operands = node.operands.map { operand in
        if case .parameter(let old) = operand {
          Operand.parameter(moved[old.index])
        } else {
          operand
        }
      }
      return Node(
        name: node.name, operation: node.operation, operands: operands, output: node.output)
    }
    return (graph, { moved[$0.index] })
  }

  /// For each value, whether it depends on the input only.
  func valuesWithoutParameters() -> [Bool] {
    var result = [true]
    for node in nodes {
      result.append(
        node.operands.allSatisfy { operand in
          if case .value(let value) = operand { result[value.index] } else { false }
        })
    }
    return result
  }

  /// Where the numbers of each parameter begin if all lie one behind the other.
  var parameterStarts: [Int] {
    var place = 0
    return parameters.map { parameter in
      defer { place += parameter.shape.count }
      return place
    }
  }

  /// For each node, whether any of some values depends on it.
  func nodesNeeded(for values: [ValueID]) -> [Bool] {
    var needed = [Bool](repeating: false, count: nodes.count)
    for value in values { if let node = self[value].node { needed[node] = true } }
    for index in nodes.indices.reversed() where needed[index] {
      for case .value(let value) in nodes[index].operands {
        if let node = self[value].node { needed[node] = true }
      }
    }
    return needed
  }
}
