/// (x − mean) / deviation for each channel, axis 1, with numbers that are given and never trained: what
/// torchvision's `Normalize` does to images in front of a network.
///
/// Operand: the value.
public struct InputNormalization: GraphOperation {
  /// The name of the kind.
  public static let name = "input_norm"
  /// What is taken off each channel.
  public let mean: [Double]
  /// What each channel is divided by then, positive.
  public let deviation: [Double]

  /// Describes a normalisation; there is a mean and a deviation for each channel.
  public init(mean: [Double], deviation: [Double]) {
    (self.mean, self.deviation) = (mean, deviation)
  }

  /// Describes a normalisation of images, for a network that may read them as vectors.
  ///
  /// - Parameters:
  ///   - mean: one number, or one for each channel of an image.
  ///   - deviation: likewise.
  ///   - channels: those that the network reads; numbers are repeated if an image's channels lie in
  ///     several of them, one behind the other. Nil if the numbers do not fit.
  public init?(mean: [Double], deviation: [Double], repeatedTo channels: Int) {
    guard [mean, deviation].allSatisfy({ !$0.isEmpty && channels.isMultiple(of: $0.count) }) else {
      return nil
    }
    func spread(_ numbers: [Double]) -> [Double] {
      numbers.flatMap { Array(repeating: $0, count: channels / numbers.count) }
    }
    self.init(mean: spread(mean), deviation: spread(deviation))
  }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    guard shape.rank >= 2, mean.count == shape[1], deviation.count == shape[1] else {
      throw error(
        "\(mean.count) means and \(deviation.count) deviations do not fit the channels of \(shape)")
    }
    return shape
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .shift }
}

extension InputNormalization: ChannelMapped {
  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let width = mean.count
    let kernel = step(binding).prepare(binding)
    guard let gradients = binding.gradients else { return kernel }
    let rates = NumberMemory<Scalar>(count: width)
    for (place, number) in scale.enumerated() { rates.numbers[place] = Scalar(number) }
    let images = binding.output.images
    kernel.backward = {
      for image in 0..<images {
        for vector in 0..<gradients.vectors {
          let gradient = gradients.output.vector(vector, ofImage: image)
          let own = gradients.value(0).vector(vector, ofImage: image)
          for first in stride(from: 0, to: gradient.count, by: width) {
            let target = own.part(first, width)
            target.set(target, gradient.part(first, width), apart: rates.numbers) { $0 + $1 * $2 }
          }
        }
      }
    }
    return kernel
  }

  private var scale: [Double] { deviation.map { 1 / $0 } }

  var map: ChannelMap {
    let scale = scale
    let shift = zip(mean, scale).map { -$0 * $1 }
    return ChannelMap(operands: []) { _ in (scale, shift) }
  }
}
