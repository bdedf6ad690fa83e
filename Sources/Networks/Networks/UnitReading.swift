internal import NetworkGraphs

/// What has to be known of a graph before its units can be found in order: which values are read.
struct UnitReading {
  /// What a value is.
  enum Meaning {
    /// A sum of paths.
    case flow([UnitGraph.Path])
    /// Something behind the end of the frame.
    case head
  }

  let graph: Graph
  /// Whether the network has no convolutions, so that all values are vectors.
  let isFlat: Bool
  /// What each node is in a frame.
  let roles: [FrameRole]
  /// Whether a node only scales or shifts what the operator before it computes, for nobody else.
  private(set) var folds: [Bool]
  /// Whether a node's value is the linear output of one operator.
  private var isPending: [Bool]
  /// Whether a rectifier or an operator reads a value.
  private var isRead: [Bool]
  /// Whether an operator or an activation stands behind a node.
  private var isFollowed: [Bool]
  /// Whether nodes flatten or pool what they read so that the frame ends.
  private(set) var endsFrame: [Bool]

  init(_ graph: Graph) {
    self.graph = graph
    isFlat = !graph.nodes.contains { node in
      if case .weighted(.some, _, _) = Self.role(of: node, graph) { true } else { false }
    }
    roles = graph.nodes.map { Self.role(of: $0, graph) }
    let count = graph.nodes.count
    folds = [Bool](repeating: false, count: count)
    isPending = folds
    isFollowed = folds
    endsFrame = folds
    isRead = [Bool](repeating: false, count: graph.values.count)
    findFolds()
    findReaders()
  }

  private static func role(of node: Graph.Node, _ graph: Graph) -> FrameRole {
    node.operation.frameRole(node.operands.map { graph.shape(of: $0) })
  }

  /// The first operand that depends on the image.
  private func source(_ node: Graph.Node) -> ValueID? {
    for case .value(let value) in node.operands { return value }
    return nil
  }

  private mutating func findFolds() {
    var readers = [Int](repeating: 0, count: graph.values.count)
    for node in graph.nodes {
      for case .value(let value) in node.operands { readers[value.index] += 1 }
    }
    for (index, node) in graph.nodes.enumerated() {
      switch roles[index] {
      case .weighted: isPending[index] = true
      case .channelScale, .shift:
        guard let value = source(node), readers[value.index] == 1, let own = graph[value].node
        else { continue }
        folds[index] = isPending[own]
        isPending[index] = folds[index]
      case .view:
        guard let value = source(node) else { continue }
        endsFrame[index] = graph[node.output].shape.rank == 2 && graph[value].shape.rank > 2
      case .end: endsFrame[index] = true
      default: break
      }
    }
  }

  private mutating func findReaders() {
    for (index, node) in graph.nodes.enumerated().reversed() {
      let isReadItself = isRead[node.output.index]
      var isActive = node.operation.role == .weighted || node.operation.role == .activation
      isActive = isActive || isFollowed[index]
      for case .value(let value) in node.operands {
        if isActive, let own = graph[value].node { isFollowed[own] = true }
        switch roles[index] {
        case .weighted, .rectifier: isRead[value.index] = true
        case .concatenation, .view:
          isRead[value.index] = isRead[value.index] || isReadItself
        case .channelScale, .shift:
          if !folds[index], isReadItself { isRead[value.index] = true }
        case .subsampling, .average, .selection, .padding:
          // What an operator writes for a pooling only becomes a unit behind the pooling.
          let waits = graph[value].node.map { isPending[$0] } ?? false
          if isReadItself, !waits { isRead[value.index] = true }
        case .sum, .zero, .end, .none: break
        }
      }
    }
  }

  /// Whether the value of a node is a unit, given the paths that lead to it.
  func opensUnit(_ index: Int, _ paths: [UnitGraph.Path]) -> Bool {
    guard isRead[graph.nodes[index].output.index], !paths.isEmpty else { return false }
    switch roles[index] {
    case .weighted, .sum: return true
    case .channelScale, .shift: return folds[index]
    case .subsampling, .average, .selection, .padding: return paths.contains { $0.use != nil }
    default: return false
    }
  }

  /// The end of a network behind an operation that frames do not know, if nothing with a weight or an
  /// activation follows.
  func unknown(_ index: Int) throws(UnitGraph.Obstacle) -> Meaning {
    let isActivation = graph.nodes[index].operation.role == .activation
    guard isFollowed[index] || isActivation else { return .head }
    // Views of other shapes are to blame for nothing if something else is in the way behind them.
    let culprit = (index..<roles.count).first { place in
      guard case .none = roles[place] else { return false }
      let operation = graph.nodes[place].operation
      return operation.role != .other || operation.isProduct
    }
    let isView = graph.nodes[index].operation.role == .other
    let node = graph.nodes[isView ? culprit ?? index : index]
    throw UnitGraph.Obstacle(
      description: "\(node.operation.title) (\(node.name)) is not a part of induced frames")
  }

  // MARK: Shapes

  /// The channels of a value and the side of its square grid.
  func extent(
    of value: ValueID, name: String
  ) throws(UnitGraph.Obstacle) -> (channels: Int, size: Int) {
    let shape = graph[value].shape
    if isFlat { return (shape.count, 1) }
    if shape.rank == 2 { return (shape[1], 1) }
    guard shape.rank == 4, shape[2] == shape[3] else {
      throw UnitGraph.Obstacle(
        description:
          "\(name) has values of \(shape), and induced frames are known for square images")
    }
    return (shape[1], shape[2])
  }

  /// Whether values side by side along an axis have their channels side by side.
  func isChannelAxis(_ axis: Int, of value: ValueID) -> Bool {
    let shape = graph[value].shape
    let place = axis < 0 ? axis + shape.rank : axis
    return isFlat ? shape.sides[..<place].allSatisfy { $0 == 1 } : place == 1
  }

  /// The step of a window; nil if it is not the same in both directions.
  func step(_ window: Window?, from fineSize: Int, to coarseSize: Int) -> UnitGraph.Step? {
    guard let window else {
      return isFlat ? UnitGraph.Step(from: fineSize, to: coarseSize) : nil
    }
    let sides = [window.kernel, window.strides, window.dilations, window.paddingBefore]
    guard sides.allSatisfy({ $0.count == 2 && $0[0] == $0[1] }) else { return nil }
    return UnitGraph.Step(
      kernel: window.kernel[0], stride: window.strides[0], dilation: window.dilations[0],
      offset: -window.paddingBefore[0], from: fineSize, to: coarseSize)
  }

  /// The paths to some entries of a value; nil if these are not channels of a regular grid.
  func selected(
    _ ranges: [Slice.Range], of value: ValueID, _ paths: [UnitGraph.Path]
  ) -> [UnitGraph.Path]? {
    let shape = graph[value].shape
    var found = paths
    var steps: [Int: UnitGraph.Step] = [:]
    for range in ranges {
      let axis = range.axis < 0 ? range.axis + shape.rank : range.axis
      let entries = range.entries(of: shape[axis])
      if entries == (0, shape[axis]), range.step == 1 { continue }
      guard range.step > 0, axis > 0, !isFlat || axis == shape.rank - 1 else { return nil }
      if axis == 1 || isFlat {
        guard range.step == 1 else { return nil }
        let kept = entries.first..<entries.first + entries.count
        found = found.compactMap { $0.part(kept)?.moved(by: -kept.lowerBound) }
      } else {
        steps[axis] = UnitGraph.Step(
          stride: range.step, offset: entries.first, from: shape[axis], to: entries.count)
      }
    }
    guard let step = steps.values.first else { return found }
    guard steps.count == 2, steps.values.allSatisfy({ $0 == step }) else { return nil }
    return found.map { $0.behind(step) }
  }

  /// The paths to a value with zeros around it; nil if they are not the same on all sides.
  ///
  /// Zeros around an image are what convolutions put there: in frames it is periodic instead.
  func padded(
    _ before: [Int], _ after: [Int], of value: ValueID, _ paths: [UnitGraph.Path]
  ) -> [UnitGraph.Path]? {
    let shape = graph[value].shape
    guard shape.rank == before.count, shape.rank == 4 && !isFlat || shape.rank == 2,
      before[0] == 0, after[0] == 0
    else { return nil }
    let moved = paths.map { $0.moved(by: before[1]) }
    guard shape.rank == 4 else { return moved }
    guard before[2] == before[3], after[2] == after[3] else { return nil }
    guard before[2] + after[2] > 0 else { return moved }
    let side = shape[2]
    return moved.map {
      $0.behind(
        UnitGraph.Step(offset: -before[2], from: side, to: before[2] + side + after[2]))
    }
  }
}
