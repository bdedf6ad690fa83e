import OneDNN
import TestSupport
import Testing

@Suite("Convolutions of any shape, and products")
struct ImageConvolutionTests {
  /// Random shapes: groups, dilation, strides of kernels of one tap, uneven sides and padding.
  static func shape(seed: Int) -> ImageConvolutionShape {
    var generator = SeededGenerator(seed: UInt64(seed))
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    func pair(_ range: ClosedRange<Int>) -> ImageConvolutionShape.Pair {
      .init(number(range), number(range))
    }
    let groups = number(0...2) == 0 ? number(1...20) : 1
    // Many networks have one channel a group, and widths that are no multiple of a vector's.
    let (inputs, outputs) =
      groups > 1 ? (number(1...3), number(1...3)) : (number(1...40), number(1...40))
    let kernel = number(0...2) == 0 ? .init(1, 1) : pair(1...5)
    let dilation = pair(1...2)
    let before = pair(0...2)
    let after = pair(0...2)
    let input = ImageConvolutionShape.Pair(
      max(1, dilation.height * (kernel.height - 1) + 1 - before.height - after.height)
        + number(0...7),
      max(1, dilation.width * (kernel.width - 1) + 1 - before.width - after.width) + number(0...7))
    return ImageConvolutionShape(
      images: number(1...5), inputChannels: groups * inputs, outputChannels: groups * outputs,
      groups: groups, input: input, kernel: kernel, stride: pair(1...3), dilation: dilation,
      paddingBefore: before, paddingAfter: after)
  }

  @Test(
    "Every shape agrees with the sums that define it, and nothing else is written",
    arguments: 0..<160)
  func bruteForce(seed: Int) throws {
    let shape = Self.shape(seed: seed)
    var generator = SeededGenerator(seed: UInt64(10_000 + seed))
    let images: [Float] = generator.numbers(shape.inputCount)
    let weights: [Float] = generator.numbers(shape.weightCount)
    let convolution = try MemoryGuards.watching { try ImageConvolution(shape) }
    try unsafe convolution.setWeights(weights)
    let (source, target) = (
      Guarded(images), Guarded([Float](repeating: .nan, count: shape.outputCount))
    )
    // What is computed does not depend on what was computed before.
    for _ in 0..<2 { try unsafe convolution.correlate(source.start, into: target.start) }
    #expect(source.isWhole && target.isWhole, "\(convolution.kernel)")
    #expect(source.numbers == images)
    let terms = Double(shape.weightCount / shape.outputChannels + 1)
    #expect(
      areClose(
        target.numbers.map(Double.init), Self.sums(shape, images: images, weights: weights),
        absolute: terms * 0x1p-23), "\(convolution.kernel) \(shape)")
  }

  @Test(
    "Adjoint and derivative are readings of one trilinear form, and nothing else is written",
    arguments: 0..<160)
  func trilinear(seed: Int) throws {
    let shape = Self.shape(seed: seed)
    var generator = SeededGenerator(seed: UInt64(20_000 + seed))
    let images: [Float] = generator.numbers(shape.inputCount)
    var weights: [Float] = []
    let responses: [Float] = generator.numbers(shape.outputCount)
    let derivative = try MemoryGuards.watching { try ImageConvolutionDerivative(shape) }
    let (source, answer) = (Guarded(images), Guarded(responses))
    let spread = Guarded([Float](repeating: .nan, count: shape.inputCount))
    let gradient = Guarded([Float](repeating: .nan, count: shape.weightCount))
    // The second round sees that a new weight reaches the adjoint.
    for _ in 0..<2 {
      weights = generator.numbers(shape.weightCount)
      try unsafe derivative.setWeights(weights)
      try unsafe derivative.spread(answer.start, into: spread.start)
      try unsafe derivative.differentiate(source.start, answer.start, into: gradient.start)
    }
    let names = derivative.kernels
    #expect(source.isWhole && answer.isWhole && spread.isWhole && gradient.isWhole, "\(names)")
    func product(_ left: [Float], _ right: [Float]) -> Double {
      zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let sums = Self.sums(shape, images: images, weights: weights)
    let form = zip(responses, sums).reduce(0) { $0 + Double($1.0) * $1.1 }
    let terms = Double(shape.weightCount / shape.outputChannels + 1)
    let bound = terms * Double(shape.outputCount) * 0x1p-23
    #expect(isClose(form, product(spread.numbers, images), absolute: bound), "\(names) \(shape)")
    #expect(isClose(form, product(gradient.numbers, weights), absolute: bound), "\(names) \(shape)")
  }

  @Test(
    "Products with a weight are sums of products, and nothing else is written",
    arguments: [1, 3, 35],
    [(1, 1), (5, 17), (33, 4), (64, 64)])
  func products(rows: Int, sides: (inputs: Int, outputs: Int)) throws {
    var generator = SeededGenerator(seed: UInt64(rows))
    let (inputs, outputs) = sides
    let values: [Float] = generator.numbers(rows * inputs)
    let weights: [Float] = generator.numbers(outputs * inputs)
    let product = try MemoryGuards.watching {
      try RowProduct(rows: rows, inputs: inputs, outputs: outputs)
    }
    try unsafe product.setWeights(weights)
    let (source, target) = (
      Guarded(values), Guarded([Float](repeating: .nan, count: rows * outputs))
    )
    try unsafe product.multiply(source.start, into: target.start)
    #expect(source.isWhole && target.isWhole, "\(product.kernel)")
    let other = Guarded([Float](repeating: .nan, count: rows * outputs))
    try unsafe MatrixProduct.compute(
      transposesB: true, rows: rows, columns: outputs, inner: inputs, values, leadingOfA: inputs,
      weights, leadingOfB: inputs, other.start, leadingOfC: outputs)
    #expect(other.isWhole)
    let expected = (0..<rows * outputs).map { place in
      (0..<inputs).reduce(0.0) { sum, input in
        sum + Double(values[place / outputs * inputs + input])
          * Double(weights[place % outputs * inputs + input])
      }
    }
    let bound = Double(inputs + 1) * 0x1p-23
    #expect(areClose(target.numbers.map(Double.init), expected, absolute: bound))
    #expect(areClose(other.numbers.map(Double.init), expected, absolute: bound))
  }

  private static func sums(
    _ shape: ImageConvolutionShape, images: [Float], weights: [Float]
  ) -> [Double] {
    let (inputs, outputs) = (
      shape.inputChannels / shape.groups, shape.outputChannels / shape.groups
    )
    var result: [Double] = []
    for place in 0..<shape.outputCount {
      let channel = place % shape.outputChannels
      let column = place / shape.outputChannels % shape.output.width
      let row = place / shape.outputChannels / shape.output.width % shape.output.height
      let image = place / shape.outputChannels / shape.output.width / shape.output.height
      var sum = 0.0
      for tapRow in 0..<shape.kernel.height {
        for tapColumn in 0..<shape.kernel.width {
          let y = row * shape.stride.height + tapRow * shape.dilation.height
          let x = column * shape.stride.width + tapColumn * shape.dilation.width
          let (top, left) = (y - shape.paddingBefore.height, x - shape.paddingBefore.width)
          guard (0..<shape.input.height).contains(top), (0..<shape.input.width).contains(left)
          else { continue }
          let pixel = (image * shape.input.height + top) * shape.input.width + left
          for input in 0..<inputs {
            let read = pixel * shape.inputChannels + channel / outputs * inputs + input
            let weight = (channel * inputs + input) * shape.kernel.height + tapRow
            sum +=
              Double(images[read]) * Double(weights[weight * shape.kernel.width + tapColumn])
          }
        }
      }
      result.append(sum)
    }
    return result
  }
}

/// Numbers between two zones that nobody may write into.
@safe private final class Guarded {
  private static let mark: Float = 1.25e-30
  private static let zone = 256
  private let room: UnsafeMutableBufferPointer<Float>
  private let count: Int

  init(_ numbers: [Float]) {
    count = numbers.count
    unsafe room = .allocate(capacity: numbers.count + 2 * Self.zone)
    let zone = [Float](repeating: Self.mark, count: Self.zone)
    _ = unsafe room.initialize(fromContentsOf: zone + numbers + zone)
  }

  deinit { unsafe room.deallocate() }

  var start: UnsafeMutablePointer<Float> {
    guard let start = unsafe room.baseAddress else { fatalError("no memory") }
    return unsafe start + Self.zone
  }

  var numbers: [Float] { unsafe Array(room[Self.zone..<Self.zone + count]) }

  /// Whether both zones are as they were.
  var isWhole: Bool {
    unsafe room[..<Self.zone].allSatisfy { $0 == Self.mark }
      && room[(Self.zone + count)...].allSatisfy { $0 == Self.mark }
  }
}
