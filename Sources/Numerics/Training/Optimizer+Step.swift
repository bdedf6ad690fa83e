internal import Foundation
internal import NetworkGraphs

extension Optimizer {
  /// A step along a gradient.
  struct Step<Scalar: GraphScalar> {
    /// Its number, from 1.
    var number: Int
    /// The step size η.
    var rate: Double
    /// The weight decay λ.
    var decay = 0.0
    /// The places of the parameters that decay, from 0.
    var decayed = 0..<0
    /// What the gradient is multiplied by first.
    var factor: Scalar = 1
  }

  /// Moves the parameters along the mean gradient of a batch.
  func move<Scalar>(
    _ state: inout DescentState<Scalar>, along gradient: [Scalar], _ step: Step<Scalar>
  ) {
    let count = gradient.count
    precondition(
      state.parameters.count == count && state.moments.count == momentCount * count,
      "a gradient of another network")
    precondition(
      step.decayed.lowerBound == 0 && step.decayed.upperBound <= count,
      "a decay of what is not there")
    unsafe state.parameters.withUnsafeMutableBufferPointer { parameters in
      unsafe state.moments.withUnsafeMutableBufferPointer { moments in
        unsafe gradient.withUnsafeBufferPointer { gradient in
          guard let w = parameters.baseAddress, let m = moments.baseAddress,
            let g = gradient.baseAddress
          else { return }
          func move(_ places: Range<Int>, decay: Double) {
            switch self {
            case .sgd(let momentum, let isNesterov):
              unsafe Self.descend(
                w, m, g, places, step, decay: Scalar(decay), momentum: Scalar(momentum),
                isNesterov: isNesterov)
            case .adamW(let beta1, let beta2, let epsilon):
              unsafe Self.adapt(
                w, m, m + count, g, places, step, decay: decay, (beta1, beta2, epsilon))
            }
          }
          move(step.decayed, decay: step.decay)
          move(step.decayed.upperBound..<count, decay: 0)
        }
      }
    }
  }

  private static func descend<Scalar>(
    _ w: UnsafeMutablePointer<Scalar>, _ v: UnsafeMutablePointer<Scalar>,
    _ g: UnsafePointer<Scalar>, _ places: Range<Int>, _ step: Step<Scalar>, decay: Scalar,
    momentum: Scalar, isNesterov: Bool
  ) {
    let (rate, factor) = (Scalar(step.rate), step.factor)
    if isNesterov {
      for place in places {
        let slope = unsafe factor * g[place] + decay * w[place]
        let speed = unsafe momentum * v[place] + slope
        unsafe v[place] = speed
        unsafe w[place] -= rate * (slope + momentum * speed)
      }
    } else {
      for place in places {
        let speed = unsafe momentum * v[place] + factor * g[place] + decay * w[place]
        unsafe v[place] = speed
        unsafe w[place] -= rate * speed
      }
    }
  }

  private static func adapt<Scalar>(
    _ w: UnsafeMutablePointer<Scalar>, _ m: UnsafeMutablePointer<Scalar>,
    _ v: UnsafeMutablePointer<Scalar>, _ g: UnsafePointer<Scalar>, _ places: Range<Int>,
    _ step: Step<Scalar>, decay: Double, _ settings: (beta1: Double, beta2: Double, epsilon: Double)
  ) {
    let (beta1, beta2) = (Scalar(settings.beta1), Scalar(settings.beta2))
    let (fresh1, fresh2) = (Scalar(1 - settings.beta1), Scalar(1 - settings.beta2))
    let (epsilon, factor) = (Scalar(settings.epsilon), step.factor)
    let (kept, number) = (Scalar(1 - step.rate * decay), Double(step.number))
    let rate = Scalar(step.rate / (1 - pow(settings.beta1, number)))
    let scale = Scalar(1 / (1 - pow(settings.beta2, number)).squareRoot())
    for place in places {
      let slope = unsafe factor * g[place]
      let mean = unsafe beta1 * m[place] + fresh1 * slope
      let square = unsafe beta2 * v[place] + fresh2 * (slope * slope)
      unsafe m[place] = mean
      unsafe v[place] = square
      unsafe w[place] = kept * w[place] - rate * mean / (scale * square.squareRoot() + epsilon)
    }
  }
}
