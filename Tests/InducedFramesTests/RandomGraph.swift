import NetworkGraphs
import TestSupport

/// A small graph of linear operations and rectifiers of every kind.
struct RandomGraph {
  private(set) var graph: Graph
  private var random: SeededGenerator
  /// Values of images that may be read.
  private var values: [ValueID]

  init(seed: Int) throws {
    random = SeededGenerator(seed: UInt64(seed))
    let size = Int.random(in: 3...6, using: &random)
    graph = Graph(shape: [1, Int.random(in: 1...3, using: &random), size, size])
    values = [graph.input]
    try convolve(graph.input)
    try rectify()
    for _ in 0..<Int.random(in: 2...5, using: &random) { try grow() }
    // The last value is read, so that it is a unit or made of units.
    try rectify()
  }

  /// Numbers for all parameters: scales of both signs, all others between −1 and 1.
  mutating func numbers() -> GraphParameters {
    var numbers = GraphParameters()
    for id in graph.parameterIDs {
      numbers[id] = .double(
        (0..<graph[id].shape.count).map { _ in
          let number = Double.random(in: 0.1...1, using: &random)
          return Bool.random(using: &random) ? number : -number
        })
    }
    return numbers
  }

  private var last: ValueID { values[values.count - 1] }

  private mutating func add(_ operation: any GraphOperation, _ operands: [Operand]) throws {
    values.append(try graph.add(operation, operands))
  }

  private mutating func rectify() throws {
    try add(Activation(.relu), [.value(last)])
  }

  private mutating func convolve(_ value: ValueID, keepsShape: Bool = false) throws {
    let shape = graph[value].shape
    let (channels, size) = (shape[1], shape[2])
    let groups =
      [1, 1, 2, channels].filter { channels.isMultiple(of: $0) }
      .randomElement(using: &random) ?? 1
    let kernel =
      keepsShape
      ? [1, 3][Int.random(in: 0..<2, using: &random)] : Int.random(in: 1...3, using: &random)
    let padding = keepsShape ? kernel / 2 : Int.random(in: 0...kernel / 2, using: &random)
    let dilation = keepsShape ? 1 : Int.random(in: 1...2, using: &random)
    var window = Window(
      square: kernel, stride: keepsShape ? 1 : Int.random(in: 1...2, using: &random),
      padding: padding, dilation: dilation)
    if size + 2 * padding < dilation * (kernel - 1) + 1 { window = Window(square: 1) }
    let width = keepsShape ? channels : groups * Int.random(in: 1...2, using: &random)
    let weight = graph.addParameter(
      "w\(graph.parameters.count)",
      shape: [width, channels / groups, window.kernel[0], window.kernel[0]])
    try add(Convolution(window, groups: groups), [.value(value), .parameter(weight)])
    if Bool.random(using: &random) { try normalize() }
  }

  private mutating func normalize() throws {
    let shape: Shape = [graph[last].shape[1]]
    let parameters = (0..<4).map { _ in
      Operand.parameter(graph.addParameter("n\(graph.parameters.count)", shape: shape))
    }
    try add(BatchNormalization(), [.value(last)] + parameters)
  }

  private mutating func grow() throws {
    let value = last
    let shape = graph[value].shape
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      try convolve(value)
      try rectify()
    case 1:
      // A linear bottleneck.
      try convolve(value)
    case 2, 3:
      // A residual block, rectified or a stream.
      try convolve(value, keepsShape: true)
      if Bool.random(using: &random) {
        try rectify()
        try convolve(last, keepsShape: true)
      }
      try add(Sum(), [.value(last), .value(value)])
      if Bool.random(using: &random) { try rectify() }
    case 4:
      // A dense block.
      try convolve(value, keepsShape: true)
      try add(Concatenation(axis: 1), [.value(value), .value(last)])
      if Bool.random(using: &random) { try normalize() }
      try rectify()
    case 5 where shape[2] > 2:
      if Bool.random(using: &random) { try convolve(value, keepsShape: true) }
      let padding = Int.random(in: 0...1, using: &random)
      let window = Window(
        square: Int.random(in: 2...3, using: &random),
        stride: Int.random(in: 1...2, using: &random),
        padding: padding)
      try add(
        Bool.random(using: &random) ? MaxPool(window) : AveragePool(window), [.value(last)])
    case 6 where shape[2] > 1:
      // Every other pixel, and zeros in new channels.
      try add(
        Slice([
          .init(axis: 2, start: 0, end: shape[2], step: 2),
          .init(axis: 3, start: 0, end: shape[3], step: 2),
        ]), [.value(value)])
      try add(Pad(before: [0, 1, 0, 0], after: [0, 1, 0, 0]), [.value(last)])
      let padded = last
      try convolve(padded, keepsShape: true)
      try add(Sum(), [.value(last), .value(padded)])
      try rectify()
    default:
      // Some of the channels of two branches.
      try convolve(value, keepsShape: true)
      try rectify()
      try add(Concatenation(axis: 1), [.value(last), .value(value)])
      let channels = graph[last].shape[1]
      let first = Int.random(in: 0..<channels - 1, using: &random)
      try add(Slice([.init(axis: 1, start: first, end: channels)]), [.value(last)])
      try convolve(last)
      try rectify()
    }
  }
}
