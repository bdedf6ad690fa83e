internal import Architectures
internal import InducedFrames
internal import NetworkGraphs
internal import Networks

/// The rows of an induced frame, and the slopes of the energy, as operations of a graph.
///
/// Rows and what they read are those of `InducedFrame`; images are padded with zeros, and weights are as
/// they are. An operation that was applied to the same operands before is not applied again.
struct FrameGraph {
  /// A value that stands for itself, or for its negative.
  struct Signed {
    let value: ValueID
    let sign: Double
  }

  /// An operation on operands.
  private struct Application: Hashable {
    let operation: AnyHashable
    let operands: [Operand]
  }

  let frame: InducedFrame
  /// The rows that have terms in a column.
  private let rowsOfColumn: [[Int]]
  private let parameter: (InducedFrame.Weight) -> ParameterID
  /// The graph.
  var graph: Graph
  private var joins: ChannelJoins
  private var known: [Application: ValueID] = [:]

  /// Starts with a graph that has the weights as parameters.
  init(
    _ frame: InducedFrame, in graph: Graph, joins: ChannelJoins = ChannelJoins(),
    parameter: @escaping (InducedFrame.Weight) -> ParameterID
  ) {
    self.frame = frame
    self.graph = graph
    self.joins = joins
    self.parameter = parameter
    var rows = [[Int]](repeating: [], count: frame.columns.count)
    for (index, row) in frame.rows.enumerated() {
      for column in Set(row.terms.map(\.column)) { rows[column].append(index) }
    }
    rowsOfColumn = rows
  }

  /// The negative slope −∂/∂w_j ½ ‖F w − (x, 0, …)‖² of a layer.
  ///
  /// - Parameters:
  ///   - layer: the layer j.
  ///   - columns: the values of the layers; nil is zero.
  ///   - image: x; zero if nil.
  mutating func descent(
    of layer: Int, columns: [ValueID?], image: ValueID?
  ) -> Signed {
    var terms: [Signed] = []
    for index in rowsOfColumn[layer] {
      let row = frame.rows[index]
      let residual = residual(ofRow: index, columns: columns, image: image)
      for term in row.terms where term.column == layer {
        terms.append(
          Signed(
            value: adjoint(of: term, in: row, residual.value), sign: -term.factor * residual.sign))
      }
    }
    return sum(terms)
  }

  // MARK: Rows

  /// A block row of F w − (x, 0, …).
  private mutating func residual(
    ofRow index: Int, columns: [ValueID?], image: ValueID?
  ) -> Signed {
    let row = frame.rows[index]
    var terms: [Signed] = []
    for group in Self.groups(of: row, columns: columns) {
      terms.append(Signed(value: apply(group, in: row, columns), sign: group[0].factor))
    }
    if let image, frame.layers[index].sources.contains(where: { $0.layer == nil }) {
      terms.append(Signed(value: image, sign: -1))
    }
    return sum(terms)
  }

  /// The terms of a row that are there, those together that read parts of the same channels.
  private static func groups(
    of row: InducedFrame.Row, columns: [ValueID?]
  ) -> [[InducedFrame.Term]] {
    var groups: [[InducedFrame.Term]] = []
    for term in row.terms where columns[term.column] != nil {
      let place = groups.firstIndex { group in
        switch (group[0].channels, term.channels) {
        case (.analysis(let weight, _), .analysis(let other, let first)):
          first > 0 && weight == other && group[0].factor == term.factor
        // A part of what is read; an identity is a term of its own.
        case (.selector, .selector(let first)): first > 0 && group[0].factor == term.factor
        default: false
        }
      }
      if let place { groups[place].append(term) } else { groups.append([term]) }
    }
    return groups
  }

  /// What terms that read the same channels make of their columns.
  private mutating func apply(
    _ terms: [InducedFrame.Term], in row: InducedFrame.Row, _ columns: [ValueID?]
  ) -> ValueID {
    let sampling = terms[0].sampling
    switch terms[0].channels {
    case .synthesis(let weight):
      guard let value = columns[terms[0].column] else { return missing() }
      return add(
        TransposedConvolution(Self.window(sampling), sides: [row.size, row.size]),
        [.value(value), .parameter(parameter(weight))])
    case .analysis(let weight, _):
      let channels = graph[parameter(weight)].shape[1]
      return add(
        Convolution(Self.window(sampling)),
        [.value(joined(terms, columns, channels: channels)), .parameter(parameter(weight))])
    case .selector: return joined(terms, columns, channels: row.channels)
    }
  }

  /// The columns of some terms side by side, with zeros for those that are left out.
  private mutating func joined(
    _ terms: [InducedFrame.Term], _ columns: [ValueID?], channels: Int
  ) -> ValueID {
    let values = terms.compactMap { columns[$0.column] }
    let value: ValueID
    do throws(GraphError) {
      value = try joins.join(values, in: &graph)
    } catch {
      preconditionFailure("\(error)")
    }
    let count = graph[value].shape[1]
    guard count < channels else { return value }
    let first = terms[0].channels.firstChannel
    return add(
      Pad(before: [0, first, 0, 0], after: [0, channels - first - count, 0, 0]), [.value(value)])
  }

  /// Carries a row's value back to the column of one of its terms.
  private mutating func adjoint(
    of term: InducedFrame.Term, in row: InducedFrame.Row, _ value: ValueID
  ) -> ValueID {
    let column = frame.columns[term.column]
    var carried = value
    switch term.channels {
    case .synthesis(let weight):
      return add(
        Convolution(Self.window(term.sampling)), [.value(value), .parameter(parameter(weight))])
    case .analysis(let weight, _):
      carried = add(
        TransposedConvolution(
          Self.window(term.sampling), sides: [column.size, column.size]),
        [.value(value), .parameter(parameter(weight))])
    case .selector: break
    }
    guard graph[carried].shape[1] > column.channels else { return carried }
    let first = term.channels.firstChannel
    return add(
      Slice([.init(axis: 1, start: first, end: first + column.channels)]), [.value(carried)])
  }

  private static func window(_ sampling: Sampling) -> Window {
    Window(square: sampling.kernel, stride: sampling.stride, padding: sampling.kernel / 2)
  }

  // MARK: Sums

  /// The sum of signed values, which starts with a positive one if there is one.
  private mutating func sum(_ terms: [Signed]) -> Signed {
    let (positive, negative) = (terms.filter { $0.sign > 0 }, terms.filter { $0.sign < 0 })
    guard let first = (positive + negative).first else { return missing() }
    var value = first.value
    for term in positive.dropFirst() {
      value = add(Sum(), [.value(value), .value(term.value)])
    }
    for term in positive.isEmpty ? Array(negative.dropFirst()) : negative {
      value = add(
        positive.isEmpty ? Sum() : Difference(), [.value(value), .value(term.value)])
    }
    return Signed(value: value, sign: first.sign)
  }

  /// Adds an operation, or finds it.
  mutating func add(
    _ operation: any GraphOperation, _ operands: [Operand], name: String? = nil
  ) -> ValueID {
    let application = Application(operation: AnyHashable(operation), operands: operands)
    if let value = known[application] { return value }
    do throws(GraphError) {
      let value = try graph.add(operation, operands, name: name)
      known[application] = value
      return value
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private func missing<Value>() -> Value {
    preconditionFailure("a row of which no column is there")
  }
}

extension InducedFrame.Operator {
  /// The first of the channels that are read, of all that the row reads.
  fileprivate var firstChannel: Int {
    switch self {
    case .synthesis: 0
    case .analysis(_, let first), .selector(let first): first
    }
  }
}
