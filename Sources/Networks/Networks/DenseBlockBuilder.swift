internal import Architectures
internal import NetworkGraphs

/// Builds dense networks whose layers are normalised and activated before they are convolved.
///
/// **Source**: torchvision's `densenet.py`; Huang, Liu, van der Maaten & Weinberger, "Densely Connected
/// Convolutional Networks", CVPR 2017.
struct DenseBlockBuilder {
  private let architecture: Architecture
  private var network: NetworkBuilder
  /// What the next layer reads, side by side.
  private var values: [ValueID] = []
  private var hasBias: Bool { architecture.normalization == .none }

  static func build(_ architecture: Architecture, classes: Int) -> BuiltNetwork {
    var builder = DenseBlockBuilder(architecture)
    for stage in architecture.stages.indices { builder.append(stage) }
    _ = builder.closed(builder.values, "last", stage: 0)
    return builder.network.finish(architecture, classes: classes)
  }

  private init(_ architecture: Architecture) {
    self.architecture = architecture
    network = NetworkBuilder(architecture.input)
  }

  /// Values side by side, normalised and activated: a representation.
  private mutating func closed(_ values: [ValueID], _ name: String, stage: Int) -> ValueID {
    let read = network.joined(values, name: "\(name).input")
    let normalized = network.normalized(read, architecture, name: "\(name).norm")
    let result = network.activated(normalized, architecture.activation, name: name)
    network.represent(result, name, stage: stage)
    return result
  }

  private mutating func convolved(
    _ value: ValueID, _ name: String, width: Int, kernel: Int, stride: Int = 1
  ) -> ValueID {
    network.convolved(
      value, "\(name).convolution", width: width, kernel: kernel, stride: stride,
      hasBias: hasBias)
  }

  private mutating func append(_ index: Int) {
    let stage = architecture.stages[index]
    values = [
      index == 0
        ? first(stage) : transition("stage_\(index).transition", to: stage, stage: index)
    ]
    for (place, width) in stage.widths.dropFirst().enumerated() {
      let name = "stage_\(index + 1).layer_\(place + 1)"
      var read = closed(values, "\(name).activation_1", stage: index + 1)
      if architecture.block == .bottleneck {
        let inner = convolved(
          read, "\(name).1", width: width * architecture.count(.expansion), kernel: 1)
        read = closed([inner], "\(name).activation_2", stage: index + 1)
      }
      values.append(convolved(read, "\(name).2", width: width, kernel: stage.kernel))
    }
  }

  /// What the first layer reads: the image's first convolution.
  private mutating func first(_ stage: Stage) -> ValueID {
    let isWide = architecture.stem == .imagenet
    let kernel = isWide ? 7 : architecture.stem == .cifar ? 3 : stage.kernel
    let value = convolved(
      network.graph.input, "stem", width: stage.widths[0], kernel: kernel,
      stride: isWide ? 2 : stage.stride)
    guard isWide else { return value }
    let normalized = network.normalized(value, architecture, name: "stem.norm")
    let active = network.activated(normalized, architecture.activation, name: "stem")
    let pooled = network.add(
      MaxPool(Window(square: 3, stride: 2, padding: 1)), of: active, name: "stem.pool")
    network.represent(pooled, "stem")
    return pooled
  }

  /// A 1 × 1 convolution that shrinks images, by its stride or by pooling behind it.
  private mutating func transition(_ name: String, to stage: Stage, stage index: Int) -> ValueID {
    let read = closed(values, name, stage: index)
    let value = convolved(
      read, name, width: stage.widths[0], kernel: 1,
      stride: architecture.pooling == .stride ? stage.stride : 1)
    return network.pooled(value, architecture.pooling, by: stage.stride, name: "\(name).pool")
  }
}
