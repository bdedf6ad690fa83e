import Foundation
import TestSupport
import Testing

@testable import Training

/// Steps that PyTorch's optimisers took; made by `analysis/benchmarks/training_cases.py`.
struct OptimizerCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let momentum: Double
  let nesterov: Bool
  let betas: [Double]
  let epsilon: Double
  /// The decay of the first half of the parameters.
  let decay: Double
  let start: [Double]
  let gradients: [[Double]]
  let rates: [Double]
  /// The parameters after each step.
  let path: [[Double]]

  var testDescription: String {
    name == "sgd" ? "sgd \(momentum) \(nesterov)" : "adamw \(betas) \(epsilon)"
  }

  var optimizer: Optimizer {
    name == "sgd"
      ? .sgd(momentum: momentum, isNesterov: nesterov)
      : .adamW(beta1: betas[0], beta2: betas[1], epsilon: epsilon)
  }

  static let all = (try? readCases("optimizers", as: [OptimizerCase].self)) ?? []
}

/// Reads a file of the folder Cases.
func readCases<Cases: Decodable>(_ name: String, as: Cases.Type) throws -> Cases {
  let file = try #require(
    Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Cases"))
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(Cases.self, from: Data(contentsOf: file))
}

@Suite("Optimisers") struct OptimizerTests {
  @Test("There are cases") func cases() { #expect(OptimizerCase.all.count == 5) }

  @Test("Steps are those of PyTorch", arguments: OptimizerCase.all)
  func reference(_ found: OptimizerCase) {
    var double = DescentState(parameters: found.start, found.optimizer)
    var single = DescentState(parameters: found.start.map { Float($0) }, found.optimizer)
    for (place, gradient) in found.gradients.enumerated() {
      let (number, rate) = (place + 1, found.rates[place])
      found.optimizer.move(
        &double, along: gradient,
        .init(number: number, rate: rate, decay: found.decay, decayed: 0..<4))
      found.optimizer.move(
        &single, along: gradient.map { Float($0) },
        .init(number: number, rate: rate, decay: found.decay, decayed: 0..<4))
      // A few roundings in each of ten steps of numbers of the order of 1.
      #expect(areClose(double.parameters, found.path[place], absolute: 1e-13))
      #expect(areClose(single.parameters.map { Double($0) }, found.path[place], absolute: 1e-5))
    }
  }

  @Test("Momentum, decay of weights only, and a factor are exact with powers of two")
  func exact() {
    let optimizer = Optimizer.sgd(momentum: 0.5)
    var state = DescentState<Float>(parameters: [1, 2, 4], optimizer)
    state.moments = [0.5, 0, 0.25]
    optimizer.move(
      &state, along: [2, -2, 8],
      .init(number: 1, rate: 0.25, decay: 0.5, decayed: 0..<2, factor: 0.5))
    #expect(state.moments == [1.75, 0, 4.125])
    #expect(state.parameters == [0.5625, 2, 2.96875])
  }

  @Test("A factor of the gradient is a shorter gradient", arguments: OptimizerCase.all)
  func factor(_ found: OptimizerCase) {
    var (first, second) = (
      DescentState(parameters: found.start, found.optimizer),
      DescentState(parameters: found.start, found.optimizer)
    )
    for gradient in found.gradients {
      found.optimizer.move(&first, along: gradient, .init(number: 1, rate: 0.1, factor: 0.25))
      found.optimizer.move(
        &second, along: gradient.map { 0.25 * $0 }, .init(number: 1, rate: 0.1))
    }
    #expect(first == second)
  }
}
