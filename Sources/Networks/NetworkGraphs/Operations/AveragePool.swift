/// The mean of a window: torch's `avg_pool2d`.
///
/// Operand: the value [1, channels, height, width] or [1, channels, length].
public struct AveragePool: GraphOperation {
  /// The name of the kind.
  public static let name = "average_pool"
  /// The window.
  public let window: Window
  /// Whether the last place may reach beyond the padded image.
  public let isCeil: Bool
  /// Whether the zeros of the padding count.
  public let countsPadding: Bool

  /// Describes pooling.
  public init(_ window: Window, isCeil: Bool = false, countsPadding: Bool = false) {
    self.window = window
    self.isCeil = isCeil
    self.countsPadding = countsPadding
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
      flops: Double(output.count * (window.kernel.reduce(1, *) + 1)),
      numbers: Double(operands[0].shape.count + output.count))
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .average(window) }
}

extension AveragePool: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts(all: .channelsLast, count: 1)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  /// How many taps count along an axis; what reaches beyond the padded image never does.
  private func count(_ window: Window, _ axis: Int, at place: Int, side: Int) -> Int {
    guard countsPadding else { return window.taps(axis, at: place, side: side).count }
    let start = place * window.strides[axis] - window.paddingBefore[axis]
    return (0..<window.kernel[axis]).count { tap in
      start + tap * window.dilations[axis] < side + window.paddingAfter[axis]
    }
  }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let (image, result, window) = (source.image, output.image, window.twoDimensional)
    let channels = image.channels
    let counts = (
      (0..<result.height).map { count(window, 0, at: $0, side: image.height) },
      (0..<result.width).map { count(window, 1, at: $0, side: image.width) }
    )
    return Kernel(
      forward: {
        for vector in 0..<output.images * output.vectors {
          let values = source.numbers.part(vector * source.dimension, source.dimension)
          let means = output.numbers.part(vector * output.dimension, output.dimension)
          for row in 0..<result.height {
            let rows = window.taps(0, at: row, side: image.height)
            for column in 0..<result.width {
              let mean = means.part((row * result.width + column) * channels, channels)
              mean.fill(0)
              for tapRow in rows {
                let y =
                  row * window.strides[0] - window.paddingBefore[0] + tapRow * window.dilations[0]
                for tapColumn in window.taps(1, at: column, side: image.width) {
                  let x =
                    column * window.strides[1] - window.paddingBefore[1]
                    + tapColumn * window.dilations[1]
                  mean.set(mean, values.part((y * image.width + x) * channels, channels)) {
                    $0 + $1
                  }
                }
              }
              let share = 1 / Scalar(counts.0[row] * counts.1[column])
              mean.set(mean) { $0 * share }
            }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          let (from, to) = (gradients.output, gradients.value(0))
          for vector in 0..<from.images * from.vectors {
            let means = from.numbers.part(vector * from.dimension, from.dimension)
            let values = to.numbers.part(vector * to.dimension, to.dimension)
            for place in 0..<result.height * result.width {
              let (row, column) = (place / result.width, place % result.width)
              let mean = means.part(place * channels, channels)
              let share = 1 / Scalar(counts.0[row] * counts.1[column])
              for tapRow in window.taps(0, at: row, side: image.height) {
                let y =
                  row * window.strides[0] - window.paddingBefore[0] + tapRow * window.dilations[0]
                for tapColumn in window.taps(1, at: column, side: image.width) {
                  let x =
                    column * window.strides[1] - window.paddingBefore[1]
                    + tapColumn * window.dilations[1]
                  let part = values.part((y * image.width + x) * channels, channels)
                  part.set(part, mean) { $0 + share * $1 }
                }
              }
            }
          }
        }
      })
  }
}
