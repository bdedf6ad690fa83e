import NetworkGraphs
import TestSupport

/// A graph of random operations of all kinds, with numbers for its parameters.
struct RandomGraph {
  private(set) var graph: Graph
  private(set) var parameters = GraphParameters()
  private var generator: SeededGenerator

  /// Makes a graph of up to so many operations that starts from a small image.
  init(seed: UInt64, operations: Int) throws {
    generator = SeededGenerator(seed: seed)
    let (channels, height, width) = (
      2 * Int.random(in: 1...4, using: &generator), Int.random(in: 2...7, using: &generator),
      Int.random(in: 2...7, using: &generator)
    )
    graph = Graph(shape: [1, channels, height, width])
    for _ in 0..<operations { try addOperation() }
  }

  /// The value that was computed last.
  var output: ValueID { graph.nodes.last?.output ?? graph.input }

  /// Vectors of some images: values and directions.
  mutating func inputs(images: Int, vectors: Int) -> [[[Double]]] {
    let count = graph[graph.input].shape.count
    return (0..<images).map { _ in (0..<vectors).map { _ in generator.numbers(count) } }
  }

  private mutating func parameter(
    _ shape: Shape, around centre: Double = 0, by spread: Double = 1
  ) -> Operand {
    let parameter = graph.addParameter("p", shape: shape)
    let numbers: [Double] = generator.numbers(shape.count)
    parameters[parameter] = .double(numbers.map { centre + spread * $0 })
    return .parameter(parameter)
  }

  /// A recent value, so that graphs are deep, with branches now and then.
  private mutating func pick() -> ValueID {
    let count = graph.values.count
    let back = Bool.random(using: &generator) ? 1 : Int.random(in: 1...4, using: &generator)
    return graph.nodes.isEmpty || count <= back
      ? graph.input : graph.nodes[max(0, count - 1 - back)].output
  }

  private mutating func addOperation() throws {
    let value = pick()
    let shape = graph[value].shape
    switch Int.random(in: 0..<24, using: &generator) {
    case 0...6: try addActivationOrSum(value, shape)
    case 7...10 where shape.rank == 4: try addConvolution(value, shape)
    case 11 where shape.rank == 4: try addTransposedConvolution(value, shape)
    case 12 where shape.rank == 4: try addPool(value, shape)
    case 13...14 where shape.rank >= 2: try addNormalization(value, shape)
    case 15: try addConstant(value, shape)
    case 16 where shape.rank == 4:
      let order = [[0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 3, 2]].randomElement(using: &generator)
      try graph.add(Transpose(order ?? [0, 1, 2, 3]), of: value)
    case 17 where shape.rank == 4 && shape[2] * shape[3] > 1:
      try graph.add(Reshape([1, shape[1], shape[2] * shape[3]]), of: value)
    case 17 where shape.rank == 3:
      try graph.add(Reshape([1, shape[1], shape[2], 1]), of: value)
    case 18 where shape.rank >= 2 && shape[1] > 1:
      let first = Int.random(in: 0..<shape[1] - 1, using: &generator)
      try graph.add(
        Slice([.init(axis: 1, start: first, end: shape[1])]), of: value)
    case 19 where shape.rank >= 2: try graph.add(Softmax(axis: -1), of: value)
    case 20 where shape.rank == 3 && shape[2].isMultiple(of: 2):
      try graph.add(Attention(heads: 2), of: value, value, value)
    case 21 where shape.rank == 4:
      let gate = try graph.add(Reduction(globalAverageOfRank: 4), of: value)
      try graph.add(Product(), of: value, try graph.add(Activation(.sigmoid), of: gate))
    case 22 where shape.rank >= 2: try addPartner(value, shape)
    case 23 where shape.rank == 4:
      let outputs = Int.random(in: 1...5, using: &generator)
      let branches = try (0..<2).map { _ in
        try graph.add(
          Convolution(Window(square: 1)),
          [.value(value), parameter([outputs, shape[1], 1, 1], by: 0.5), parameter([outputs])])
      }
      try graph.add(Activation(.relu), of: try graph.add(Sum(), of: branches[0], branches[1]))
    default:
      let outputs = Int.random(in: 1...6, using: &generator)
      try graph.add(
        Linear(),
        [
          .value(value), parameter([outputs, shape[shape.rank - 1]], by: 0.6),
          parameter([outputs]),
        ])
    }
  }

  private mutating func addActivationOrSum(_ value: ValueID, _ shape: Shape) throws {
    let alike = graph.values.indices.dropFirst().filter {
      graph.values[$0].shape == shape && $0 != value.index
    }
    if let other = alike.randomElement(using: &generator), Bool.random(using: &generator) {
      let partner = graph.nodes[other - 1].output
      let kinds: [any GraphOperation] = [Sum(), Sum(), Sum(), Difference(), Product()]
      try graph.add(kinds.randomElement(using: &generator) ?? Sum(), of: partner, value)
      return
    }
    let functions: [ScalarFunction] = [
      .relu, .relu, .relu, .gelu, .silu, .tanh, .leakyReLU(slope: 0.1),
      .clip(minimum: -0.4, maximum: 0.7), .hardSwish,
    ]
    try graph.add(
      Activation(functions.randomElement(using: &generator) ?? .relu), of: value)
  }

  private mutating func addConvolution(_ value: ValueID, _ shape: Shape) throws {
    let groups = shape[1].isMultiple(of: 2) && Bool.random(using: &generator) ? 2 : 1
    let outputs = groups * Int.random(in: 1...5, using: &generator)
    let kernel = Int.random(in: 1...3, using: &generator)
    let window = Window(
      square: kernel, stride: Int.random(in: 1...2, using: &generator), padding: kernel / 2)
    try graph.add(
      Convolution(window, groups: groups),
      [
        .value(value), parameter([outputs, shape[1] / groups, kernel, kernel], by: 0.5),
        parameter([outputs]),
      ])
  }

  private mutating func addTransposedConvolution(_ value: ValueID, _ shape: Shape) throws {
    let groups = shape[1].isMultiple(of: 2) && Bool.random(using: &generator) ? 2 : 1
    let outputs = Int.random(in: 1...4, using: &generator)
    let kernel = 2 * Int.random(in: 0...1, using: &generator) + 1
    let stride = max(shape[2], shape[3]) > 6 ? 1 : Int.random(in: 1...2, using: &generator)
    let spare = Int.random(in: 0..<stride, using: &generator)
    try graph.add(
      TransposedConvolution(
        Window(square: kernel, stride: stride, padding: kernel / 2), groups: groups,
        sides: [shape[2], shape[3]].map { ($0 - 1) * stride + 1 + spare }),
      [.value(value), parameter([shape[1], outputs, kernel, kernel], by: 0.5)])
  }

  private mutating func addPool(_ value: ValueID, _ shape: Shape) throws {
    let window = Window(
      square: min(2, shape[2], shape[3]), stride: Int.random(in: 1...2, using: &generator))
    try graph.add(
      Bool.random(using: &generator)
        ? MaxPool(window, isCeil: true) : AveragePool(window), of: value)
  }

  private mutating func addNormalization(_ value: ValueID, _ shape: Shape) throws {
    let channels = shape[1]
    if Bool.random(using: &generator) {
      try graph.add(
        BatchNormalization(),
        [
          .value(value), parameter([channels], around: 1, by: 0.5), parameter([channels]),
          parameter([channels]), parameter([channels], around: 1, by: 0.5),
        ])
    } else {
      // Means squares of what is nearly constant would make tangents huge.
      try graph.add(
        LayerNormalization(axis: 1, epsilon: 0.5),
        [
          .value(value), parameter(Shape(Array(shape.sides[1...]))),
          parameter(Shape(Array(shape.sides[1...]))),
        ])
    }
  }

  private mutating func addConstant(_ value: ValueID, _ shape: Shape) throws {
    var sides = shape.sides.map { Bool.random(using: &generator) ? $0 : 1 }
    if shape.rank == 4, Bool.random(using: &generator) { sides = [1, shape[1], 1, 1] }
    let constant = parameter(Shape(sides), around: 2, by: 0.5)
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: try graph.add(Sum(), [.value(value), constant])
    case 1: try graph.add(Product(), [constant, .value(value)])
    case 2: try graph.add(Difference(), [constant, .value(value)])
    default: try graph.add(Quotient(), [.value(value), constant])
    }
  }

  private mutating func addPartner(_ value: ValueID, _ shape: Shape) throws {
    let alike = graph.values.indices.dropFirst().filter {
      let other = graph.values[$0].shape
      return other.rank == shape.rank && other.sides.dropFirst(2) == shape.sides.dropFirst(2)
    }
    guard let other = alike.randomElement(using: &generator) else {
      try graph.add(Concatenation(axis: 1), of: value, value)
      return
    }
    try graph.add(Concatenation(axis: 1), of: graph.nodes[other - 1].output, value)
  }
}
