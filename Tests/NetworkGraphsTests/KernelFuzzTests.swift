import Foundation
import OneDNN
import TestSupport
import Testing

@testable import NetworkGraphs

/// Draws shapes for every kind of computation that oneDNN does here, and looks for writes beside all
/// buffers, its scratch memory included, and for values that differ from those of double precision.
///
/// `Scripts/fuzz-kernels.sh` runs it for many more shapes and under each instruction set:
/// `FRAMESWEEP_FUZZ_SHAPES` and `FRAMESWEEP_FUZZ_SEED` say how many and which.
@Suite("Kernels on shapes that are drawn", .serialized)
struct KernelFuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seed = environment["FRAMESWEEP_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
  private static let count = environment["FRAMESWEEP_FUZZ_SHAPES"].flatMap(Int.init) ?? 120

  /// A shape: mostly small, with every fourth kernel of 1 and strided, where oneDNN's own kernels fail.
  private static func shape(_ random: inout SeededGenerator) -> ImageConvolutionShape {
    let isWide = Int.random(in: 0..<8, using: &random) == 0
    let isPoint = Int.random(in: 0..<4, using: &random) == 0
    let groups =
      Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 2...3, using: &random) : 1
    let channels = isWide ? 1...130 / groups : 1...40 / groups
    let sizes = 1...(isWide ? 9 : 13)
    var pairs: [(input: Int, kernel: Int, stride: Int, dilation: Int, before: Int, after: Int)] = []
    for _ in 0..<2 {
      let size = Int.random(in: sizes, using: &random)
      let kernel = isPoint ? 1 : Int.random(in: 1...min(9, size + 2), using: &random)
      let dilation = size > 2 * kernel ? Int.random(in: 1...2, using: &random) : 1
      let reach = dilation * (kernel - 1)
      let before = Int.random(in: 0...min(reach, size), using: &random) / 2
      let room = max(0, reach + 1 - size - before)
      let after = room + Int.random(in: 0...max(0, reach / 2 - room), using: &random)
      pairs.append(
        (
          size, kernel, Int.random(in: isPoint ? 2...4 : 1...4, using: &random), dilation, before,
          after
        ))
    }
    func pair(_ value: (Int) -> Int) -> ImageConvolutionShape.Pair { .init(value(0), value(1)) }
    return ImageConvolutionShape(
      images: Int.random(in: 1...(isWide ? 2 : 9), using: &random),
      inputChannels: groups * Int.random(in: channels, using: &random),
      outputChannels: groups * Int.random(in: channels, using: &random), groups: groups,
      input: pair { pairs[$0].input }, kernel: pair { pairs[$0].kernel },
      stride: pair { pairs[$0].stride }, dilation: pair { pairs[$0].dilation },
      paddingBefore: pair { pairs[$0].before }, paddingAfter: pair { pairs[$0].after })
  }

  @Test(
    "Convolutions write nothing beside their memory, and agree with products in double precision")
  func convolutions() throws {
    var random = SeededGenerator(seed: Self.seed)
    var counts: [String: Int] = [:]
    for _ in 0..<Self.count {
      let shape = Self.shape(&random)
      try MemoryGuards.watching { try compare(shape, &random) }
      let isPoint = shape.kernel == .init(1, 1) && shape.stride != .init(1, 1)
      counts[isPoint ? "subsampled" : shape.groups > 1 ? "grouped" : "others", default: 0] += 1
    }
    print(
      "\(Self.count) shapes of seed \(Self.seed) on \(OneDNNLibrary.instructionSet): "
        + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
  }

  /// Sums of `terms` products of numbers up to 1 in single precision, in any order.
  private func expectClose(
    _ found: [Float], _ expected: [Double], terms: Int, _ what: String,
    _ shape: ImageConvolutionShape
  ) {
    #expect(
      areClose(found.map(Double.init), expected, absolute: Double(terms + 1) * 0x1p-22),
      "\(what) of \(shape): off by \(largestDistance(found.map(Double.init), expected))")
  }

  private func compare(_ shape: ImageConvolutionShape, _ random: inout SeededGenerator) throws {
    let taps = shape.kernel.height * shape.kernel.width
    let weights: [Float] = random.numbers(shape.weightCount)
    var images = GuardedNumbers(random.numbers(shape.inputCount))
    var responses = GuardedNumbers(random.numbers(shape.outputCount))
    var correlated = GuardedNumbers([Float](repeating: .nan, count: shape.outputCount))
    var spread = GuardedNumbers([Float](repeating: .nan, count: shape.inputCount))
    var gradient = GuardedNumbers([Float](repeating: .nan, count: shape.weightCount))
    let convolution = try Float.library.convolution(shape)
    let derivative = try Float.library.convolutionDerivative(shape)
    try unsafe convolution.setWeights(weights)
    try unsafe derivative.setWeights(weights)
    try unsafe images.withNumbers { images in
      try unsafe correlated.withNumbers { try unsafe convolution.correlate(images, into: $0) }
      try unsafe responses.withNumbers { responses in
        try unsafe spread.withNumbers { try unsafe derivative.spread(responses, into: $0) }
        try unsafe gradient.withNumbers {
          try unsafe derivative.differentiate(images, responses, into: $0)
        }
      }
    }
    let areIntact = [images, responses, correlated, spread, gradient].allSatisfy(\.isIntact)
    #expect(areIntact, "\(shape) wrote outside")

    let (exact, exactDerivative) = try (
      Double.library.convolution(shape), Double.library.convolutionDerivative(shape)
    )
    let (read, given) = (images.numbers.map(Double.init), responses.numbers.map(Double.init))
    var expected = [Double](repeating: .nan, count: shape.outputCount)
    try unsafe exact.setWeights(weights.map(Double.init))
    try unsafe exactDerivative.setWeights(weights.map(Double.init))
    try unsafe exact.correlate(read, into: &expected)
    expectClose(
      correlated.numbers, expected, terms: shape.inputChannels / shape.groups * taps,
      "a correlation", shape)
    expected = [Double](repeating: .nan, count: shape.inputCount)
    try unsafe exactDerivative.spread(given, into: &expected)
    expectClose(
      spread.numbers, expected, terms: shape.outputChannels / shape.groups * taps, "an adjoint",
      shape)
    expected = [Double](repeating: .nan, count: shape.weightCount)
    try unsafe exactDerivative.differentiate(read, given, into: &expected)
    expectClose(
      gradient.numbers, expected,
      terms: shape.images * shape.output.height * shape.output.width,
      "a derivative by the weight", shape)
  }

  @Test("Products of pairs of vectors write nothing beside their memory, and agree likewise")
  func products() throws {
    var random = SeededGenerator(seed: Self.seed &+ 1)
    for _ in 0..<Self.count {
      let (count, entries) = (
        Int.random(in: 1...70, using: &random), Int.random(in: 1...400, using: &random)
      )
      let leading = count + Int.random(in: 0...5, using: &random)
      var vectors = GuardedNumbers(random.numbers(entries * leading))
      var products = GuardedNumbers([Float](repeating: 0, count: count * count))
      try unsafe vectors.withNumbers { vectors in
        try unsafe products.withNumbers {
          try unsafe GramProduct.compute(
            count: count, entries: entries, vectors, leading: leading, into: $0)
        }
      }
      #expect(
        vectors.isIntact && products.isIntact, "\(count) vectors of \(entries): wrote outside")
      let (numbers, found) = (vectors.numbers, products.numbers)
      let row = Int.random(in: 0..<count, using: &random)
      for column in 0...row {
        let expected = (0..<entries).reduce(0.0) {
          $0 + Double(numbers[$1 * leading + row]) * Double(numbers[$1 * leading + column])
        }
        // As many roundings as entries, each of a sum that is at most as large as their number.
        let error = Double(entries * entries) * 0x1p-24
        #expect(isClose(Double(found[row * count + column]), expected, absolute: error))
      }
    }
  }

  @Test("A write beside guarded memory is seen")
  func guardsSee() {
    var numbers = GuardedNumbers([1, 2, 3])
    #expect(numbers.isIntact)
    unsafe numbers.withNumbers { unsafe $0[3] = 0 }
    #expect(!numbers.isIntact)
  }
}
