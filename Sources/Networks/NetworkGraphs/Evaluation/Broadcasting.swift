extension EvaluatedOperation {
  /// The order in which the largest value lies, if all values have as many sides as the result.
  func broadcastLayouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    let values = operands.indices.filter { !operands[$0].isParameter }
    let ranks = Set(operands.map(\.shape.rank))
    let largest = values.max {
      (operands[$0].shape.count, $1) < (operands[$1].shape.count, $0)
    }
    let rank = ranks.max() ?? 0
    let isAlike = values.allSatisfy { operands[$0].shape.rank == rank }
    let layout = isAlike ? largest.map { offered[$0] } ?? .logical : .logical
    return OperandLayouts(all: layout, count: operands.count)
  }
}

extension GraphOperation {
  /// The shape of two operands together.
  func broadcastPair(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard operands.count == 2, let shape = Shape.broadcast(operands.map(\.shape)) else {
      throw error("shapes do not fit: \(operands.map(\.shape.description).joined(separator: ", "))")
    }
    return shape
  }
}

extension OperandShape {
  /// The number of channels of a value, if a parameter has one number for each or one for all of them.
  ///
  /// Channels are the value's last axis in memory. Nil if the parameter is another one.
  func channelCount(of value: Shape, _ layout: DataLayout) -> Int? {
    guard isParameter, shape.rank <= value.rank,
      let channels = layout.axes(rank: value.rank).last
    else { return nil }
    let sides = shape.padded(toRank: value.rank)
    let isVector = sides.indices.allSatisfy { sides[$0] == 1 || $0 == channels }
    guard isVector, sides[channels] == 1 || sides[channels] == value[channels] else { return nil }
    return value[channels]
  }
}

/// One number as many.
func repeated(_ numbers: [Double], count: Int) -> [Double] {
  numbers.count == 1 ? Array(repeating: numbers[0], count: count) : numbers
}

/// An operand whose entries are repeated along some axes of a result.
struct BroadcastTerm<Scalar: GraphScalar> {
  private let tensor: Tensor<Scalar>?
  private let parameter: HeldParameter<Scalar>
  private let loop: StridedLoop

  init(
    _ operand: BoundOperand<Scalar>, of output: Tensor<Scalar>,
    _ gradients: BoundGradients<Scalar>?
  ) {
    let shape: Shape
    let strides: [Int]
    switch operand {
    case .value(let value):
      (tensor, parameter) = (value, HeldParameter(nil, count: 0, gradients))
      (shape, strides) = (value.shape, value.layout.strides(of: value.shape))
    case .parameter(let binding):
      (tensor, parameter) = (nil, HeldParameter(binding, count: binding.shape.count, gradients))
      (shape, strides) = (binding.shape, DataLayout.logical.strides(of: binding.shape))
    }
    let rank = output.shape.rank
    let missing = rank - shape.rank
    let axes = output.layout.axes(rank: rank)
    let own = output.layout.strides(of: output.shape)
    loop = StridedLoop(
      axes.map { output.shape[$0] }, axes.map { own[$0] },
      axes.map { axis in
        axis < missing || shape[axis - missing] == 1 ? 0 : strides[axis - missing]
      }, axes.map { _ in 0 })
  }

  /// Takes over the numbers of a parameter, or a direction of it.
  func load(_ parameters: any ParameterSource, _ vector: Int) { parameter.load(parameters, vector) }

  /// Whether there is such a vector: parameters have tangents only if they have directions.
  @inline(__always) func has(_ vector: Int) -> Bool { tensor != nil || vector < parameter.vectors }

  /// One vector of an image; the numbers of a parameter.
  @inline(__always) func vector(_ vector: Int, ofImage image: Int) -> Numbers<Scalar> {
    tensor?.vector(vector, ofImage: image) ?? parameter.vector(vector)
  }

  /// The adjoint of repeating: adds each entry of a result to that of the operand.
  @inline(__always) func collect(_ result: Numbers<Scalar>, into numbers: Numbers<Scalar>) {
    let (run, step) = (loop.run, loop.steps.1)
    loop.eachRun { place, target, _ in
      let part = result.part(place, run)
      switch step {
      case 0: numbers[target] += part.sum()
      case 1:
        let own = numbers.part(target, run)
        own.set(own, part) { $0 + $1 }
      default:
        for entry in 0..<run { numbers[target + entry * step] += part[entry] }
      }
    }
  }

  /// Sets each entry of a result to a function of itself and of the operand's entry.
  @inline(__always) func combine(
    _ numbers: Numbers<Scalar>, into result: Numbers<Scalar>,
    _ function: (Scalar, Scalar) -> Scalar
  ) {
    let (run, step) = (loop.run, loop.steps.1)
    loop.eachRun { target, place, _ in
      let part = result.part(target, run)
      switch step {
      case 0:
        let number = numbers[place]
        part.set(part) { function($0, number) }
      case 1: part.set(part, numbers.part(place, run), function)
      default:
        for entry in 0..<run {
          part[entry] = function(part[entry], numbers[place + entry * step])
        }
      }
    }
  }
}

/// Two operands whose entries are repeated along some axes of a result.
struct BroadcastPair<Scalar: GraphScalar> {
  let left: BroadcastTerm<Scalar>
  let right: BroadcastTerm<Scalar>
  private let output: Tensor<Scalar>

  init(_ binding: Binding<Scalar>) {
    output = binding.output
    left = BroadcastTerm(binding.operands[0], of: output, binding.gradients)
    right = BroadcastTerm(binding.operands[1], of: output, binding.gradients)
  }

  /// A kernel that computes one vector after the other, the value first.
  ///
  /// - Parameters:
  ///   - compute: gets the operands' vectors, nil being zeros (the tangents of a parameter), the
  ///     result, and the image's place.
  ///   - gradients: where gradients lie.
  ///   - scratch: room for a vector of the result.
  ///   - differentiate: adds to the gradients of the left and the right operand of an image, or to
  ///     tangents of these, what follows from those of the result; gets the room.
  @inline(__always) func kernel(
    _ compute:
      @escaping (
        _ left: Numbers<Scalar>?, _ right: Numbers<Scalar>?, _ result: Numbers<Scalar>, _ image: Int
      ) -> Void,
    gradients: BoundGradients<Scalar>?, _ scratch: Scratch<Scalar>,
    differentiate:
      @escaping (
        _ left: Numbers<Scalar>, _ right: Numbers<Scalar>, _ vector: Int, _ image: Int,
        _ room: Numbers<Scalar>
      ) -> Void
  ) -> Kernel {
    if gradients != nil { scratch.reserve(output.dimension) }
    return Kernel(
      load: { parameters, vector in
        left.load(parameters, vector)
        right.load(parameters, vector)
      },
      forward: {
        for image in 0..<output.images {
          for vector in 0..<output.vectors {
            compute(
              left.has(vector) ? left.vector(vector, ofImage: image) : nil,
              right.has(vector) ? right.vector(vector, ofImage: image) : nil,
              output.vector(vector, ofImage: image), image)
          }
        }
      },
      backward: gradients.map { gradients in
        {
          let room = scratch.numbers(output.dimension)
          for image in 0..<output.images {
            for vector in 0..<gradients.vectors {
              differentiate(
                gradients.numbers(0, vector, ofImage: image),
                gradients.numbers(1, vector, ofImage: image), vector, image, room)
            }
          }
        }
      })
  }
}
