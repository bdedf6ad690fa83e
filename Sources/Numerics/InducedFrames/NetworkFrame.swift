public import Architectures
public import NetworkGraphs
public import Networks

/// The induced frame of a network, with where the numbers of its weights are.
///
/// Chains, residual and dense networks of layers have the frame of their architecture. The units of any
/// other network follow from its graph. In the analysis form row 1 holds B w, summed over all that leads
/// from the image to a unit, and the row of a unit w_j is w_j − Σ Bᵀ w_i over what leads to it from other
/// units, pooling and identities among it. Units that nothing but the image leads to have no row of their
/// own. In the synthesis form, which other chains and dense networks have, the row of a unit is
/// B_j w_j − u_j, u_j being what its operator reads.
public struct NetworkFrame: Sendable {
  /// The frame.
  public let frame: InducedFrame
  private let units: UnitGraph?

  /// The frame of an architecture in its form; nil if it has none.
  ///
  /// - Parameter network: builds its network, if its frame or its tensors need more than its layers.
  public init?(_ architecture: Architecture, network: () -> BuiltNetwork) {
    if architecture.isPlain {
      units = nil
    } else {
      guard let units = try? network().units() else { return nil }
      self.units = units
    }
    if architecture.hasLayerFrame {
      frame = InducedFrame(architecture)
    } else if let units {
      frame = InducedFrame(units, form: architecture.form)
    } else {
      return nil
    }
  }

  /// The frame of a network in the analysis form.
  public init(_ units: UnitGraph) {
    self.units = units
    frame = InducedFrame(units, form: .analysis)
  }

  /// The tensors that the frame's weights name, at the numbers of a network's parameters.
  ///
  /// A batch normalisation behind an operator is a part of it: atoms have unit norm, so of its scale only
  /// the sign counts. That of 0 is positive.
  ///
  /// - Precondition: the network is the one that the frame is of.
  public func tensors(of numbers: GraphParameters, in network: BuiltNetwork) -> [WeightTensor] {
    if let units { return units.operators.map { $0.tensor(numbers) } }
    guard let weights = network.weights(of: numbers) else {
      preconditionFailure("the frame of another network")
    }
    return frame.tensors(weights)
  }

  /// The unit that a block column stands for.
  public func name(ofColumn index: Int) -> String {
    units?.units[index].name ?? "layer \(index + 1)"
  }

  /// The operator whose tensor has a zero atom, and that atom; nil if there is none.
  public func zeroAtom(of tensors: [WeightTensor]) -> (atom: Int, place: String)? {
    for (index, tensor) in tensors.enumerated() {
      let length = tensor.columns * tensor.kernel * tensor.kernel
      let atom = (0..<tensor.rows).first { row in
        tensor.values[row * length..<(row + 1) * length].allSatisfy { $0 == 0 }
      }
      if let atom { return (atom, name(ofTensor: index)) }
    }
    return nil
  }

  private func name(ofTensor index: Int) -> String {
    if let units { return units.operators[index].name }
    var place = 0
    for layer in frame.layers {
      if place == index { return "layer \(layer.index + 1)" }
      place += 1
      guard layer.skip?.projectionStride != nil else { continue }
      if place == index { return "the projection of layer \(layer.index + 1)" }
      place += 1
    }
    preconditionFailure("a tensor of another frame")
  }
}

extension UnitGraph.Operator {
  /// The weight with the signs of what its outputs are multiplied by.
  fileprivate func tensor(_ numbers: GraphParameters) -> WeightTensor {
    let given = numbers[weight]?.doubles ?? []
    let length = columns * kernel * kernel
    var values = given
    if isTransposed {
      for row in 0..<rows {
        for column in 0..<columns { values[row * columns + column] = given[column * rows + row] }
      }
    }
    for scale in scales {
      let factors = numbers[scale]?.doubles ?? []
      for row in 0..<rows {
        let factor = factors[factors.count == 1 ? 0 : row]
        // Branches that start at 0 have the direction that they grow in.
        guard !(factor >= 0) else { continue }
        let sign = factor < 0 ? -1 : factor
        for index in row * length..<(row + 1) * length { values[index] *= sign }
      }
    }
    return WeightTensor(rows: rows, columns: columns, kernel: kernel, values: values)
  }
}

extension InducedFrame {
  /// The frame of a network.
  ///
  /// - Precondition: in the synthesis form one operator, and nothing else, leads to each unit.
  init(_ graph: UnitGraph, form: Form) {
    var weights: [WeightUse] = []
    var known: [[Int]: Weight] = [:]
    func weight(_ use: UnitGraph.Use, isSynthesis: Bool, copies: Int) -> Weight {
      let key = [use.operator, isSynthesis ? 1 : 0]
      if let weight = known[key] { return weight }
      let own = graph.operators[use.operator]
      let weight = Weight(index: weights.count)
      weights.append(
        WeightUse(
          tensor: use.operator, rows: own.rows, columns: own.columns, kernel: own.kernel,
          groups: own.groups, isSynthesis: isSynthesis, copies: copies))
      known[key] = weight
      return weight
    }
    let columns = graph.units.map { Column(channels: $0.channels, size: $0.size) }
    let image = Column(channels: graph.channels, size: graph.size)
    var imageTerms: [Term] = []
    var rows: [Row] = []
    for (index, unit) in graph.units.enumerated() {
      let own = columns[index]
      var terms: [Term] = []
      if form == .synthesis, unit.paths.contains(where: { $0.source != nil }) {
        guard let use = unit.paths[0].use,
          unit.paths.allSatisfy({ $0.use?.operator == use.operator && $0.source != nil })
        else { preconditionFailure("\(unit.name) is not what one operator makes of units") }
        let read = graph.operators[use.operator]
        let grid = Column(channels: read.columns * read.groups, size: use.step.fineSize)
        for path in unit.paths {
          guard let source = path.source else { continue }
          terms.append(Term(reading: path, column: source, columns[source], row: grid))
        }
        terms.sort { $0.column < $1.column }
        terms.append(
          Term(
            synthesizing: unit.paths[0],
            weight(use, isSynthesis: true, copies: unit.size * unit.size), column: index, own,
            row: grid))
        rows.append(Row(channels: grid.channels, size: grid.size, terms: terms))
        continue
      }
      for path in unit.paths {
        let (weight, isSynthesis) = (
          path.use.map {
            weight($0, isSynthesis: path.source == nil, copies: unit.size * unit.size)
          }, path.source == nil
        )
        if isSynthesis {
          imageTerms.append(Term(path, weight, column: index, own, row: image))
        } else if let source = path.source {
          terms.append(Term(path, weight, column: source, columns[source], row: own))
        }
      }
      guard !terms.isEmpty else { continue }
      terms.sort { $0.column < $1.column }
      terms.append(
        Term(
          column: index, factor: 1, channels: .selector(first: 0),
          sampling: .identity(size: unit.size)))
      rows.append(Row(channels: unit.channels, size: unit.size, terms: terms))
    }
    let first = Row(channels: image.channels, size: image.size, terms: imageTerms)
    self.init(layers: [], weights: weights, columns: columns, rows: [first] + rows)
  }
}

extension InducedFrame.Term {
  /// What an operator reads of a unit, as a term of the row in the synthesis form.
  fileprivate init(
    reading path: UnitGraph.Path, column index: Int, _ column: InducedFrame.Column,
    row: InducedFrame.Column
  ) {
    let first = path.use?.firstInput ?? 0
    let rows = first..<first + path.sourceChannels.count
    self.init(
      column: index, factor: -path.factor / path.factorBehind, channels: .selector(first: first),
      sampling: path.before.isEmpty
        ? .identity(size: column.size)
        : Sampling(
          columnIsFine: true, columnSize: column.size, rowSize: row.size, before: path.before,
          step: nil, after: []),
      extent: path.sourceChannels == 0..<column.channels
        ? nil
        : InducedFrame.Extent(
          columns: path.sourceChannels, rows: rows, firstInput: 0, firstAtom: 0))
  }

  /// What an operator's unit synthesises, as a term of its row in the synthesis form.
  fileprivate init(
    synthesizing path: UnitGraph.Path, _ weight: InducedFrame.Weight, column index: Int,
    _ column: InducedFrame.Column, row: InducedFrame.Column
  ) {
    let takesAll = path.targetChannels == 0..<column.channels && path.use?.firstAtom == 0
    self.init(
      column: index, factor: path.factorBehind, channels: .synthesis(weight),
      sampling: Sampling(
        columnIsFine: false, columnSize: column.size, rowSize: row.size, before: [],
        step: path.use?.step, after: path.after),
      extent: takesAll
        ? nil
        : InducedFrame.Extent(
          columns: path.targetChannels, rows: 0..<row.channels, firstInput: 0,
          firstAtom: path.use?.firstAtom ?? 0))
  }

  /// What leads to a unit, as a term: of the unit's row, or of the image's, in which it is transposed.
  ///
  /// - Parameters:
  ///   - path: the path.
  ///   - weight: its operator's weight.
  ///   - index: the index of the column.
  ///   - column: that column.
  ///   - row: the row's grid.
  fileprivate init(
    _ path: UnitGraph.Path, _ weight: InducedFrame.Weight?, column index: Int,
    _ column: InducedFrame.Column, row: InducedFrame.Column
  ) {
    let isSynthesis = path.source == nil
    let columns = isSynthesis ? path.targetChannels : path.sourceChannels
    let rows = isSynthesis ? path.sourceChannels : path.targetChannels
    let (firstInput, firstAtom) = (path.use?.firstInput ?? 0, path.use?.firstAtom ?? 0)
    var takesAll = columns == 0..<column.channels
    let channels: InducedFrame.Operator
    switch weight {
    case nil: channels = .selector(first: rows.lowerBound)
    case let weight?:
      takesAll = takesAll && rows == 0..<row.channels && firstAtom == 0
      if isSynthesis {
        takesAll = takesAll && firstInput == 0
        channels = .synthesis(weight)
      } else {
        channels = .analysis(weight, first: firstInput)
      }
    }
    let isIdentity = path.use == nil && path.before.isEmpty
    self.init(
      column: index, factor: isSynthesis ? path.factor : -path.factor, channels: channels,
      sampling: isIdentity
        ? .identity(size: column.size)
        : Sampling(
          columnIsFine: !isSynthesis, columnSize: column.size, rowSize: row.size,
          before: path.before, step: path.use?.step, after: path.after),
      extent: takesAll
        ? nil
        : InducedFrame.Extent(
          columns: columns, rows: rows, firstInput: firstInput, firstAtom: firstAtom))
  }
}
