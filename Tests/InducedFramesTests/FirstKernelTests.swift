import Architectures
import InducedFrames
import Testing

@Suite("Kernel of the first layer") struct FirstKernelTests {
  /// The same chain, written by the key and by a stage for its first layer.
  private static func pair(
    kernel: Int, size: Int, form: Form
  ) throws -> (key: Architecture, stages: Architecture) {
    let input = InputShape(channels: 2, size: size)
    let last = Stage(widths: [3], kernel: 1, stride: 2)
    let key = try Architecture(
      family: .chain, input: input,
      stages: [Stage(widths: [3, 4, 2], kernel: 3, stride: 2), last],
      form: form, options: [.firstKernel: .integer(kernel)])
    let stages = try Architecture(
      family: .chain, input: input,
      stages: [
        Stage(widths: [3], kernel: kernel, stride: 2), Stage(widths: [4, 2], kernel: 3, stride: 1),
        last,
      ], form: form)
    return (key, stages)
  }

  @Test(
    "A chain with the key is the chain whose first layer is a stage",
    arguments: [(1, 9), (5, 9), (5, 4), (7, 6), (3, 1)], Form.allCases)
  func chain(shape: (kernel: Int, size: Int), form: Form) throws {
    let (key, stages) = try Self.pair(kernel: shape.kernel, size: shape.size, form: form)
    #expect(key.parameterCount == stages.parameterCount)
    #expect(key.forwardFLOPs == stages.forwardFLOPs)
    var cache = StructureCache()
    #expect(FrameStructure(key, cache: &cache) == FrameStructure(stages, cache: &cache))
    #expect(StatisticsCost(key, cache: &cache) == StatisticsCost(stages, cache: &cache))
    let weights = randomWeights(of: key, seed: shape.kernel)
    #expect(weights == randomWeights(of: stages, seed: shape.kernel))
    #expect(
      "\(FrameStatistics(key, weights: weights, cache: &cache))"
        == "\(FrameStatistics(stages, weights: weights, cache: &cache))")
    let minima = [key, stages].map { ExactMinimum($0)?.framePotential }
    #expect(minima[0] == minima[1])
  }
}
