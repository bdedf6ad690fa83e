/// How a graph is evaluated: the steps in order, what each reads and writes and in which order of
/// entries, and which values share memory.
///
/// It is a value that follows from the graph and from the values that are asked for, and from nothing
/// else.
struct EvaluationPlan {
  /// A value in one order of entries, with its place in memory.
  struct Slot {
    let value: ValueID
    let layout: DataLayout
    /// The slot whose memory it is; itself unless it is a view or overwrites an operand.
    var root: Int
  }

  /// What a step reads.
  enum Source {
    case slot(Int)
    case parameter(ParameterID)
  }

  /// What a step does.
  enum Action {
    /// Runs a node's own kernel.
    case kernel(node: Int, [Source])
    /// Copies a slot into another order of entries.
    case convert(Int)
    /// Nothing: the output is another slot's memory.
    case view
    /// Goes on with what lies in another slot, entry by entry.
    case pass(Int)
  }

  /// What is done to the result entry by entry.
  struct Tail {
    /// The first of the terms of the channels.
    var bias: ParameterID?
    var channels: ChannelChain?
    var sums: [(slot: Int, isNegative: Bool)] = []
    var function: ScalarFunction?

    var isEmpty: Bool { channels == nil && sums.isEmpty && function == nil }

    /// What a pass over the numbers of a slot reads: these, what it adds, and a bias if that is all that
    /// happens to channels.
    func sources(of slot: Int) -> [Source] {
      var sources = ([slot] + sums.map(\.slot)).map { Source.slot($0) }
      if let bias, channels?.links.count == 1 { sources.append(.parameter(bias)) }
      return sources
    }
  }

  struct Step {
    let action: Action
    var tail = Tail()
    let output: Int
    /// The value that is done; nil for conversions.
    let value: ValueID?
  }

  let graph: Graph
  private let order: DerivativeOrder
  private(set) var slots: [Slot] = []
  private(set) var steps: [Step] = []
  /// The place in memory of each slot that is its own root, and the size of each place in numbers of
  /// one vector of an image.
  private(set) var pieces: [Int: Int] = [:]
  private(set) var pieceSizes: [Int] = []

  /// The slots of each value.
  private var slotsOf: [ValueID: [Int]] = [:]

  /// Plans an evaluation of the values that `requested` names.
  ///
  /// For gradients each value stays until they are computed, and only such nodes are joined whose
  /// gradients follow from the last one's result; for tangents of gradients none are.
  init(_ graph: Graph, requested: Set<ValueID>, order: DerivativeOrder = .none) {
    self.graph = graph
    self.order = order
    let needed = graph.nodesNeeded(for: Array(requested))
    let input = inputLayout(needed: needed)
    addSlot(graph.input, input)
    let chains = Self.chains(
      graph, needed: needed, requested: requested, input: input, order: order)
    for chain in chains { add(chain) }
    assignMemory()
  }

  /// The memory of one vector of an image, in numbers.
  var totalSize: Int { pieceSizes.reduce(0, +) }

  /// The largest value that is computed, the input among them.
  var largestSize: Int { slots.reduce(0) { max($0, graph[$1.value].shape.count) } }

  // MARK: Chains

  /// Nodes that are done in one step: the first one, and those that follow entry by entry.
  private struct Chain {
    var nodes: [Int]
    /// For each node but the first, which of its operands the one before it computes.
    var entries: [Int] = []
    /// The orders of the first node; the result stays in its order.
    let layouts: OperandLayouts
  }

  /// The nodes that are needed as chains, in an order in which they can be computed: a chain stands
  /// where its last node does, since what is added on the way has to be there.
  private static func chains(
    _ graph: Graph, needed: [Bool], requested: Set<ValueID>, input: DataLayout,
    order: DerivativeOrder
  ) -> [Chain] {
    var readers = [[Int]](repeating: [], count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      // A value that a node reads twice counts twice: it has to stay.
      for case .value(let value) in node.operands { readers[value.index].append(index) }
    }
    var layouts = [DataLayout](repeating: input, count: graph.values.count)
    var isTaken = [Bool](repeating: false, count: graph.nodes.count)
    var chains: [Chain] = []
    for index in graph.nodes.indices where needed[index] && !isTaken[index] {
      let node = graph.nodes[index]
      let operation = evaluated(node.operation)
      let own = operation.layouts(
        node.operands.map(graph.shape(of:)),
        offered: node.operands.map { operand in
          if case .value(let value) = operand { layouts[value.index] } else { .logical }
        })
      var chain = Chain(nodes: [index], layouts: own)
      var last = index
      layouts[node.output.index] = own.output
      var stage = firstStage(graph, index, own.output, order)
      while let current = stage, current < PointwiseStage.lastOrder {
        let output = graph.nodes[last].output
        guard !requested.contains(output), readers[output.index].count == 1,
          let reader = readers[output.index].first, !isTaken[reader],
          let entry = graph.nodes[reader].operands.firstIndex(of: .value(output)),
          graph[graph.nodes[reader].output].shape == graph[output].shape,
          let next = evaluated(graph.nodes[reader].operation).pointwise(
            operand: entry, graph.nodes[reader].operands.map(graph.shape(of:)), layout: own.output),
          next.order >= current, order == .none || next.isReversible
        else { break }
        stage = next.order
        isTaken[reader] = true
        chain.nodes.append(reader)
        chain.entries.append(entry)
        last = reader
        layouts[graph.nodes[reader].output.index] = own.output
      }
      chains.append(chain)
    }
    return chains.sorted { $0.nodes[$0.nodes.count - 1] < $1.nodes[$1.nodes.count - 1] }
  }

  /// The place among stages of what a node does, if others may follow it in the same step.
  private static func firstStage(
    _ graph: Graph, _ index: Int, _ layout: DataLayout, _ order: DerivativeOrder
  ) -> Int? {
    let operation = evaluated(graph.nodes[index].operation)
    let own = ownStage(graph, index, layout)
    switch order {
    case .none: return operation.isHead ? 0 : own?.order
    case .gradients:
      if !operation.readsOwnResult { return 0 }
      return own.flatMap { $0.isReversible ? $0.order : nil }
    case .gradientTangents: return nil
    }
  }

  /// What a node does entry by entry to the first of its values; nil if it has a kernel of its own.
  private static func ownStage(
    _ graph: Graph, _ index: Int, _ layout: DataLayout
  ) -> PointwiseStage? {
    let node = graph.nodes[index]
    let shapes = node.operands.map(graph.shape(of:))
    guard let entry = shapes.firstIndex(where: { !$0.isParameter }),
      shapes[entry].shape == graph[node.output].shape
    else { return nil }
    return evaluated(node.operation).pointwise(operand: entry, shapes, layout: layout)
  }

  static func evaluated(_ operation: any GraphOperation) -> any EvaluatedOperation {
    guard let operation = operation as? any EvaluatedOperation else {
      preconditionFailure("\(type(of: operation)) is not an operation that can be evaluated")
    }
    return operation
  }

  // MARK: Steps

  /// The order that the first reader of the input asks for.
  private func inputLayout(needed: [Bool]) -> DataLayout {
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      guard let entry = node.operands.firstIndex(of: .value(graph.input)) else { continue }
      let shapes = node.operands.map(graph.shape(of:))
      return Self.evaluated(node.operation).layouts(
        shapes, offered: shapes.map { _ in .logical }
      ).operands[entry]
    }
    return .logical
  }

  @discardableResult
  private mutating func addSlot(_ value: ValueID, _ layout: DataLayout, root: Int? = nil) -> Int {
    slots.append(Slot(value: value, layout: layout, root: root ?? slots.count))
    slotsOf[value, default: []].append(slots.count - 1)
    return slots.count - 1
  }

  /// A value in an order of entries, converted if it is there in another one only.
  private mutating func slot(_ value: ValueID, _ layout: DataLayout) -> Int {
    guard let known = slotsOf[value] else { preconditionFailure("a value before it is computed") }
    if let found = known.first(where: { slots[$0].layout == layout }) { return found }
    let shape = graph[value].shape
    if let same = known.first(where: { slots[$0].layout.agrees(with: layout, for: shape) }) {
      let output = addSlot(value, layout, root: slots[same].root)
      steps.append(Step(action: .view, output: output, value: nil))
      return output
    }
    let output = addSlot(value, layout)
    steps.append(Step(action: .convert(known[0]), output: output, value: nil))
    return output
  }

  private mutating func add(_ chain: Chain) {
    let node = graph.nodes[chain.nodes[0]]
    let operation = Self.evaluated(node.operation)
    let shapes = node.operands.map(graph.shape(of:))
    let layouts = chain.layouts
    var sources: [Source] = []
    for (place, operand) in node.operands.enumerated() {
      switch operand {
      case .value(let value): sources.append(.slot(slot(value, layouts.operands[place])))
      case .parameter(let parameter): sources.append(.parameter(parameter))
      }
    }
    var tail = Tail()
    var action = Action.kernel(node: chain.nodes[0], sources)
    if operation.isView(shapes, layouts), case .slot(let source) = sources[0] {
      let output = addSlot(node.output, layouts.output, root: slots[source].root)
      steps.append(Step(action: .view, output: output, value: node.output))
      return
    }
    let channels = layouts.output.sides(of: graph[node.output].shape).last ?? 1
    if operation.isHead {
      if let bias = operation.biasOperand(shapes),
        case .parameter(let parameter) = node.operands[bias]
      {
        tail.bias = parameter
        tail.channels = ChannelChain(
          channels: channels,
          links: [
            .init(operation: nil, parameters: [parameter]) { numbers in (nil, numbers[0]) }
          ])
      }
    } else if order == .none || chain.nodes.count > 1 && operation.readsOwnResult,
      let own = Self.ownStage(graph, chain.nodes[0], layouts.output),
      let entry = shapes.firstIndex(where: { !$0.isParameter }),
      case .slot(let source) = sources[entry]
    {
      action = .pass(source)
      extend(&tail, by: own, of: node, layouts.output, channels: channels)
    }
    for (index, entry) in zip(chain.nodes.dropFirst(), chain.entries) {
      let next = graph.nodes[index]
      guard
        let stage = Self.evaluated(next.operation).pointwise(
          operand: entry, next.operands.map(graph.shape(of:)), layout: layouts.output)
      else { preconditionFailure("a chain was planned for another order of entries") }
      extend(&tail, by: stage, of: next, layouts.output, channels: channels)
    }
    let done = graph.nodes[chain.nodes[chain.nodes.count - 1]].output
    let output = addSlot(done, layouts.output)
    steps.append(Step(action: action, tail: tail, output: output, value: done))
  }

  private mutating func extend(
    _ tail: inout Tail, by stage: PointwiseStage, of node: Graph.Node, _ layout: DataLayout,
    channels: Int
  ) {
    switch stage {
    case .channels(let map):
      let parameters = map.operands.map { operand in
        guard case .parameter(let parameter) = node.operands[operand] else {
          preconditionFailure("channels are mapped by parameters")
        }
        return parameter
      }
      var chain = tail.channels ?? ChannelChain(channels: channels)
      chain.links.append(
        .init(
          operation: AnyHashable(node.operation), parameters: parameters, compute: map.compute))
      tail.channels = chain
    case .sum(let other, let isNegative):
      guard case .value(let value) = node.operands[other] else {
        preconditionFailure("a value is added")
      }
      tail.sums.append((slot(value, layout), isNegative))
    case .function(let function): tail.function = function
    }
  }

  // MARK: Memory

  /// The slots that a step reads, those of its tail last.
  func read(by step: Step) -> [Int] {
    switch step.action {
    case .kernel(_, let sources):
      sources.compactMap { source in if case .slot(let slot) = source { slot } else { nil } }
        + step.tail.sums.map(\.slot)
    case .convert(let source), .pass(let source): [source] + step.tail.sums.map(\.slot)
    case .view: []
    }
  }

  /// Assigns places in memory.
  ///
  /// One is free again when the last step that reads it is done. The input keeps its own.
  private mutating func assignMemory() {
    if order != .none {
      for slot in slots.indices where slots[slot].root == slot {
        pieces[slot] = pieceSizes.count
        pieceSizes.append(graph[slots[slot].value].shape.count)
      }
      return
    }
    var lastRead = lastReads()
    var members = Dictionary(grouping: slots.indices) { slots[$0].root }
    for (index, step) in steps.enumerated() {
      guard let root = overwritten(by: step, index, lastRead) else { continue }
      let old = slots[step.output].root
      let moved = members.removeValue(forKey: old) ?? []
      for place in moved { slots[place].root = root }
      members[root, default: []] += moved
      lastRead[root] = max(lastRead[root] ?? index, lastRead.removeValue(forKey: old) ?? index)
    }
    var free: [Int] = []
    func size(_ root: Int) -> Int {
      // All slots of one root have the same number of entries.
      graph[slots[root].value].shape.count
    }
    pieces[0] = 0
    pieceSizes = [size(0)]
    var endings: [Int: [Int]] = [:]
    for (root, last) in lastRead where root != 0 { endings[last, default: []].append(root) }
    for (index, step) in steps.enumerated() {
      let root = slots[step.output].root
      if pieces[root] == nil {
        let needed = size(root)
        let fitting = free.filter { pieceSizes[$0] >= needed }.min {
          (pieceSizes[$0], $0) < (pieceSizes[$1], $1)
        }
        let piece: Int
        if let found = fitting ?? free.max(by: { (pieceSizes[$0], $1) < (pieceSizes[$1], $0) }) {
          piece = found
          free.removeAll { $0 == found }
          pieceSizes[piece] = max(pieceSizes[piece], needed)
        } else {
          piece = pieceSizes.count
          pieceSizes.append(needed)
        }
        pieces[root] = piece
      }
      for ended in (endings[index] ?? []).sorted() {
        if let piece = pieces[ended] { free.append(piece) }
      }
    }
  }

  /// The root of an operand that a pass may overwrite: nobody reads it later, and the pass does not
  /// write into it before it has read it for the last time.
  private func overwritten(by step: Step, _ index: Int, _ lastRead: [Int: Int]) -> Int? {
    guard case .pass(let source) = step.action else { return nil }
    let (root, sums) = (slots[source].root, step.tail.sums.map { slots[$0.slot].root })
    let isOneLoop = step.tail.channels == nil && sums.count <= 1
    func isFree(_ root: Int) -> Bool { root != 0 && lastRead[root] == index }
    if isFree(root), isOneLoop || !sums.contains(root) { return root }
    if let sum = sums.first, isOneLoop, isFree(sum) { return sum }
    return nil
  }

  /// For each root the last step that reads or writes it.
  private func lastReads() -> [Int: Int] {
    var last: [Int: Int] = [:]
    for (index, step) in steps.enumerated() {
      for slot in read(by: step) + [step.output] { last[slots[slot].root] = index }
    }
    return last
  }
}

extension PointwiseStage {
  /// The place of the last stage.
  static var lastOrder: Int { 2 }

  /// Whether gradients of what goes in follow from what comes out.
  var isReversible: Bool {
    switch self {
    case .channels: false
    case .sum: true
    case .function(let function): function.isGate
    }
  }

  /// The place among stages: a pass maps channels, then adds, then applies a function.
  var order: Int {
    switch self {
    case .channels: 0
    case .sum: 1
    case .function: 2
    }
  }
}
