public import Architectures

/// The induced frame of an architecture, as blocks of operators.
///
/// The frame has a block column per layer, whose columns are the layer's channels at its output
/// positions, and a block row per layer. Each block is a sum of terms; most blocks have none or one.
/// Everything else in this module is derived from this value.
///
/// **Source**: Murdock & Lucey, "Dataless Model Selection with the Deep Frame Potential", CVPR 2020,
/// figure 1.
public struct InducedFrame: Hashable, Sendable {
  /// Which weight an operator is made of.
  public enum Weight: Hashable, Sendable {
    /// The weight of a layer.
    case layer(Int)
    /// The 1 × 1 projection on the skip that ends at a layer.
    case projection(Int)
  }

  /// What a term does to channels, at each of its taps.
  public enum Operator: Hashable, Sendable {
    /// Row channel c and column channel k meet in the weight's entry (k, c): an operator B.
    case synthesis(Weight)
    /// Row channel k and column channel c meet in the weight's entry (k, first + c): a part of Bᵀ.
    case analysis(Weight, first: Int)
    /// Row channel first + c and column channel c meet in 1: an identity, shifted by `first`.
    case selector(first: Int)
  }

  /// One summand of a block.
  public struct Term: Hashable, Sendable {
    /// The block column, which is the index of a layer.
    public let column: Int
    /// The factor, +1 or −1.
    public let sign: Double
    /// What the term does to channels.
    public let channels: Operator
    /// What the term does to positions.
    public let sampling: Sampling
  }

  /// A block row.
  public struct Row: Hashable, Sendable {
    /// The number of row channels.
    public let channels: Int
    /// The side of the row's grid.
    public let size: Int
    /// The terms of all blocks in the row, in the order of their columns.
    public let terms: [Term]
  }

  /// A block column.
  public struct Column: Hashable, Sendable {
    /// The number of channels, which is the layer's width.
    public let channels: Int
    /// The side of the layer's output.
    public let size: Int
  }

  /// A term and the row it stands in.
  struct Place: Hashable {
    let row: Int
    let term: Int
  }

  /// The layers, from which shapes of weights follow.
  public let layers: [Layer]
  /// One block column per layer.
  public let columns: [Column]
  /// One block row per layer.
  public let rows: [Row]
  /// The terms of each block column, by row.
  let places: [[Place]]

  /// Builds the frame of an architecture in the architecture's form.
  public init(_ architecture: Architecture) {
    self.init(layers: architecture.layers, form: architecture.form)
  }

  init(layers: [Layer], form: Form) {
    self.layers = layers
    columns = layers.map { Column(channels: $0.width, size: $0.outputSize) }
    rows = layers.map { layer in
      form == .synthesis || layer.index == 0
        ? Self.synthesisRow(layer) : Self.analysisRow(layer, in: layers)
    }
    var places = [[Place]](repeating: [], count: columns.count)
    for (row, value) in rows.enumerated() {
      for (term, value) in value.terms.enumerated() {
        places[value.column].append(Place(row: row, term: term))
      }
    }
    self.places = places
  }

  /// The number of weights, projections included.
  var weightCount: Int {
    layers.reduce(0) { sum, layer in
      let projection = layer.skip.flatMap { $0.projectionStride == nil ? nil : $0.layer }
      return sum + layer.width * layer.inputWidth * layer.kernel * layer.kernel
        + (projection.map { layer.width * layers[$0].width } ?? 0)
    }
  }
}

extension InducedFrame {
  /// B_j w_j − u_j: the layer synthesises what it reads.
  private static func synthesisRow(_ layer: Layer) -> Row {
    let identity = Sampling.identity(size: layer.inputSize)
    var terms: [Term] = []
    terms.reserveCapacity(layer.sources.count + 1)
    for source in layer.sources {
      guard let index = source.layer else { continue }
      terms.append(
        Term(
          column: index, sign: -1, channels: .selector(first: source.channelOffset),
          sampling: identity))
    }
    terms.append(
      Term(
        column: layer.index, sign: 1, channels: .synthesis(.layer(layer.index)),
        sampling: Sampling(
          columnIsFine: false, kernel: layer.kernel, stride: layer.stride,
          columnSize: layer.outputSize, rowSize: layer.inputSize)))
    return Row(channels: layer.inputWidth, size: layer.inputSize, terms: terms)
  }

  /// w_j − B_jᵀ u_j − skip: the layer analyses what it reads.
  private static func analysisRow(_ layer: Layer, in layers: [Layer]) -> Row {
    let identity = Sampling.identity(size: layer.outputSize)
    let reading = Sampling(
      columnIsFine: true, kernel: layer.kernel, stride: layer.stride,
      columnSize: layer.inputSize, rowSize: layer.outputSize)
    var terms: [Term] = []
    terms.reserveCapacity(layer.sources.count + 2)
    if let skip = layer.skip {
      if let stride = skip.projectionStride {
        terms.append(
          Term(
            column: skip.layer, sign: -1,
            channels: .analysis(.projection(layer.index), first: 0),
            sampling: Sampling(
              columnIsFine: true, kernel: 1, stride: stride,
              columnSize: layers[skip.layer].outputSize, rowSize: layer.outputSize)))
      } else {
        terms.append(
          Term(column: skip.layer, sign: -1, channels: .selector(first: 0), sampling: identity))
      }
    }
    for source in layer.sources {
      guard let index = source.layer else { continue }
      terms.append(
        Term(
          column: index, sign: -1,
          channels: .analysis(.layer(layer.index), first: source.channelOffset),
          sampling: reading))
    }
    terms.append(
      Term(column: layer.index, sign: 1, channels: .selector(first: 0), sampling: identity))
    return Row(channels: layer.width, size: layer.outputSize, terms: terms)
  }
}
