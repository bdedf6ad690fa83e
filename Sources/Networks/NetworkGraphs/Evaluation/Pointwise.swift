/// One step of what happens to a value entry by entry.
enum PointwiseStage: Sendable {
  /// Channels, the last axis in memory, are multiplied and shifted.
  case channels(ChannelMap)
  /// Another operand of the same shape is added, or subtracted.
  case sum(with: Int, isNegative: Bool)
  /// A function is applied to each entry.
  case function(ScalarFunction)
}

/// Numbers that channels are multiplied by, and numbers that are added to them, of parameters.
///
/// They are computed in double precision, whatever the evaluation's.
struct ChannelMap: Sendable {
  /// The operands that the map is computed of.
  let operands: [Int]
  /// Computes the map of these operands' numbers; nil is a scale of ones or a shift of zeros.
  let compute: @Sendable (_ numbers: [[Double]]) -> (scale: [Double]?, shift: [Double]?)
}

/// Several channel maps, one behind the other.
struct ChannelChain {
  struct Link {
    /// The operation whose map it is; nil for a head's own bias, which scales nothing.
    let operation: AnyHashable?
    let parameters: [ParameterID]
    let compute: @Sendable (_ numbers: [[Double]]) -> (scale: [Double]?, shift: [Double]?)
  }

  /// What a scale follows from: chains with equal keys multiply by equal numbers.
  struct ScaleKey: Hashable {
    let operation: AnyHashable
    let parameters: [ParameterID]
  }

  let channels: Int
  var links: [Link] = []

  var scaleKey: [ScaleKey] {
    links.compactMap { link in
      link.operation.map { ScaleKey(operation: $0, parameters: link.parameters) }
    }
  }

  /// The map that all of them are together.
  func map(_ parameters: any ParameterSource) -> (scale: [Double]?, shift: [Double]?) {
    var scale: [Double]?
    var shift: [Double]?
    for link in links {
      let next = link.compute(link.parameters.map { parameters.required($0).doubles })
      if let factors = next.scale {
        scale = scale.map { zip($0, factors).map { $0 * $1 } } ?? factors
        shift = shift.map { zip($0, factors).map { $0 * $1 } }
      }
      if let terms = next.shift { shift = shift.map { zip($0, terms).map { $0 + $1 } } ?? terms }
    }
    return (scale, shift)
  }
}

/// What happens to a value entry by entry, in one pass over its value and its tangents: channels are
/// multiplied and shifted, other values are added or subtracted, and a function is applied.
///
/// Its operands are the source, the values that are added, and a bias if that is all that happens to
/// channels; the output may be one of them. With gradients the function is a rectifier, if there is one.
struct PointwiseStep: KernelMaking {
  /// For each value that is added, whether it is subtracted instead.
  let isNegative: [Bool]
  let function: ScalarFunction?
  let channels: ChannelChain?
  /// Whether the channels are multiplied already.
  let isScaled: Bool

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    // Few channels are repeated, so that loops over them are long.
    let count = channels?.channels ?? 1
    let width = count * max(1, 256 / count)
    let bias = binding.parameter(isNegative.count + 1).map {
      HeldParameter($0, count: count, binding.gradients)
    }
    let shifted = bias?.vectors ?? 1
    let (scale, shift) = (
      NumberMemory<Scalar>(count: width), NumberMemory<Scalar>(count: shifted * width)
    )
    let state = ChannelState()
    let output = binding.output
    let isGate = function?.isGate ?? true
    let room = isGate ? 0 : output.dimension
    binding.scratch.reserve(room)
    let pass = PointwisePass(
      source: binding.value(0), sums: isNegative.indices.map { binding.value($0 + 1) },
      isNegative: isNegative, output: output, width: width)
    let (function, scratch) = (function, binding.scratch)
    let chunk = binding.chunks?.size ?? output.images * output.vectors
    /// The pass over some vectors, counted through all images.
    func run(_ vectors: Range<Int>) {
      let derivatives = scratch.numbers(room)
      for place in vectors {
        let (image, vector) = (place / output.vectors, place % output.vectors)
        pass.run(
          image, vector, scale: state.scales ? scale.numbers : nil,
          shift: state.shifts && vector < shifted ? shift.numbers.part(vector * width, width) : nil,
          function, derivatives)
      }
    }
    let backward = binding.gradients.map { gradients in
      PointwiseGradients(
        gradients, output, isNegative: isNegative, isGate: function != nil, bias: bias?.binding,
        width: width,
        channels: count, scratch)
    }
    return Kernel(
      load: { [channels, isScaled] parameters, vector in
        if let bias {
          bias.load(parameters, vector)
          let (numbers, target) = (bias.vector(vector), shift.numbers.part(vector * width, width))
          for first in stride(from: 0, to: width, by: count) {
            target.part(first, count).copy(numbers)
          }
          state.shifts = true
          return
        }
        guard let channels else { return }
        let map = channels.map(parameters)
        for place in 0..<width {
          if let numbers = map.scale { scale.numbers[place] = Scalar(numbers[place % count]) }
          if let numbers = map.shift { shift.numbers[place] = Scalar(numbers[place % count]) }
        }
        state.scales = map.scale != nil && !isScaled
        state.shifts = map.shift != nil
      },
      forward: { run(0..<output.images * output.vectors) },
      forwardChunk: { first in run(first..<first + chunk) },
      backward: backward.map { backward in { backward.run() } })
  }
}

/// Which parts of a channel map there are; known when parameters are.
private final class ChannelState {
  var scales = false
  var shifts = false
}

/// The loops of `PointwiseStep`.
private struct PointwisePass<Scalar: GraphScalar> {
  let source: Tensor<Scalar>
  let sums: [Tensor<Scalar>]
  let isNegative: [Bool]
  let output: Tensor<Scalar>
  /// The number of channels, times how often they are repeated.
  let width: Int

  /// One vector of an image.
  @inline(__always) func run(
    _ image: Int, _ vector: Int, scale: Numbers<Scalar>?, shift: Numbers<Scalar>?,
    _ function: ScalarFunction?, _ derivatives: Numbers<Scalar>
  ) {
    var target = source.vector(vector, ofImage: image)
    let result = output.vector(vector, ofImage: image)
    if let shift, scale == nil, vector == 0, let function, function.isGate,
      sums.isEmpty || sums.count == 1 && !isNegative[0]
    {
      let sum = sums.isEmpty ? nil : sums[0].vector(vector, ofImage: image)
      shiftAndGate(target, shift, sum, into: result)
      return
    }
    if scale != nil || shift != nil {
      mapChannels(of: target, into: result, scale: scale, shift: shift)
      target = result
    }
    // The function takes the last sum along.
    let isLastApart = function == nil || sums.isEmpty || isNegative[sums.count - 1]
    for place in 0..<(isLastApart ? sums.count : sums.count - 1) {
      let term = sums[place].vector(vector, ofImage: image)
      if isNegative[place] {
        result.set(target, term) { $0 - $1 }
      } else {
        result.set(target, term) { $0 + $1 }
      }
      target = result
    }
    guard let function else {
      if !target.isSame(as: result) { result.copy(target) }
      return
    }
    let last = isLastApart ? nil : sums[sums.count - 1].vector(vector, ofImage: image)
    guard !function.isGate else {
      gate(target, last, into: result, value: vector == 0 ? nil : output.value(ofImage: image))
      return
    }
    if let last {
      result.set(target, last) { $0 + $1 }
      target = result
    }
    if vector == 0 {
      function.apply(target, into: result, derivatives: derivatives)
    } else {
      result.set(target, derivatives) { $0 * $1 }
    }
  }

  /// relu of a value whose channels are shifted, and to which another one is added: what most layers
  /// do, in one loop.
  @inline(__always) private func shiftAndGate(
    _ numbers: Numbers<Scalar>, _ shift: Numbers<Scalar>, _ sum: Numbers<Scalar>?,
    into result: Numbers<Scalar>
  ) {
    for first in stride(from: 0, to: result.count, by: width) {
      let count = min(width, result.count - first)
      let (from, to) = (numbers.part(first, count), result.part(first, count))
      if let sum {
        to.set(from, sum.part(first, count), apart: shift) { ($0 + $2 + $1).rectified }
      } else {
        to.set(from, shift) { ($0 + $1).rectified }
      }
    }
  }

  /// relu of a value, or what it leaves of a tangent where the value is open.
  @inline(__always) private func gate(
    _ numbers: Numbers<Scalar>, _ sum: Numbers<Scalar>?, into result: Numbers<Scalar>,
    value: Numbers<Scalar>?
  ) {
    switch (value, sum) {
    case (nil, nil): result.set(numbers) { $0.rectified }
    case (nil, let sum?): result.set(numbers, sum) { ($0 + $1).rectified }
    case (let value?, nil): result.set(numbers, value) { $0.closed(by: $1) }
    case (let value?, let sum?): result.set(numbers, sum, apart: value) { ($0 + $1).closed(by: $2) }
    }
  }

  /// Multiplies and shifts the channels of each pixel.
  @inline(__always) private func mapChannels(
    of source: Numbers<Scalar>, into result: Numbers<Scalar>, scale: Numbers<Scalar>?,
    shift: Numbers<Scalar>?
  ) {
    for first in stride(from: 0, to: result.count, by: width) {
      let count = min(width, result.count - first)
      let (from, to) = (source.part(first, count), result.part(first, count))
      switch (scale, shift) {
      case (let scale?, let shift?): to.set(from, scale, apart: shift) { $0 * $1 + $2 }
      case (let scale?, nil): to.set(from, scale) { $0 * $1 }
      case (nil, let shift?): to.set(from, shift) { $0 + $1 }
      case (nil, nil): break
      }
    }
  }
}
