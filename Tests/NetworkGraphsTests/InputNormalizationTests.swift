import NetworkGraphs
import TestSupport
import Testing

@Suite("Networks that normalise their input")
struct InputNormalizationTests {
  @Test("A normalised network does to images what the network does to normalised images")
  func agreement() throws {
    var random = try RandomGraph(seed: 7_100, operations: 12)
    let inputs = random.inputs(images: 2, vectors: 3)
    let channels = random.graph[random.graph.input].shape[1]
    let mean = (0..<channels).map { 0.25 * Double($0) - 0.5 }
    let deviation = (0..<channels).map { 0.5 + Double($0) }
    let graph = try random.graph.normalizingInput(
      InputNormalization(mean: mean, deviation: deviation))
    let pixels = inputs[0][0].count / channels
    let normalized = inputs.map { vectors in
      vectors.enumerated().map { vector, numbers in
        numbers.enumerated().map { place, number in
          (number - (vector == 0 ? mean[place / pixels] : 0)) / deviation[place / pixels]
        }
      }
    }
    let found = try OperationTests.evaluate(
      graph, random.parameters, random.output.behindNormalization, inputs: inputs, as: Double.self)
    let expected = try OperationTests.evaluate(
      random.graph, random.parameters, random.output, inputs: normalized, as: Double.self)
    #expect(graph.value(named: random.graph[random.output].name) != nil)
    for (found, expected) in zip(found.joined(), expected.joined()) {
      // The numbers differ by rounding, which a dozen operations enlarge.
      let largest = expected.reduce(1) { max($0, $1.magnitude) }
      #expect(areClose(found, expected, absolute: 1e-10 * largest))
    }
  }

  @Test("Numbers of an image's channels are repeated if a network reads it as a vector")
  func repetition() throws {
    let found = try #require(
      InputNormalization(mean: [0.5, 1], deviation: [2], repeatedTo: 4))
    #expect(found == InputNormalization(mean: [0.5, 0.5, 1, 1], deviation: [2, 2, 2, 2]))
    #expect(InputNormalization(mean: [1, 2, 3], deviation: [1], repeatedTo: 4) == nil)
  }

  @Test("Numbers that do not fit the input are refused")
  func refusal() throws {
    let graph = Graph(shape: [1, 3, 2, 2])
    #expect(throws: GraphError.self) {
      try graph.normalizingInput(InputNormalization(mean: [0], deviation: [1]))
    }
  }
}
