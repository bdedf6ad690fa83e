/// The way back through a pass that adds values and a bias and rectifies.
struct PointwiseGradients<Scalar: GraphScalar> {
  private let gradients: BoundGradients<Scalar>
  private let output: Tensor<Scalar>
  private let isNegative: [Bool]
  private let isGate: Bool
  private let hasBias: Bool
  private let width: Int
  private let channels: Int
  private let scratch: Scratch<Scalar>

  /// Prepares the way back.
  ///
  /// - Parameters:
  ///   - gradients: those of the source, of the values that are added, and of the bias.
  ///   - output: what the pass writes.
  ///   - isNegative: for each value that is added, whether it is subtracted instead.
  ///   - isGate: whether the result is rectified.
  ///   - bias: what is added to channels.
  ///   - width: how many channels are summed in one loop, a multiple of how many there are.
  ///   - channels: how many there are.
  ///   - scratch: memory for these sums.
  init(
    _ gradients: BoundGradients<Scalar>, _ output: Tensor<Scalar>, isNegative: [Bool], isGate: Bool,
    bias: ParameterBinding?, width: Int, channels: Int, _ scratch: Scratch<Scalar>
  ) {
    (self.gradients, self.output, self.isNegative) = (gradients, output, isNegative)
    self.isGate = isGate
    (hasBias, self.width, self.channels, self.scratch) = (bias != nil, width, channels, scratch)
    scratch.reserve(gradients.vectors * width)
  }

  /// Closes the result's gradient where the result is 0, in place, and hands it on.
  func run() {
    let sumsBias = hasBias && gradients.state.wantsParameters
    let sums = scratch.numbers(gradients.vectors * width)
    if sumsBias { sums.fill(0) }
    for image in 0..<output.images {
      for vector in 0..<gradients.vectors {
        let gradient = gradients.output.vector(vector, ofImage: image)
        if isGate {
          gradient.set(gradient, output.value(ofImage: image)) { $0.closed(by: $1) }
        }
        for place in 0...isNegative.count {
          let own = gradients.value(place).vector(vector, ofImage: image)
          // A head finds its gradient where the pass does.
          guard !own.isSame(as: gradient) else { continue }
          switch (place > 0 && isNegative[place - 1], gradients.isFirst[place]) {
          case (false, true): own.copy(gradient)
          case (false, false): own.set(own, gradient) { $0 + $1 }
          case (true, true): own.set(gradient) { -$0 }
          case (true, false): own.set(own, gradient) { $0 - $1 }
          }
        }
        if sumsBias { add(gradient, to: sums.part(vector * width, width)) }
      }
    }
    guard sumsBias else { return }
    for vector in 0..<gradients.vectors {
      let own = gradients.parameter(isNegative.count + 1, vector)
      for first in stride(from: vector * width, to: (vector + 1) * width, by: channels) {
        own.addBriefly(sums.part(first, channels))
      }
    }
  }

  /// Adds the channels of each pixel to those of sums, which are repeated.
  private func add(_ gradient: Numbers<Scalar>, to sums: Numbers<Scalar>) {
    for first in stride(from: 0, to: gradient.count, by: width) {
      let count = min(width, gradient.count - first)
      let target = sums.part(0, count)
      target.set(target, gradient.part(first, count)) { $0 + $1 }
    }
  }
}
