import Foundation
import NetworkGraphs
import Testing

/// An operation with its options and operands, and what PyTorch computes of them; made by
/// `analysis/benchmarks/operation_cases.py`.
struct OperationCase: Decodable, Sendable, CustomTestStringConvertible {
  struct Operand: Decodable {
    let shape: [Int]
    /// The numbers of a parameter; nil for a value.
    let numbers: [Double]?
  }

  struct Image: Decodable {
    /// For each operand that is a value.
    let values: [[Double]]
    /// For each direction a vector of each value.
    let directions: [[[Double]]]
    let output: [Double]
    /// For each direction.
    let tangents: [[Double]]
  }

  /// The options of all operations, each of which has some of them.
  struct Options: Decodable {
    var function: String?
    var kernel: [Int]?
    var strides: [Int]?
    var dilations: [Int]?
    var before: [Int]?
    var after: [Int]?
    var groups: Int?
    var ceil: Bool?
    var counts: Bool?
    var axis: Int?
    var axes: [Int]?
    var epsilon: Double?
    var size: Int?
    var alpha: Double?
    var beta: Double?
    var bias: Double?
    var kind: String?
    var keeps: Bool?
    var constant: Double?
    var ranges: [[Int]]?
    var order: [Int]?
    var shape: [Int]?
    var indices: [Int]?
    var indexShape: [Int]?
    var block: Int?
    var channelFirst: Bool?
    var transposed: Bool?
    var transposesLeft: Bool?
    var transposesRight: Bool?
    var factor: Double?
    var heads: Int?
    var sides: [Int]?
    var mean: [Double]?
    var deviation: [Double]?
  }

  let options: Options
  let operands: [Operand]
  let shape: [Int]
  let images: [Image]
  var operation = ""
  var place = 0

  private enum CodingKeys: CodingKey { case options, operands, shape, images }

  var testDescription: String { "\(operation) \(place)" }

  /// All cases.
  static let all: [OperationCase] = {
    guard let folder = Bundle.module.url(forResource: "Cases", withExtension: nil) else {
      return []
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return files.sorted().flatMap { file -> [OperationCase] in
      let name = String(file.dropLast(5))
      do {
        let data = try Data(contentsOf: folder.appending(path: file))
        let cases = try decoder.decode([OperationCase].self, from: data)
        return cases.enumerated().map { place, found in
          var found = found
          (found.operation, found.place) = (name, place)
          return found
        }
      } catch {
        fatalError("\(file): \(error)")
      }
    }
  }()

  /// The operation.
  func make() -> any GraphOperation {
    switch operation {
    case "convolution": Convolution(window, groups: options.groups ?? 1)
    case "transposed_convolution":
      TransposedConvolution(window, groups: options.groups ?? 1, sides: options.sides ?? [])
    case "linear": Linear(isTransposed: options.transposed ?? false)
    case "batch_norm": BatchNormalization(epsilon: options.epsilon ?? 0)
    case "input_norm":
      InputNormalization(mean: options.mean ?? [], deviation: options.deviation ?? [])
    case "layer_norm":
      LayerNormalization(axis: options.axis ?? -1, epsilon: options.epsilon ?? 0)
    case "group_norm":
      GroupNormalization(groups: options.groups ?? 1, epsilon: options.epsilon ?? 0)
    case "rms_norm": RMSNormalization(axis: options.axis ?? -1, epsilon: options.epsilon ?? 0)
    case "local_response_norm":
      LocalResponseNormalization(
        size: options.size ?? 1, alpha: options.alpha ?? 0, beta: options.beta ?? 0,
        bias: options.bias ?? 0)
    case "activation": Activation(function)
    case "prelu": ParametricReLU()
    case "softmax": Softmax(axis: options.axis ?? -1)
    case "max_pool": MaxPool(window, isCeil: options.ceil ?? false)
    case "average_pool":
      AveragePool(window, isCeil: options.ceil ?? false, countsPadding: options.counts ?? false)
    case "reduce":
      Reduction(
        options.kind == "mean" ? .mean : .sum, axes: options.axes ?? [],
        keepsAxes: options.keeps ?? true)
    case "add": Sum()
    case "subtract": Difference()
    case "multiply": Product()
    case "divide": Quotient()
    case "concatenate": Concatenation(axis: options.axis ?? 1)
    case "slice":
      Slice(
        (options.ranges ?? []).map { .init(axis: $0[0], start: $0[1], end: $0[2], step: $0[3]) })
    case "pad":
      Pad(
        before: options.before ?? [], after: options.after ?? [], constant: options.constant ?? 0)
    case "transpose": Transpose(options.order ?? [])
    case "reshape": Reshape(Shape(options.shape ?? []))
    case "expand": Expand(Shape(options.shape ?? []))
    case "zeros": Zeros()
    case "gather":
      Gather(
        axis: options.axis ?? 0, indices: options.indices ?? [],
        indexShape: options.indexShape.map { Shape($0) })
    case "depth_to_space":
      DepthToSpace(block: options.block ?? 1, isChannelFirst: options.channelFirst ?? false)
    case "space_to_depth":
      SpaceToDepth(block: options.block ?? 1, isChannelFirst: options.channelFirst ?? false)
    case "matmul":
      MatrixMultiplication(
        transposesLeft: options.transposesLeft ?? false,
        transposesRight: options.transposesRight ?? false, factor: options.factor ?? 1)
    case "attention": Attention(heads: options.heads ?? 1)
    default: fatalError("there is no operation \(operation)")
    }
  }

  private var window: Window {
    Window(
      kernel: options.kernel ?? [], strides: options.strides, dilations: options.dilations,
      paddingBefore: options.before, paddingAfter: options.after)
  }

  private var function: ScalarFunction {
    switch options.function {
    case "relu": .relu
    case "leaky_relu": .leakyReLU(slope: 0.1)
    case "clip": .clip(minimum: -0.5, maximum: 1.25)
    case "relu6": .clip(minimum: 0, maximum: 6)
    case "elu": .elu(alpha: 0.7)
    case "gelu": .gelu
    case "gelu_tanh": .geluTanh
    case "silu": .silu
    case "hard_swish": .hardSwish
    case "hard_sigmoid": .hardSigmoid(alpha: 0.2, beta: 0.5)
    case "mish": .mish
    case "erf": .erf
    case "sigmoid": .sigmoid
    case "tanh": .tanh
    case "softplus": .softplus
    case "exponential": .exponential
    case "absolute": .absolute
    case "negative": .negative
    case "square": .power(2)
    case "cube": .power(3)
    case "power": .power(1.7)
    case "square_root": .squareRoot
    case "logarithm": .logarithm
    case "reciprocal": .reciprocal
    case "identity": .identity
    default: fatalError("there is no function \(options.function ?? "")")
    }
  }

  /// A graph whose input holds the operation's values side by side, and its only other operations are
  /// those that cut them out.
  func graph() throws -> (graph: Graph, parameters: GraphParameters, output: ValueID) {
    let shapes = operands.filter { $0.numbers == nil }.map { Shape($0.shape) }
    var parameters = GraphParameters()
    var graph: Graph
    var values: [ValueID] = []
    if shapes.count == 1 {
      graph = Graph(shape: shapes[0])
      values = [graph.input]
    } else {
      graph = Graph(shape: [1, shapes.reduce(0) { $0 + $1.count }])
      var start = 0
      for shape in shapes {
        let part = try graph.add(
          Slice([.init(axis: 1, start: start, end: start + shape.count)]), of: graph.input)
        values.append(try graph.add(Reshape(shape), of: part))
        start += shape.count
      }
    }
    var place = 0
    let operands = operands.map { operand -> NetworkGraphs.Operand in
      guard let numbers = operand.numbers else {
        place += 1
        return .value(values[place - 1])
      }
      let parameter = graph.addParameter("p", shape: Shape(operand.shape))
      parameters[parameter] = .double(numbers)
      return .parameter(parameter)
    }
    let output = try graph.add(make(), operands)
    return (graph, parameters, output)
  }
}
