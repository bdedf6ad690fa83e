public import Architectures

/// The induced frame of a network, as blocks of operators.
///
/// The frame has a block column per unit, whose columns are the unit's channels at its positions, and
/// block rows. Units are the layers of chains, residual and dense networks, which have a block row each;
/// those of other networks follow from their graphs. Each block is a sum of terms; most blocks have none
/// or one. Everything else in this module is derived from this value.
///
/// **Source**: Murdock & Lucey, "Dataless Model Selection with the Deep Frame Potential", CVPR 2020,
/// figure 1.
public struct InducedFrame: Hashable, Sendable {
  /// The place of a weight, as terms use it, among those of its frame.
  public struct Weight: Hashable, Sendable {
    /// The place in `weights`.
    public let index: Int
  }

  /// A weight as terms use it.
  public struct WeightUse: Hashable, Sendable {
    /// The place of the numbers among the tensors that statistics are given; a layer's projection comes
    /// behind its weight.
    public let tensor: Int
    /// The number of atoms.
    public let rows: Int
    /// The number of input channels of each group.
    public let columns: Int
    /// The side of the kernel.
    public let kernel: Int
    /// The number of groups, each with its own atoms and input channels.
    public let groups: Int
    /// Whether atoms are columns of the frame, so that each is a column of its panel.
    let isSynthesis: Bool
    /// The number of positions at which each atom stands in the frame.
    let copies: Int
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

  /// The channels that a term ties if they are not all of its column and its row.
  struct Extent: Hashable, Sendable {
    /// Those of the column.
    let columns: Range<Int>
    /// Those of the row.
    let rows: Range<Int>
    /// The weight's input channel that is the first of those on its side.
    let firstInput: Int
    /// The weight's atom that is the first of those on the other side.
    let firstAtom: Int
  }

  /// One summand of a block.
  public struct Term: Hashable, Sendable {
    /// The block column.
    public let column: Int
    /// The factor: +1 or −1, and smaller where means are taken.
    public let factor: Double
    /// What the term does to channels.
    public let channels: Operator
    /// What the term does to positions.
    public let sampling: Sampling
    /// The channels that it ties; nil if they are all of its column and its row, or follow from `channels`.
    let extent: Extent?

    init(
      column: Int, factor: Double, channels: Operator, sampling: Sampling, extent: Extent? = nil
    ) {
      self.column = column
      self.factor = factor
      self.channels = channels
      self.sampling = sampling
      self.extent = extent
    }
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

  /// The layers of a chain, a residual or a dense network; none of other networks.
  public let layers: [Layer]
  /// The weights, as terms use them.
  public let weights: [WeightUse]
  /// One block column per unit.
  public let columns: [Column]
  /// The block rows.
  public let rows: [Row]
  /// The terms of each block column, by row.
  let places: [[Place]]

  /// Builds the frame of an architecture in the architecture's form.
  public init(_ architecture: Architecture) {
    self.init(layers: architecture.layers, form: architecture.form)
  }

  init(layers: [Layer], form: Form) {
    var weights: [WeightUse] = []
    weights.reserveCapacity(layers.count)
    let rows = layers.map { layer in
      let isSynthesis = form == .synthesis || layer.index == 0
      let weight = Weight(index: weights.count)
      let positions = layer.outputSize * layer.outputSize
      func append(_ columns: Int, _ kernel: Int, isSynthesis: Bool) {
        weights.append(
          WeightUse(
            tensor: weights.count, rows: layer.width, columns: columns, kernel: kernel, groups: 1,
            isSynthesis: isSynthesis, copies: positions))
      }
      append(layer.inputWidth, layer.kernel, isSynthesis: isSynthesis)
      if let skip = layer.skip, skip.projectionStride != nil {
        append(layers[skip.layer].width, 1, isSynthesis: false)
      }
      return isSynthesis
        ? Self.synthesisRow(layer, weight) : Self.analysisRow(layer, weight, in: layers)
    }
    self.init(
      layers: layers, weights: weights,
      columns: layers.map { Column(channels: $0.width, size: $0.outputSize) }, rows: rows)
  }

  init(layers: [Layer], weights: [WeightUse], columns: [Column], rows: [Row]) {
    self.layers = layers
    self.weights = weights
    self.columns = columns
    self.rows = rows
    var places = [[Place]](repeating: [], count: columns.count)
    for (row, value) in rows.enumerated() {
      for (term, value) in value.terms.enumerated() {
        places[value.column].append(Place(row: row, term: term))
      }
    }
    self.places = places
  }

  /// The number of weights, projections included; those that the frame uses in two ways count twice.
  var weightCount: Int {
    weights.reduce(0) { $0 + $1.rows * $1.columns * $1.kernel * $1.kernel }
  }

  /// The tensors of a chain's, a residual or a dense network's weights, in the order of `WeightUse`.
  func tensors(_ network: NetworkWeights) -> [WeightTensor] {
    precondition(network.layers.count == layers.count, "every layer has a weight")
    return layers.flatMap { layer in
      guard layer.skip?.projectionStride != nil else { return [network.layers[layer.index]] }
      guard let projection = network.projections[layer.index] else {
        preconditionFailure("the projection that ends at layer \(layer.index) has a weight")
      }
      return [network.layers[layer.index], projection]
    }
  }
}

extension InducedFrame {
  /// B_j w_j − u_j: the layer synthesises what it reads.
  private static func synthesisRow(_ layer: Layer, _ weight: Weight) -> Row {
    let identity = Sampling.identity(size: layer.inputSize)
    var terms: [Term] = []
    terms.reserveCapacity(layer.sources.count + 1)
    for source in layer.sources {
      guard let index = source.layer else { continue }
      terms.append(
        Term(
          column: index, factor: -1, channels: .selector(first: source.channelOffset),
          sampling: identity))
    }
    terms.append(
      Term(
        column: layer.index, factor: 1, channels: .synthesis(weight),
        sampling: Sampling(
          columnIsFine: false, kernel: layer.kernel, stride: layer.stride,
          columnSize: layer.outputSize, rowSize: layer.inputSize)))
    return Row(channels: layer.inputWidth, size: layer.inputSize, terms: terms)
  }

  /// w_j − B_jᵀ u_j − skip: the layer analyses what it reads.
  private static func analysisRow(
    _ layer: Layer, _ weight: Weight, in layers: [Layer]
  ) -> Row {
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
            column: skip.layer, factor: -1,
            channels: .analysis(Weight(index: weight.index + 1), first: 0),
            sampling: Sampling(
              columnIsFine: true, kernel: 1, stride: stride,
              columnSize: layers[skip.layer].outputSize, rowSize: layer.outputSize)))
      } else {
        terms.append(
          Term(column: skip.layer, factor: -1, channels: .selector(first: 0), sampling: identity))
      }
    }
    for source in layer.sources {
      guard let index = source.layer else { continue }
      terms.append(
        Term(
          column: index, factor: -1,
          channels: .analysis(weight, first: source.channelOffset),
          sampling: reading))
    }
    terms.append(
      Term(column: layer.index, factor: 1, channels: .selector(first: 0), sampling: identity))
    return Row(channels: layer.width, size: layer.outputSize, terms: terms)
  }
}
