internal import Architectures
internal import NetworkGraphs

/// Builds networks of equal cells, in stages that begin with a residual block but for the first.
///
/// A cell has four nodes, each the sum of what edges make of the nodes before it; without an edge it is
/// zero.
///
/// **Source**: Dong & Yang, "NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture
/// Search", ICLR 2020; `TinyNetwork`, `InferCell` and `ResNetBasicblock` of D-X-Y/AutoDL-Projects.
struct CellBuilder {
  private let architecture: Architecture
  private let operations: [CellOperation]
  private var network: NetworkBuilder
  /// What the next cell or block reads.
  private var value: ValueID
  /// The operators that values have their channels from, the larger of each number where several do.
  private var operators: [ValueID: RepresentationFacts.Operator] = [:]
  private var hasBias: Bool { architecture.normalization == .none }

  static func build(_ architecture: Architecture, classes: Int) -> BuiltNetwork {
    var builder = CellBuilder(architecture)
    builder.appendStem()
    for stage in architecture.stages.indices { builder.append(stage) }
    builder.appendEnd()
    return builder.network.finish(architecture, classes: classes)
  }

  private init(_ architecture: Architecture) {
    self.architecture = architecture
    operations = architecture.cellOperations
    network = NetworkBuilder(architecture.input)
    value = network.graph.input
  }

  private mutating func normalized(_ value: ValueID, _ name: String, scale: Double = 1) -> ValueID {
    network.normalized(value, architecture, name: "\(name).norm", scale: scale)
  }

  /// Activation, a representation, convolution and normalisation.
  private mutating func activatedAndConvolved(
    _ value: ValueID, _ name: String, stage: Int, width: Int, kernel: Int, stride: Int = 1,
    scale: Double = 1
  ) -> ValueID {
    let active = network.activated(value, architecture.activation, name: name)
    network.weighted = operators[value]
    network.represent(active, name, stage: stage)
    let convolved = network.convolved(
      active, "\(name).convolution", width: width, kernel: kernel, stride: stride,
      hasBias: hasBias, scale: architecture.normalization == .none ? scale : 1)
    let result = normalized(convolved, name, scale: scale)
    operators[result] = network.weighted
    return result
  }

  /// The sum of values; the value itself if it is one.
  private mutating func sum(_ terms: [ValueID], _ name: String) -> ValueID {
    guard terms.count > 1 else { return terms[0] }
    let sum = network.add(Sum(), terms.map { .value($0) }, name: name)
    for term in terms {
      if let other = operators[term] { operators[sum].join(other) }
    }
    return sum
  }

  private mutating func appendStem() {
    let image = network.convolved(
      value, "stem.convolution", width: architecture.stages[0].widths[0], kernel: 3,
      hasBias: hasBias)
    value = normalized(image, "stem")
    operators[value] = network.weighted
  }

  private mutating func append(_ index: Int) {
    let stage = architecture.stages[index]
    if index > 0 { appendBlock("stage_\(index + 1).block", stage: index + 1, stage) }
    for cell in stage.widths.indices {
      appendCell("stage_\(index + 1).cell_\(cell + 1)", stage: index + 1)
    }
  }

  /// Two layers, and the pooled and convolved input.
  private mutating func appendBlock(_ name: String, stage index: Int, _ stage: Stage) {
    let width = stage.widths[0]
    let first = activatedAndConvolved(
      value, "\(name).layer_1", stage: index, width: width, kernel: stage.kernel,
      stride: stage.stride)
    let second = activatedAndConvolved(
      first, "\(name).layer_2", stage: index, width: width, kernel: stage.kernel,
      scale: architecture.branchScale)
    let pooled = network.pooled(value, .average, by: stage.stride, name: "\(name).pool")
    let shortcut = network.convolved(
      pooled, "\(name).shortcut", width: width, kernel: 1, hasBias: hasBias)
    value = sum([second, shortcut], "\(name).sum")
  }

  private mutating func appendCell(_ name: String, stage: Int) {
    let width = network.graph[value].shape[1]
    var nodes = [value]
    for node in 1...3 {
      var terms: [ValueID] = []
      for (edge, operation) in zip(Architecture.cellEdges, operations) where edge.to == node {
        let (source, own) = (nodes[edge.from], "\(name).edge_\(edge.from)_\(node)")
        switch operation {
        case .none: continue
        case .skip: terms.append(source)
        case .convolution1, .convolution3:
          terms.append(
            activatedAndConvolved(
              source, own, stage: stage, width: width, kernel: operation.kernel ?? 1))
        case .averagePool:
          let window = Window(square: 3, stride: 1, padding: 1)
          terms.append(network.add(AveragePool(window), of: source, name: own))
          operators[terms[terms.count - 1]] = operators[source]
        }
      }
      let own = "\(name).node_\(node)"
      nodes.append(
        terms.isEmpty ? network.add(Zeros(), of: value, name: own) : sum(terms, own))
    }
    value = nodes[3]
  }

  /// The last activation, with its normalisation in front.
  private mutating func appendEnd() {
    let last = normalized(value, "last")
    network.weighted = operators[value]
    network.represent(
      network.activated(last, architecture.activation, name: "last"), "last")
  }
}
