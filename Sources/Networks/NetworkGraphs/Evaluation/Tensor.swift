internal import OneDNN

/// A value's numbers while a graph is evaluated: the value of each image and the tangents at it.
///
/// The vectors of an image, its value and then its tangents, lie one behind the other, and images
/// likewise.
struct Tensor<Scalar: GraphScalar> {
  let shape: Shape
  let layout: DataLayout
  let images: Int
  let vectors: Int
  let numbers: Numbers<Scalar>

  /// The number of entries of a vector.
  var dimension: Int { shape.count }
  /// The sides in the order in which they lie in memory.
  var sides: [Int] { layout.sides(of: shape) }

  /// One vector of an image; 0 is the value.
  @inline(__always) func vector(_ vector: Int, ofImage image: Int) -> Numbers<Scalar> {
    numbers.part((image * vectors + vector) * dimension, dimension)
  }

  /// The value of an image.
  @inline(__always) func value(ofImage image: Int) -> Numbers<Scalar> {
    vector(0, ofImage: image)
  }

  /// A vector of an image in double precision, in the order of the shape.
  func widened(_ vector: Int, ofImage image: Int) -> [Double] {
    let numbers = self.vector(vector, ofImage: image)
    var values = [Double](repeating: 0, count: dimension)
    Scalar.widen(
      unsafe UnsafeBufferPointer(start: numbers.start, count: dimension).span, into: &values, at: 0)
    guard layout == .channelsLast, shape.rank >= 3 else { return values }
    // Pixels × channels become channels × pixels.
    let channels = shape[1]
    let pixels = dimension / channels
    var ordered = values
    for channel in 0..<channels {
      for pixel in 0..<pixels {
        ordered[channel * pixels + pixel] = values[pixel * channels + channel]
      }
    }
    return ordered
  }

  /// How often an axis repeats what lies behind it: the counts of entries before it, of it, and
  /// behind it, in memory.
  func split(at axis: Int) -> (outer: Int, side: Int, inner: Int) {
    let order = layout.axes(rank: shape.rank)
    let place = order.firstIndex(of: axis) ?? 0
    return (
      order[..<place].reduce(1) { $0 * shape[$1] }, shape[axis],
      order[(place + 1)...].reduce(1) { $0 * shape[$1] }
    )
  }

  /// An image with channels: its height and width (1 where it has none), and its channels, which lie
  /// together.
  var image: (height: Int, width: Int, channels: Int) {
    let sides = shape.sides
    return (
      sides.count >= 4 ? sides[2] : 1, sides.count >= 3 ? sides[sides.count - 1] : 1, sides[1]
    )
  }
}

/// A parameter that an operation reads.
struct ParameterBinding {
  let id: ParameterID
  let shape: Shape
}

/// What an operand is bound to.
enum BoundOperand<Scalar: GraphScalar> {
  case value(Tensor<Scalar>)
  case parameter(ParameterBinding)
}

/// Where an operation finds what it computes with, prepared once.
struct Binding<Scalar: GraphScalar> {
  let operands: [BoundOperand<Scalar>]
  let output: Tensor<Scalar>
  let scratch: Scratch<Scalar>
  /// What the result's channels are multiplied by behind the operation; only heads of a pointwise
  /// chain are asked.
  var channelScale: ((any ParameterSource) -> [Double]?)?
  /// What these numbers follow from; empty if there are none.
  var scaleKey: [ChannelChain.ScaleKey] = []
  /// The vectors that are computed at a time, by heads and by what follows them; all at once if nil.
  var chunks: VectorChunks?
  /// Where gradients lie; nil if none are wanted.
  var gradients: BoundGradients<Scalar>?

  var images: Int { output.images }
  var vectors: Int { output.vectors }

  /// What nodes have in common that share a convolution with this weight.
  func key(
    _ shape: ImageConvolutionShape, _ weight: ParameterBinding
  ) -> PreparedConvolutions<Scalar>.Key {
    .init(shape: shape, weight: weight.id, scale: scaleKey)
  }

  /// An operand that is a value.
  func value(_ index: Int) -> Tensor<Scalar> {
    guard case .value(let tensor) = operands[index] else {
      preconditionFailure("operand \(index) is a parameter")
    }
    return tensor
  }

  /// An operand that is a parameter; nil if there is no such operand.
  func parameter(_ index: Int) -> ParameterBinding? {
    guard index < operands.count, case .parameter(let parameter) = operands[index] else {
      return nil
    }
    return parameter
  }
}

/// Where a node finds the gradient of its output, and what it adds to.
///
/// Gradients are those of the values of images, and behind them, if these are wanted, their tangents,
/// one for each tangent of the values. They have the order of entries of their values. A kernel adds
/// its part, or overwrites what is there where `isFirst` says so.
struct BoundGradients<Scalar: GraphScalar> {
  /// The gradients of the operands, nil for parameters.
  let operands: [Tensor<Scalar>?]
  let output: Tensor<Scalar>
  /// The gradients of parameters and their tangents, in the order of their shapes; nil for values.
  let parameters: [Numbers<Scalar>?]
  /// Whether the gradient of a value is undefined before; only operations that can overwrite it, and
  /// passes, are asked to.
  let isFirst: [Bool]
  /// Whether a value depends on no parameter.
  let isInput: [Bool]
  let state: EvaluationState<Scalar>

  /// Whether the gradient of a value is wanted.
  func wants(_ index: Int) -> Bool { state.wantsInput || !isInput[index] }

  /// The number of vectors of a gradient, itself and its tangents.
  var vectors: Int { output.vectors }

  /// The gradient of an operand that is a value.
  func value(_ index: Int) -> Tensor<Scalar> {
    guard let tensor = operands[index] else {
      preconditionFailure("operand \(index) is a parameter")
    }
    return tensor
  }

  /// The gradient of a parameter, or a tangent of it.
  @inline(__always) func parameter(_ index: Int, _ vector: Int = 0) -> Numbers<Scalar> {
    guard let numbers = parameters[index] else {
      preconditionFailure("operand \(index) is a value")
    }
    let count = numbers.count / vectors
    return numbers.part(vector * count, count)
  }

  /// The gradient of an operand for one image, or a tangent of it, be it a value's or a parameter's.
  @inline(__always) func numbers(
    _ index: Int, _ vector: Int = 0, ofImage image: Int
  ) -> Numbers<Scalar> {
    operands[index]?.vector(vector, ofImage: image) ?? parameter(index, vector)
  }
}

/// What evaluations with gradients do differently from run to run.
final class EvaluationState<Scalar: GraphScalar> {
  /// Whether batch normalisation uses the statistics of the batch instead of given ones.
  var usesBatchStatistics = false
  /// Whether gradients of values that depend on no parameter are wanted.
  var wantsInput = true
  /// Whether gradients of parameters are wanted; kernels that take most of the time ask.
  var wantsParameters = true
  /// The given statistics, which move while those of batches are used.
  var statistics: [(parameter: ParameterID, numbers: Numbers<Scalar>)] = []
}

/// What all kernels of an evaluation share: memory that they use while they run, one after the other, and
/// convolutions.
final class Scratch<Scalar: GraphScalar> {
  /// The convolutions that are prepared.
  let convolutions = PreparedConvolutions<Scalar>()
  private(set) var count = 0
  private var memory: NumberMemory<Scalar>?

  /// Asks for room, while kernels are prepared.
  func reserve(_ count: Int) { self.count = max(self.count, count) }

  /// Makes the room.
  func allocate() { memory = NumberMemory(count: count) }

  /// The first numbers of the room, undefined.
  func numbers(_ count: Int) -> Numbers<Scalar> {
    guard let memory else { preconditionFailure("scratch memory is used before it is there") }
    return memory.numbers.part(0, count)
  }
}

/// A prepared computation of a node.
final class Kernel {
  /// Takes over parameters, at first and whenever they change: vector 0; and directions of them, if
  /// gradients have tangents.
  var load: (any ParameterSource, _ vector: Int) throws -> Void
  /// Computes the output, the value and all tangents.
  var forward: () throws -> Void
  /// Computes one chunk of vectors, from its first one on; of heads and of what follows them.
  var forwardChunk: ((Int) throws -> Void)?
  /// Adds to the gradients of operands what follows from that of the output; nil without gradients.
  var backward: (() throws -> Void)?

  init(
    load: @escaping (any ParameterSource, _ vector: Int) throws -> Void = { _, _ in },
    forward: @escaping () throws -> Void, forwardChunk: ((Int) throws -> Void)? = nil,
    backward: (() throws -> Void)? = nil
  ) {
    (self.load, self.forward) = (load, forward)
    (self.forwardChunk, self.backward) = (forwardChunk, backward)
  }
}
