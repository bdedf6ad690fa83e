public import NetworkGraphs

/// The units of a network's induced frame, and what leads to each of them.
///
/// A unit is the output of a rectifier, or a linear output that an operator reads without one between
/// them: streams of networks whose activations come first, linear bottlenecks, pooled transitions. A
/// rectifier on a sum makes the sum the unit; one on a concatenation, or on the pooling of units, makes
/// none. A value that does not depend on the image is not a unit either: without constants it is zero.
public struct UnitGraph: Sendable {
  /// A window that goes over the pixels of a grid in one direction, the same in the other.
  public struct Step: Hashable, Sendable {
    /// The side of the window.
    public let kernel: Int
    /// From one place of the window to the next.
    public let stride: Int
    /// From one tap to the next.
    public let dilation: Int
    /// Where the first tap lies at the window's first place.
    public let offset: Int
    /// The side of the grid that it goes over.
    public let fineSize: Int
    /// The side of the grid that it writes.
    public let coarseSize: Int

    init(
      kernel: Int = 1, stride: Int = 1, dilation: Int = 1, offset: Int = 0, from fineSize: Int,
      to coarseSize: Int
    ) {
      (self.kernel, self.stride, self.dilation, self.offset) = (kernel, stride, dilation, offset)
      (self.fineSize, self.coarseSize) = (fineSize, coarseSize)
    }
  }

  /// A linear operator with a weight.
  public struct Operator: Sendable {
    /// The name of its node.
    public let name: String
    /// The place of its node in the graph.
    public let node: Int
    /// Its window.
    public let step: Step
    /// The weight.
    public let weight: ParameterID
    /// The number of atoms.
    public let rows: Int
    /// The input channels of each group.
    public let columns: Int
    /// The side of the kernel.
    public var kernel: Int { step.kernel }
    /// The number of groups.
    public let groups: Int
    /// Whether the weight is given as columns × rows.
    public let isTransposed: Bool
    /// What its outputs are multiplied by, one number or one for each atom.
    public fileprivate(set) var scales: [ParameterID] = []
  }

  /// What a path takes from an operator.
  public struct Use: Hashable, Sendable {
    /// The operator.
    public let `operator`: Int
    /// Its window.
    public let step: Step
    /// The input channel that is the path's first channel of its source.
    public let firstInput: Int
    /// The atom that is the path's first channel of its target.
    public fileprivate(set) var firstAtom = 0
  }

  /// One linear way from the image or a unit to a unit.
  public struct Path: Hashable, Sendable {
    /// The unit that it begins at; nil for the image.
    public let source: Int?
    /// The channels of the source that it takes.
    public fileprivate(set) var sourceChannels: Range<Int>
    /// The channels of its target that it writes.
    public fileprivate(set) var targetChannels: Range<Int>
    /// The unweighted steps before the operator, in order.
    public fileprivate(set) var before: [Step] = []
    /// The operator; nil if channels stay what they are.
    public fileprivate(set) var use: Use?
    /// The unweighted steps behind the operator.
    public fileprivate(set) var after: [Step] = []
    /// What everything is multiplied by, one over the sizes of all windows whose means are taken.
    public fileprivate(set) var factor = 1.0
    /// The part of that factor behind the operator.
    public fileprivate(set) var factorBehind = 1.0
  }

  /// A block column of the frame.
  public struct Unit: Sendable {
    /// The name of its value.
    public let name: String
    /// The number of its channels.
    public let channels: Int
    /// The side of its grid.
    public let size: Int
    /// What it is the sum of.
    public let paths: [Path]
  }

  /// Why a network has no induced frame.
  public struct Obstacle: Error, CustomStringConvertible {
    /// The operation that is in the way, and its name.
    public let description: String
  }

  /// The number of the image's channels.
  public let channels: Int
  /// The side of the image; 1 in networks without convolutions.
  public let size: Int
  /// The units, each behind those that lead to it.
  public private(set) var units: [Unit] = []
  /// The operators that lead to units.
  public private(set) var operators: [Operator] = []

  /// Finds the units of a network.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - image: what stands for the image in it.
  ///
  /// **Throws**: `Obstacle` naming the first operation that is neither linear nor a rectifier.
  public init(_ graph: Graph, image: ValueID? = nil) throws(Obstacle) {
    let image = image ?? graph.input
    let reading = UnitReading(graph)
    let shape = try reading.extent(of: image, name: graph[image].name)
    (channels, size) = (shape.channels, shape.size)
    var flows = [UnitReading.Meaning](repeating: .head, count: graph.values.count)
    let start = Path(
      source: nil, sourceChannels: 0..<channels, targetChannels: 0..<channels)
    flows[image.index] = .flow([start])
    for (index, node) in graph.nodes.enumerated() where node.output > image {
      flows[node.output.index] = try meaning(of: index, flows, reading)
    }
    guard !units.isEmpty else {
      throw Obstacle(description: "no rectifier or operator reads anything that has a weight")
    }
    try checkMeetings()
  }

  /// What a node computes, in terms of the image and the units; adds a unit if its value is one.
  private mutating func meaning(
    of index: Int, _ flows: [UnitReading.Meaning], _ reading: UnitReading
  ) throws(Obstacle) -> UnitReading.Meaning {
    let graph = reading.graph
    let node = graph.nodes[index]
    var operands: [[Path]] = []
    var sources: [ValueID] = []
    var hasHead = false
    for case .value(let value) in node.operands {
      if case .flow(let paths) = flows[value.index] {
        operands.append(paths)
        sources.append(value)
      } else {
        hasHead = true
      }
    }
    guard !operands.isEmpty else { return .head }
    guard !hasHead else { return try reading.unknown(index) }
    guard
      let paths = try paths(of: index, operands, sources, reading),
      let extent = try? reading.extent(of: node.output, name: node.name)
    else { return reading.endsFrame[index] ? .head : try reading.unknown(index) }
    guard reading.opensUnit(index, paths) else { return .flow(paths) }
    units.append(
      Unit(
        name: graph[node.output].name, channels: extent.channels, size: extent.size, paths: paths))
    let all = 0..<extent.channels
    return .flow([Path(source: units.count - 1, sourceChannels: all, targetChannels: all)])
  }

  /// Paths of which those that differ in their factors alone are one.
  ///
  /// Cells of nothing but skips and pooling would have four times as many paths each as the one before.
  private static func merged(_ paths: [Path]) -> [Path] {
    var (places, result) = ([Path: Int](), [Path]())
    for path in paths {
      var way = path
      (way.factor, way.factorBehind) = (1, 1)
      if let place = places[way] {
        result[place].factor += path.factor
        result[place].factorBehind += path.factorBehind
      } else {
        places[way] = result.count
        result.append(path)
      }
    }
    return result
  }

  /// The paths that lead to the value of a node; nil if there are none that frames know.
  private mutating func paths(
    of index: Int, _ operands: [[Path]], _ sources: [ValueID], _ reading: UnitReading
  ) throws(Obstacle) -> [Path]? {
    let node = reading.graph.nodes[index]
    let source = operands[0]
    switch reading.roles[index] {
    case .weighted(let window, let groups, let isTransposed):
      let from = try reading.extent(of: sources[0], name: node.name)
      let to = try reading.extent(of: node.output, name: node.name)
      guard case .parameter(let weight) = node.operands[1],
        let step = reading.step(window, from: from.size, to: to.size)
      else { return nil }
      let shape = reading.graph[weight].shape
      let (rows, columns) = isTransposed ? (shape[1], shape[0]) : (shape[0], shape[1])
      guard rows == to.channels, columns * groups == from.channels else { return nil }
      guard !source.isEmpty else { return [] }
      operators.append(
        Operator(
          name: node.name, node: index, step: step, weight: weight, rows: rows, columns: columns,
          groups: groups, isTransposed: isTransposed))
      return source.map { path in
        precondition(path.use == nil, "operators read units")
        var path = path
        path.use = Use(
          operator: operators.count - 1, step: step, firstInput: path.targetChannels.lowerBound)
        path.targetChannels = 0..<to.channels
        return path
      }
    case .rectifier, .shift: return source
    case .channelScale(let operand):
      guard case .parameter(let scale) = node.operands[operand] else { return nil }
      let isNorm = node.operation.role == .normalization
      // A norm that does not fold is left out, and so are the units that images are measured in.
      let isImage = source.allSatisfy { $0.source == nil && $0.use == nil }
      guard reading.folds[index] || isNorm || isImage else { return nil }
      if reading.folds[index] {
        for place in Set(source.compactMap { $0.use?.operator }) {
          operators[place].scales.append(scale)
        }
      }
      return source
    case .sum: return Self.merged(operands.flatMap { $0 })
    case .zero: return []
    case .concatenation(let axis):
      guard reading.isChannelAxis(axis, of: node.output) else { return nil }
      var first = 0
      var all: [Path] = []
      for (paths, value) in zip(operands, sources) {
        all += paths.map { $0.moved(by: first) }
        first += try reading.extent(of: value, name: node.name).channels
      }
      return all
    case .subsampling(let window), .average(let window):
      let from = try reading.extent(of: sources[0], name: node.name)
      let to = try reading.extent(of: node.output, name: node.name)
      guard !reading.isFlat, var step = reading.step(window, from: from.size, to: to.size) else {
        return nil
      }
      var factor = 1 / Double(step.kernel * step.kernel)
      if case .subsampling = reading.roles[index] {
        factor = 1
        // The middle of the window, the first of two.
        step = Step(
          stride: step.stride, offset: step.offset + (step.kernel - 1) / 2 * step.dilation,
          from: step.fineSize, to: step.coarseSize)
      }
      return source.map { $0.behind(step, factor: factor) }
    case .selection(let ranges): return reading.selected(ranges, of: sources[0], source)
    case .padding(let before, let after):
      return reading.padded(before, after, of: sources[0], source)
    case .view:
      // Behind flattening the frame ends, but for networks that read flattened images.
      return reading.isFlat || reading.graph[sources[0]].shape == reading.graph[node.output].shape
        ? source : nil
    case .end, .none: return nil
    }
  }
}

extension UnitGraph.Path {
  /// The same path to a value in which its target's channels come later.
  func moved(by channels: Int) -> Self {
    var path = self
    path.targetChannels =
      targetChannels.lowerBound + channels..<targetChannels.upperBound + channels
    return path
  }

  /// The same path with an unweighted step behind it.
  func behind(_ step: UnitGraph.Step, factor: Double = 1) -> Self {
    var path = self
    if use == nil { path.before.append(step) } else { path.after.append(step) }
    path.factor *= factor
    if use != nil { path.factorBehind *= factor }
    return path
  }

  /// The part that writes some channels of its target; nil if it writes none of them.
  func part(_ channels: Range<Int>) -> Self? {
    let kept = targetChannels.clamped(to: channels)
    guard !kept.isEmpty else { return nil }
    var path = self
    let skipped = kept.lowerBound - targetChannels.lowerBound
    if use == nil {
      let first = sourceChannels.lowerBound + skipped
      path.sourceChannels = first..<first + kept.count
    } else {
      path.use?.firstAtom += skipped
    }
    path.targetChannels = kept
    return path
  }
}
