/// Batch normalisation: torch's `batch_norm`.
///
/// y = γ (x − mean) / √(variance + ε) + β for each channel, axis 1. Operands: the value, then γ, β, the
/// mean and the variance, each [channels], which are given; unless an evaluation of gradients
/// `usesBatchStatistics`: then they are those of the batch, all images and pixels, gradients go through
/// them, and the given ones move towards them, with the variance of n numbers multiplied by n / (n − 1).
public struct BatchNormalization: GraphOperation {
  /// The name of the kind.
  public static let name = "batch_norm"
  /// What is added to variances.
  public let epsilon: Double
  /// The share of the way to those of a batch that given statistics move.
  public let momentum: Double

  /// Describes a normalisation.
  public init(epsilon: Double = 1e-5, momentum: Double = 0.1) {
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// What kind of result it gives.
  public var role: OperationRole { .normalization }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    guard operands.count == 5, !operands[0].isParameter,
      operands.dropFirst().allSatisfy(\.isParameter)
    else { throw error("it is applied to a value, a scale, a bias, a mean and a variance") }
    let value = operands[0].shape
    guard value.rank >= 2, operands.dropFirst().allSatisfy({ $0.shape.count == value[1] }) else {
      throw error("its statistics do not fit the channels of \(value)")
    }
    return value
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .channelScale(operand: 1) }
}

extension BatchNormalization: ChannelMapped {
  var readsOwnResult: Bool { false }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    guard let gradients = binding.gradients else { return step(binding).prepare(binding) }
    let (output, width) = (binding.output, binding.output.shape[1])
    let batch = ChannelNormalization(
      binding, groups: width, epsilon: epsilon, together: output.images)
    let given = GivenNormalization(binding, gradients, epsilon: epsilon)
    let state = gradients.state
    state.statistics += given.statistics
    let (momentum, spread) = (
      Scalar(momentum), Scalar(batch.samples) / Scalar(max(1, batch.samples - 1))
    )
    return Kernel(
      load: { parameters, vector in
        given.load(parameters, vector)
        batch.load(parameters, vector)
      },
      forward: {
        guard state.usesBatchStatistics else {
          given.forward()
          return
        }
        batch.forward { means, variances in
          let (mean, variance) = (given.mean, given.variance)
          mean.set(mean, means) { $0 + momentum * ($1 - $0) }
          variance.set(variance, variances) { $0 + momentum * (spread * $1 - $0) }
        }
      },
      backward: { if state.usesBatchStatistics { batch.backward() } else { given.backward() } })
  }

  var map: ChannelMap {
    ChannelMap(operands: [1, 2, 3, 4]) { [epsilon] numbers in
      let scale = zip(numbers[0], numbers[3]).map { $0 / ($1 + epsilon).squareRoot() }
      let shift = numbers[1].indices.map { numbers[1][$0] - numbers[2][$0] * scale[$0] }
      return (scale, shift)
    }
  }
}

/// A normalisation by given statistics with gradients of the value, γ and β.
private struct GivenNormalization<Scalar: GraphScalar> {
  private let source: Tensor<Scalar>
  private let output: Tensor<Scalar>
  private let gradients: BoundGradients<Scalar>
  private let scratch: Scratch<Scalar>
  /// γ, β, the mean and the variance.
  private let held: [HeldParameter<Scalar>]
  private let rates: NumberMemory<Scalar>
  private let epsilon: Scalar
  private let width: Int

  init(_ binding: Binding<Scalar>, _ gradients: BoundGradients<Scalar>, epsilon: Double) {
    (source, output, scratch) = (binding.value(0), binding.output, binding.scratch)
    self.gradients = gradients
    self.epsilon = Scalar(epsilon)
    width = output.shape[1]
    let count = width
    held = (1..<5).map { HeldParameter(binding.parameter($0), count: count, gradients) }
    rates = NumberMemory(count: width)
    scratch.reserve(width)
  }

  var mean: Numbers<Scalar> { held[2].vector(0) }
  var variance: Numbers<Scalar> { held[3].vector(0) }

  /// The statistics' parameters with their numbers.
  var statistics: [(parameter: ParameterID, numbers: Numbers<Scalar>)] {
    held[2...].compactMap { held in held.binding.map { ($0.id, held.vector(0)) } }
  }

  func load(_ parameters: any ParameterSource, _ vector: Int) {
    for numbers in held { numbers.load(parameters, vector) }
    rates.numbers.set(variance) { 1 / ($0 + epsilon).squareRoot() }
  }

  func forward() {
    let unit = scratch.numbers(width)
    for image in 0..<output.images {
      for vector in 0..<output.vectors {
        let (values, numbers) = (
          source.value(ofImage: image), source.vector(vector, ofImage: image)
        )
        let result = output.vector(vector, ofImage: image)
        for first in stride(from: 0, to: result.count, by: width) {
          let part = result.part(first, width)
          if vector == 0 {
            unit.set(values.part(first, width), mean, apart: rates.numbers) { ($0 - $1) * $2 }
            part.set(unit, held[0].vector(0), apart: held[1].vector(0)) { $0 * $1 + $2 }
            continue
          }
          part.set(numbers.part(first, width), rates.numbers, apart: held[0].vector(0)) {
            $0 * $1 * $2
          }
          guard vector < gradients.vectors else { continue }
          unit.set(values.part(first, width), mean, apart: rates.numbers) { ($0 - $1) * $2 }
          part.set(part, unit, apart: held[0].vector(vector)) { $0 + $1 * $2 }
          part.set(part, held[1].vector(vector)) { $0 + $1 }
        }
      }
    }
  }

  func backward() {
    let unit = scratch.numbers(width)
    let (gammas, rates) = (held[0].vector(0), rates.numbers)
    for image in 0..<source.images {
      let (value, plain) = (source.value(ofImage: image), gradients.output.value(ofImage: image))
      for vector in 0..<gradients.vectors {
        let gradient = gradients.output.vector(vector, ofImage: image)
        let own = gradients.value(0).vector(vector, ofImage: image)
        let (forGamma, forBeta) = (gradients.parameter(1, vector), gradients.parameter(2, vector))
        for first in stride(from: 0, to: gradient.count, by: width) {
          let part = gradient.part(first, width)
          unit.set(value.part(first, width), mean, apart: rates) { ($0 - $1) * $2 }
          forGamma.set(forGamma, part, apart: unit) { $0 + $1 * $2 }
          forBeta.set(forBeta, part) { $0 + $1 }
          unit.set(part, gammas, apart: rates) { $0 * $1 * $2 }
          let target = own.part(first, width)
          target.set(target, unit) { $0 + $1 }
          guard vector > 0 else { continue }
          unit.set(source.vector(vector, ofImage: image).part(first, width), rates) { $0 * $1 }
          forGamma.set(forGamma, plain.part(first, width), apart: unit) { $0 + $1 * $2 }
          unit.set(plain.part(first, width), held[0].vector(vector), apart: rates) {
            $0 * $1 * $2
          }
          target.set(target, unit) { $0 + $1 }
        }
      }
    }
  }
}
