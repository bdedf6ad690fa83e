import NetworkGraphs
import ONNX
import TestSupport
import Testing

extension ONNXBuilder {
  /// The network.
  func network(external: [String: [UInt8]] = [:]) throws(ONNXError) -> ONNXNetwork {
    try ONNXNetwork(ONNXBytes(name: "test.onnx", main: bytes, external: external))
  }
}

/// What a network makes of an image, in double precision and in the order of the shape.
func outputs(
  of network: ONNXNetwork, _ image: [Double], value name: String? = nil, isExact: Bool = true
) throws -> [Double] {
  let name = try #require(name ?? network.outputs.first)
  let built = try network.graph(of: [name], isExact: isExact)
  let value = try #require(built.values[name])
  let evaluator = try Evaluator<Double>(
    built.graph, parameters: built.parameters, representations: [value], images: 1, vectors: 1)
  evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
  var result: [Double] = []
  try evaluator.run { result = $0.vector(0, ofImage: 0) }
  return result
}

/// Numbers between −1 and 1 that look random and are the same every time.
func numbers(_ count: Int, seed: Int = 1) -> [Double] {
  (0..<count).map { index in
    let wave = Double(index * 7 + seed * 13) * 0.7390851332151607
    return 2 * (wave - wave.rounded(.down)) - 1
  }
}
