internal import Architectures
internal import NetworkGraphs

/// Collects the operations, the parameters and the representations of a network.
///
/// Parameters are declared as they are met, and get the order of the vector at the end.
struct NetworkBuilder {
  private(set) var graph: Graph
  private(set) var representations = [RepresentationFacts.input]
  private(set) var values: [ValueID]
  private var parameters: [NetworkParameter] = []
  var joins = ChannelJoins()
  /// The operator that was applied last, of those that representations have their channels from.
  var weighted: RepresentationFacts.Operator?

  /// Starts with an image.
  init(_ input: InputShape) {
    graph = Graph(shape: [1, input.channels, input.size, input.size])
    values = [graph.input]
  }

  /// The value that was added last as a representation.
  var last: ValueID { values[values.count - 1] }

  /// Declares a parameter; its random numbers are keyed by its name unless there is another purpose.
  mutating func parameter(
    _ name: String, _ shape: Shape, _ role: ParameterRole, _ start: NetworkParameter.Start,
    for purpose: NetworkParameter.Purpose? = nil, isClassifier: Bool = false
  ) -> ParameterID {
    let id = graph.addParameter(name, shape: shape)
    parameters.append(
      NetworkParameter(
        id: id, role: role, isClassifier: isClassifier, start: start,
        purpose: purpose ?? .name(name)))
    return id
  }

  /// Adds an operation, which fits because the architecture was checked.
  @discardableResult
  mutating func add(
    _ operation: any GraphOperation, _ operands: [Operand], name: String
  ) -> ValueID {
    graph.addFitting(operation, operands, name: name)
  }

  /// Adds an operation that is applied to values only.
  @discardableResult
  mutating func add(_ operation: any GraphOperation, of values: ValueID..., name: String) -> ValueID
  {
    add(operation, values.map { .value($0) }, name: name)
  }

  /// What several values are side by side.
  mutating func joined(_ values: [ValueID], name: String) -> ValueID {
    do throws(GraphError) {
      return try joins.join(values, in: &graph, name: name)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// Makes a value a representation.
  mutating func represent(_ value: ValueID, _ representation: RepresentationFacts) {
    representations.append(representation)
    values.append(value)
  }

  /// The network, with the parameters of a classifier if there are classes.
  ///
  /// - Parameters:
  ///   - identity: what random numbers are keyed by.
  ///   - features: what a classifier reads.
  ///   - featureCount: the number of these.
  ///   - classes: the classes of a classifier; 0 for none.
  ///   - layers: makes what is known of layers, given where parameters went.
  func finish(
    identity: [UInt8], features: BuiltNetwork.Features, featureCount: Int, classes: Int,
    classifierStart: NetworkParameter.Start? = nil,
    layers: ((_ moved: (ParameterID) -> ParameterID) -> BuiltNetwork.Layers)? = nil
  ) -> BuiltNetwork {
    var copy = self
    if classes > 0 {
      _ = copy.parameter(
        "classifier.weight", [classes, featureCount], .weight,
        classifierStart ?? .normal(variance: 1 / Double(featureCount)), for: .classifier,
        isClassifier: true)
      _ = copy.parameter(
        "classifier.bias", [classes], .bias, .constant(0), isClassifier: true)
    }
    return copy.ordered(identity, features, layers)
  }

  /// The network of an architecture whose classifier reads the channels' means of the last representation.
  func finish(_ architecture: Architecture, classes: Int) -> BuiltNetwork {
    finish(
      identity: architecture.canonicalBytes, features: .means(of: [values.count - 1]),
      featureCount: graph[last].shape[1], classes: classes)
  }

  private func ordered(
    _ identity: [UInt8], _ features: BuiltNetwork.Features,
    _ layers: ((_ moved: (ParameterID) -> ParameterID) -> BuiltNetwork.Layers)?
  ) -> BuiltNetwork {
    let order = parameters.indices.sorted {
      (parameters[$0].role.place, $0) < (parameters[$1].role.place, $1)
    }
    let (graph, moved) = graph.reordered(order.map { parameters[$0].id })
    var place = 0
    let sorted = order.enumerated().map { _, old in
      var parameter = parameters[old]
      parameter.id = moved(parameter.id)
      let count = graph[parameter.id].shape.count
      parameter.range = place..<place + count
      place += count
      return parameter
    }
    return BuiltNetwork(
      identity: identity, graph: graph, representations: representations, values: values,
      parameters: sorted, features: features, layers: layers?(moved))
  }
}
