/// Normalisation by neighbouring channels: ONNX's `LRN`, and torch's `local_response_norm` where the
/// size is odd.
///
/// y = x / (bias + α/size · Σ x²)^β, the sum being over `size` channels around each one. Operand: the
/// value [1, channels, …].
public struct LocalResponseNormalization: GraphOperation {
  /// The name of the kind.
  public static let name = "local_response_norm"
  /// The number of channels.
  public let size: Int
  /// The factor α.
  public let alpha: Double
  /// The exponent β.
  public let beta: Double
  /// What is added to the sum.
  public let bias: Double

  /// Describes a normalisation.
  public init(size: Int, alpha: Double = 1e-4, beta: Double = 0.75, bias: Double = 1) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }

  /// What kind of result it gives.
  public var role: OperationRole { .normalization }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    guard shape.rank >= 2, size >= 1 else { throw error("\(shape) has no channels") }
    return shape
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    OperationCost(
      flops: Double(output.count * (2 * size + 4)), numbers: 2 * Double(output.count))
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] && bias > 0 && alpha >= 0 }
}

extension LocalResponseNormalization: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    OperandLayouts(all: .channelsLast, count: 1)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output, scratch) = (binding.value(0), binding.output, binding.scratch)
    let width = output.shape[1]
    let pixels = output.dimension / width
    let (before, after) = ((size - 1) / 2, size / 2)
    let (rate, beta, bias) = (Scalar(alpha) / Scalar(size), Scalar(beta), Scalar(bias))
    // For each entry what it is multiplied by, and that over the sum.
    scratch.reserve(2 * output.dimension)
    return Kernel(
      forward: {
        let room = scratch.numbers(2 * output.dimension)
        for image in 0..<output.images {
          let (value, result) = (source.value(ofImage: image), output.value(ofImage: image))
          for pixel in 0..<pixels {
            let numbers = value.part(pixel * width, width)
            for channel in 0..<width {
              var sum = bias
              for other in max(0, channel - before)...min(width - 1, channel + after) {
                sum += rate * numbers[other] * numbers[other]
              }
              let (place, factor) = (pixel * width + channel, Scalar.power(sum, -beta))
              room[place] = factor
              room[output.dimension + place] = 2 * rate * beta * factor / sum
              result[place] = numbers[channel] * factor
            }
          }
          for vector in 1..<max(1, output.vectors) {
            let (tangent, result) = (
              source.vector(vector, ofImage: image), output.vector(vector, ofImage: image)
            )
            for pixel in 0..<pixels {
              let (numbers, moves) = (
                value.part(pixel * width, width), tangent.part(pixel * width, width)
              )
              for channel in 0..<width {
                var sum: Scalar = 0
                for other in max(0, channel - before)...min(width - 1, channel + after) {
                  sum += numbers[other] * moves[other]
                }
                let place = pixel * width + channel
                result[place] =
                  moves[channel] * room[place]
                  - numbers[channel] * room[output.dimension + place] * sum
              }
            }
          }
        }
      },
      backward: binding.gradients.map { gradients in
        {
          for image in 0..<output.images {
            let (value, gradient) = (
              source.value(ofImage: image), gradients.output.value(ofImage: image)
            )
            let own = gradients.value(0).value(ofImage: image)
            for pixel in 0..<pixels {
              let (numbers, moves) = (
                value.part(pixel * width, width), gradient.part(pixel * width, width)
              )
              let result = own.part(pixel * width, width)
              for channel in 0..<width {
                let others = max(0, channel - before)...min(width - 1, channel + after)
                var sum = bias
                for other in others { sum += rate * numbers[other] * numbers[other] }
                let factor = Scalar.power(sum, -beta)
                result[channel] += moves[channel] * factor
                let slope = 2 * rate * beta * factor / sum * numbers[channel] * moves[channel]
                for other in others { result[other] -= slope * numbers[other] }
                for vector in 1..<max(1, gradients.vectors) {
                  let tangent = source.vector(vector, ofImage: image).part(pixel * width, width)
                  let change = gradients.output.vector(vector, ofImage: image)[
                    pixel * width + channel]
                  let next = gradients.value(0).vector(vector, ofImage: image).part(
                    pixel * width, width)
                  var move: Scalar = 0
                  for other in others { move += 2 * rate * numbers[other] * tangent[other] }
                  let turn = -beta * factor / sum * move
                  next[channel] += change * factor + moves[channel] * turn
                  let ratio = 2 * rate * beta / sum
                  let slopeTangent =
                    ratio
                    * (turn * numbers[channel] * moves[channel]
                      + factor * tangent[channel] * moves[channel]
                      + factor * numbers[channel] * change)
                    - slope * move / sum
                  for other in others {
                    next[other] -= slopeTangent * numbers[other] + slope * tangent[other]
                  }
                }
              }
            }
          }
        }
      })
  }
}
