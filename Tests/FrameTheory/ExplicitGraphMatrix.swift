public import NetworkGraphs

/// The induced frame of a graph as an explicit matrix, for small sizes: the definition, pixel by pixel.
///
/// Each value is a matrix for each thing that it is linear in: the image, or a unit. Nothing here is shared
/// with the statistics or with the search for units, which are given by name.
public struct ExplicitGraphMatrix {
  /// A matrix, row-major.
  struct Matrix {
    let height: Int
    let width: Int
    var values: [Double]

    init(height: Int, width: Int) {
      (self.height, self.width) = (height, width)
      values = [Double](repeating: 0, count: height * width)
    }

    static func identity(_ order: Int) -> Matrix {
      var matrix = Matrix(height: order, width: order)
      for index in 0..<order { matrix[index, index] = 1 }
      return matrix
    }

    subscript(row: Int, column: Int) -> Double {
      get { values[row * width + column] }
      set { values[row * width + column] = newValue }
    }

    /// The product with a matrix on the left, given as its entries that are not zero.
    func mapped(height: Int, _ entries: [(row: Int, column: Int, value: Double)]) -> Matrix {
      var result = Matrix(height: height, width: width)
      for entry in entries {
        for column in 0..<width {
          result[entry.row, column] += entry.value * self[entry.column, column]
        }
      }
      return result
    }
  }

  /// A value: by source, −1 for the image; and, of an operator's value, what was read and by which matrix.
  private struct Value {
    var maps: [Int: Matrix]
    var operation: Matrix?
    var read: [Int: Matrix] = [:]
  }

  private typealias Entries = [(row: Int, column: Int, value: Double)]

  /// The rows of the frame.
  public private(set) var dimension = 0
  /// The columns of the frame.
  public private(set) var count = 0
  /// The columns one behind the other, before they are normalised.
  public private(set) var values: [Double] = []

  /// Builds the matrix.
  ///
  /// - Parameters:
  ///   - graph: the network, of square images or of vectors.
  ///   - numbers: its parameters.
  ///   - units: the names of the values that are units.
  ///   - isSynthesis: whether the frame has the synthesis form.
  public init(
    _ graph: Graph, _ numbers: GraphParameters, units: [String], isSynthesis: Bool = false
  ) {
    var found: [Value?] = [
      Value(maps: [-1: .identity(graph[graph.input].shape.count)])
    ]
    var unitValues: [Value] = []
    var sizes: [Int] = []
    for node in graph.nodes {
      let operands = node.operands.compactMap { operand -> Value? in
        if case .value(let value) = operand { found[value.index] } else { nil }
      }
      guard !operands.isEmpty,
        let value = Self.value(of: node, operands, graph, numbers)
      else {
        found.append(nil)
        continue
      }
      guard units.contains(graph[node.output].name) else {
        found.append(value)
        continue
      }
      let size = graph[node.output].shape.count
      found.append(Value(maps: [unitValues.count: .identity(size)]))
      unitValues.append(value)
      sizes.append(size)
    }
    precondition(unitValues.count == units.count, "every unit is a value")
    assemble(unitValues, sizes, image: graph[graph.input].shape.count, isSynthesis)
  }

  private mutating func assemble(
    _ units: [Value], _ sizes: [Int], image: Int, _ isSynthesis: Bool
  ) {
    var starts: [Int] = []
    for size in sizes {
      starts.append(count)
      count += size
    }
    var entries: Entries = []
    for (index, unit) in units.enumerated() {
      guard let map = unit.maps[-1] else { continue }
      for row in 0..<map.height {
        for column in 0..<map.width {
          entries.append((column, starts[index] + row, map[row, column]))
        }
      }
    }
    dimension = image
    for (index, unit) in units.enumerated() {
      let others = (isSynthesis ? unit.read : unit.maps).filter { $0.key >= 0 }
      guard !others.isEmpty else { continue }
      if isSynthesis, let operation = unit.operation {
        for row in 0..<operation.height {
          for column in 0..<operation.width {
            entries.append((dimension + column, starts[index] + row, operation[row, column]))
          }
        }
      } else {
        for row in 0..<sizes[index] { entries.append((dimension + row, starts[index] + row, 1)) }
      }
      for (source, map) in others {
        for row in 0..<map.height {
          for column in 0..<map.width {
            entries.append((dimension + row, starts[source] + column, -map[row, column]))
          }
        }
      }
      dimension += isSynthesis ? unit.operation?.width ?? 0 : sizes[index]
    }
    values = [Double](repeating: 0, count: dimension * count)
    for entry in entries { values[entry.row + entry.column * dimension] += entry.value }
  }

  // MARK: Operations

  private static func value(
    of node: Graph.Node, _ operands: [Value], _ graph: Graph, _ numbers: GraphParameters
  ) -> Value? {
    let output = graph[node.output].shape
    func parameter(_ place: Int) -> [Double] {
      guard case .parameter(let id) = node.operands[place] else { return [] }
      return numbers[id]?.doubles ?? []
    }
    func linear(_ entries: Entries) -> Value {
      Value(
        maps: operands[0].maps.mapValues { $0.mapped(height: output.count, entries) },
        operation: operands[0].operation?.mapped(height: output.count, entries),
        read: operands[0].read)
    }
    guard case .value(let source) = node.operands[0] else { return nil }
    let input = graph[source].shape
    switch node.operation {
    case let convolution as Convolution:
      let entries = entries(convolution, parameter(1), input, output)
      let identity = Matrix.identity(input.count)
      return Value(
        maps: operands[0].maps.mapValues { $0.mapped(height: output.count, entries) },
        operation: identity.mapped(height: output.count, entries), read: operands[0].maps)
    case is Linear:
      let weight = unitRows(parameter(1), output.count)
      let entries: Entries = weight.enumerated().map {
        ($0.offset / input.count, $0.offset % input.count, $0.element)
      }
      return Value(
        maps: operands[0].maps.mapValues { $0.mapped(height: output.count, entries) },
        operation: Matrix.identity(input.count).mapped(height: output.count, entries),
        read: operands[0].maps)
    case is BatchNormalization:
      // Behind an operator that nobody else reads it is a part of it.
      let readers = graph.nodes.reduce(0) { $0 + $1.operands.count { $0 == .value(source) } }
      guard let own = graph[source].node, graph.nodes[own].operation is Convolution, readers == 1
      else { return operands[0] }
      let pixels = output.count / output[1]
      let scale = parameter(1)
      return linear((0..<output.count).map { ($0, $0, scale[$0 / pixels] < 0 ? -1 : 1) })
    case is Activation, is ParametricReLU: return operands[0]
    case is Zeros: return Value(maps: [:])
    case is Reshape where output.count == input.count && input[2] * input[3] == 1:
      return operands[0]
    case is Sum:
      var maps = operands[0].maps
      for operand in operands.dropFirst() {
        for (source, map) in operand.maps {
          guard var own = maps[source] else {
            maps[source] = map
            continue
          }
          for index in own.values.indices { own.values[index] += map.values[index] }
          maps[source] = own
        }
      }
      return Value(maps: maps)
    case is Concatenation:
      // Channels are the first of what varies, so values stand one behind the other.
      var maps: [Int: Matrix] = [:]
      var first = 0
      for operand in operands {
        let height = operand.maps.values.first?.height ?? 0
        for (source, map) in operand.maps {
          var own = maps[source] ?? Matrix(height: output.count, width: map.width)
          for row in 0..<height {
            for column in 0..<map.width { own[first + row, column] += map[row, column] }
          }
          maps[source] = own
        }
        first += height
      }
      return Value(maps: maps)
    case let pool as MaxPool:
      let (window, size) = (pool.window, input[2])
      return linear(
        windows(input, output) { place in
          let middle = (window.kernel[0] - 1) / 2 * window.dilations[0]
          let start = window.strides[0] * place - window.paddingBefore[0]
          return [(start + middle + 10 * size) % size]
        }.map { ($0.row, $0.column, 1) })
    case let pool as AveragePool:
      let (window, size) = (pool.window, input[2])
      let share = 1 / Double(window.kernel[0] * window.kernel[0])
      return linear(
        windows(input, output) { place in
          let start = window.strides[0] * place - window.paddingBefore[0]
          return (0..<window.kernel[0]).map {
            (start + $0 * window.dilations[0] + 10 * size) % size
          }
        }.map { ($0.row, $0.column, share) })
    case let slice as Slice:
      var starts = [0, 0, 0, 0]
      var steps = [1, 1, 1, 1]
      for range in slice.ranges {
        (starts[range.axis], steps[range.axis]) = (range.start, range.step)
      }
      return linear(
        (0..<output.count).map { index in
          let (channel, pixel) = (index / (output[2] * output[3]), index % (output[2] * output[3]))
          let row = starts[2] + steps[2] * (pixel / output[3])
          let column = starts[3] + steps[3] * (pixel % output[3])
          return (index, ((channel + starts[1]) * input[2] + row) * input[3] + column, 1)
        })
    case let pad as Pad:
      return linear((0..<input.count).map { ($0 + pad.before[1] * input[2] * input[3], $0, 1) })
    default: return nil
    }
  }

  /// The pairs of pixels that a window ties, for each channel.
  private static func windows(
    _ input: Shape, _ output: Shape, _ places: (Int) -> [Int]
  ) -> [(row: Int, column: Int)] {
    var pairs: [(row: Int, column: Int)] = []
    for channel in 0..<output[1] {
      for row in 0..<output[2] {
        for column in 0..<output[3] {
          for y in places(row) {
            for x in places(column) {
              pairs.append(
                (
                  (channel * output[2] + row) * output[3] + column,
                  (channel * input[2] + y) * input[3] + x
                ))
            }
          }
        }
      }
    }
    return pairs
  }

  private static func entries(
    _ convolution: Convolution, _ numbers: [Double], _ input: Shape, _ output: Shape
  ) -> Entries {
    let (window, size) = (convolution.window, input[2])
    let kernel = window.kernel[0]
    let weight = unitRows(numbers, output[1])
    let perGroup = (rows: output[1] / convolution.groups, columns: input[1] / convolution.groups)
    var entries: Entries = []
    for k in 0..<output[1] {
      for c in 0..<perGroup.columns {
        let channel = k / perGroup.rows * perGroup.columns + c
        for row in 0..<output[2] {
          for column in 0..<output[3] {
            for tap in 0..<kernel * kernel {
              let y =
                (window.strides[0] * row - window.paddingBefore[0]
                  + tap / kernel * window.dilations[0] + 10 * size) % size
              let x =
                (window.strides[0] * column - window.paddingBefore[0]
                  + tap % kernel * window.dilations[0] + 10 * size) % size
              entries.append(
                (
                  (k * output[2] + row) * output[3] + column, (channel * size + y) * size + x,
                  weight[(k * perGroup.columns + c) * kernel * kernel + tap]
                ))
            }
          }
        }
      }
    }
    return entries
  }

  private static func unitRows(_ numbers: [Double], _ rows: Int) -> [Double] {
    let length = numbers.count / rows
    var values = numbers
    for row in 0..<rows {
      let range = row * length..<(row + 1) * length
      let norm = values[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      for index in range { values[index] /= norm }
    }
    return values
  }
}
