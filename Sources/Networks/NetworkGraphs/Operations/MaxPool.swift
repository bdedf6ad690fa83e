/// The maximum of a window: torch's `max_pool2d`.
///
/// Padding is left out. A tangent is that of the first maximum in row order. Operand: the value [1,
/// channels, height, width] or [1, channels, length].
public struct MaxPool: GraphOperation {
  /// The name of the kind.
  public static let name = "max_pool"
  /// The window.
  public let window: Window
  /// Whether the last place may reach beyond the padded image.
  public let isCeil: Bool

  /// Describes pooling.
  public init(_ window: Window, isCeil: Bool = false) {
    self.window = window
    self.isCeil = isCeil
  }

  /// What kind of result it gives.
  public var role: OperationRole { .pooling }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    try pooledShape(operands, window, isCeil: isCeil)
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    OperationCost(
      flops: Double(output.count * window.kernel.reduce(1, *)),
      numbers: Double(operands[0].shape.count + output.count))
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .subsampling(window) }
}

extension GraphOperation {
  /// The shape of a pooled value.
  func pooledShape(
    _ operands: [OperandShape], _ window: Window, isCeil: Bool
  ) throws(GraphError) -> Shape {
    let value = try single(operands)
    guard value.rank == window.kernel.count + 2, (1...2).contains(window.kernel.count),
      let sides = window.outputSides(Array(value.sides[2...]), isCeil: isCeil)
    else { throw error("a window of \(window.kernel) does not fit \(value)") }
    for axis in window.kernel.indices {
      for place in [0, sides[axis] - 1]
      where window.taps(axis, at: place, side: value[axis + 2]).isEmpty {
        throw error("a window of \(window.kernel) lies in the padding only")
      }
    }
    return Shape([1, value[1]] + sides)
  }
}

extension MaxPool: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts(all: .channelsLast, count: 1)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let (image, result, window) = (source.image, output.image, window.twoDimensional)
    let channels = image.channels
    // The place of each maximum in the image.
    let known = NumberMemory<Int32>(
      count: output.dimension * (binding.gradients == nil ? 1 : output.images))
    let step = binding.gradients == nil ? 0 : output.dimension
    precondition(source.dimension <= Int(Int32.max), "an image of more than 2³¹ numbers")
    return Kernel(
      forward: {
        for imagePlace in 0..<output.images {
          let value = source.value(ofImage: imagePlace)
          let maxima = output.value(ofImage: imagePlace)
          let places = known.numbers.part(imagePlace * step, output.dimension)
          for row in 0..<result.height {
            let rows = window.taps(0, at: row, side: image.height)
            for column in 0..<result.width {
              let columns = window.taps(1, at: column, side: image.width)
              let first = (row * result.width + column) * channels
              let (best, found) = (maxima.part(first, channels), places.part(first, channels))
              var isFirst = true
              for tapRow in rows {
                let y =
                  row * window.strides[0] - window.paddingBefore[0] + tapRow * window.dilations[0]
                for tapColumn in columns {
                  let x =
                    column * window.strides[1] - window.paddingBefore[1]
                    + tapColumn * window.dilations[1]
                  let start = (y * image.width + x) * channels
                  let numbers = value.part(start, channels)
                  for channel in 0..<channels {
                    let number = numbers[channel]
                    // A NaN is a maximum, as in torch.
                    if isFirst || number > best[channel] || number != number {
                      best[channel] = number
                      found[channel] = Int32(truncatingIfNeeded: start + channel)
                    }
                  }
                  isFirst = false
                }
              }
            }
          }
          for vector in 1..<max(1, output.vectors) {
            let tangent = source.vector(vector, ofImage: imagePlace)
            let target = output.vector(vector, ofImage: imagePlace)
            for place in 0..<target.count { target[place] = tangent[Int(places[place])] }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          for imagePlace in 0..<output.images {
            let places = known.numbers.part(imagePlace * step, output.dimension)
            for vector in 0..<gradients.vectors {
              let gradient = gradients.output.vector(vector, ofImage: imagePlace)
              let own = gradients.value(0).vector(vector, ofImage: imagePlace)
              for place in 0..<gradient.count { own[Int(places[place])] += gradient[place] }
            }
          }
        }
      })
  }
}
