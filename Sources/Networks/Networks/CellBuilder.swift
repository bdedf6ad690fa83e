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
  private var hasBias: Bool { architecture.normalization == .none }

  static func build(_ architecture: Architecture, classes: Int) -> BuiltNetwork {
    var builder = CellBuilder(architecture)
    builder.appendStem()
    for stage in architecture.stages.indices { builder.append(stage) }
    builder.appendEnd()
    let (network, last) = (builder.network, builder.network.values.count - 1)
    return network.finish(
      identity: architecture.canonicalBytes, features: .means(of: [last]),
      featureCount: network.graph[network.last].shape[1], classes: classes)
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
    network.represent(active, name, stage: stage)
    let convolved = network.convolved(
      active, "\(name).convolution", width: width, kernel: kernel, stride: stride,
      hasBias: hasBias, scale: architecture.normalization == .none ? scale : 1)
    return normalized(convolved, name, scale: scale)
  }

  private mutating func appendStem() {
    let image = network.convolved(
      value, "stem.convolution", width: architecture.stages[0].widths[0], kernel: 3,
      hasBias: hasBias)
    value = normalized(image, "stem")
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
    let weighted = network.weighted
    let pooled = network.pooled(value, .average, by: stage.stride, name: "\(name).pool")
    let shortcut = network.convolved(
      pooled, "\(name).shortcut", width: width, kernel: 1, hasBias: hasBias)
    network.weighted = weighted
    value = network.add(Sum(), of: second, shortcut, name: "\(name).sum")
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
        }
      }
      let own = "\(name).node_\(node)"
      switch terms.count {
      case 0: nodes.append(network.add(Zeros(), of: value, name: own))
      case 1: nodes.append(terms[0])
      default: nodes.append(network.add(Sum(), terms.map { .value($0) }, name: own))
      }
    }
    value = nodes[3]
  }

  /// The last activation, with its normalisation in front.
  private mutating func appendEnd() {
    let last = normalized(value, "last")
    network.represent(
      network.activated(last, architecture.activation, name: "last"), "last")
  }
}
