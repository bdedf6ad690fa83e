import Architectures
import Foundation
import NetworkGraphs
import TestSupport
import Testing

@testable import Networks
@testable import Training

@Suite("Trainings beside PyTorch's") struct ReferenceTrainingTests {
  /// A residual network of basic blocks with batch normalisation, as CIFAR networks are; shortcuts of
  /// option A.
  private static func residual(widths: [Int], blocks: Int) -> BuiltNetwork {
    var network = NetworkBuilder(InputShape(channels: 3, size: 32))
    func convolution(_ value: ValueID, _ width: Int, stride: Int = 1, _ name: String) -> ValueID {
      let inputs = network.graph[value].shape[1]
      let weight = network.parameter(
        "\(name).weight", [width, inputs, 3, 3], .weight, .he(fanIn: 9 * inputs))
      let response = network.add(
        Convolution.centered(3, stride: stride), [.value(value), .parameter(weight)], name: name)
      return network.batchNormalized(response, name: "\(name).norm")
    }
    func rectified(_ value: ValueID, _ name: String) -> ValueID {
      network.add(Activation(.relu), of: value, name: name)
    }
    var x = rectified(convolution(network.last, widths[0], "stem"), "stem.relu")
    for (stage, width) in widths.enumerated() {
      for block in 0..<blocks {
        let name = "block_\(stage)_\(block)"
        let stride = stage > 0 && block == 0 ? 2 : 1
        let inner = rectified(
          convolution(x, width, stride: stride, "\(name).0"), "\(name).relu")
        let branch = convolution(inner, width, "\(name).1")
        let added = width - network.graph[x].shape[1]
        if added > 0 {
          let size = network.graph[x].shape[2]
          x = network.add(
            Slice([2, 3].map { Slice.Range(axis: $0, start: 0, end: size, step: 2) }), of: x,
            name: "\(name).slice")
          x = network.add(
            Pad(before: [0, added / 2, 0, 0], after: [0, added - added / 2, 0, 0]), of: x,
            name: "\(name).pad")
        }
        let sum = network.add(Sum(), of: branch, x, name: "\(name).sum")
        x = rectified(sum, name)
      }
    }
    network.represent(x, .input)
    return network.finish(
      identity: [], features: .means(of: [1]), featureCount: widths[widths.count - 1], classes: 10)
  }

  /// A ViT: class token, learned positions, norm first, GELU.
  private static func transformer(
    size: Int, patch: Int, width: Int, blocks: Int, heads: Int, classes: Int
  ) -> BuiltNetwork {
    var network = NetworkBuilder(InputShape(channels: 3, size: size))
    func parameter(
      _ name: String, _ shape: Shape, _ role: ParameterRole = .bias
    ) -> Operand { .parameter(network.parameter(name, shape, role, .constant(0))) }
    func linear(_ value: ValueID, _ width: Int, _ name: String) -> ValueID {
      let sides = network.graph[value].shape.sides
      let weight = parameter("\(name).weight", [width, sides[sides.count - 1]], .weight)
      return network.add(
        Linear(), [.value(value), weight, parameter("\(name).bias", [width])], name: name)
    }
    func normalized(_ value: ValueID, _ name: String) -> ValueID {
      network.tokenNormalized(value, name: name, epsilon: 1e-6)
    }
    let weight = parameter("patches.weight", [width, 3, patch, patch], .weight)
    let patches = network.add(
      Convolution(Window(square: patch, stride: patch, padding: 0)),
      [.value(network.last), weight, parameter("patches.bias", [width, 1, 1])], name: "patches")
    let count = (size / patch) * (size / patch)
    var x = network.add(Reshape([1, width, count]), of: patches, name: "flat")
    x = network.add(Transpose([0, 2, 1]), of: x, name: "tokens")
    x = network.add(
      Concatenation(axis: 1), [parameter("token", [1, 1, width]), .value(x)], name: "with_token")
    x = network.add(
      Sum(), [.value(x), parameter("positions", [1, count + 1, width])], name: "embedded")
    for block in 0..<blocks {
      let name = "block_\(block)"
      let all = linear(normalized(x, "\(name).norm1"), 3 * width, "\(name).qkv")
      let parts = (0..<3).map { part in
        network.add(
          Slice([Slice.Range(axis: 2, start: part * width, end: (part + 1) * width)]), of: all,
          name: "\(name).part_\(part)")
      }
      let mixed = network.add(
        Attention(heads: heads), parts.map { .value($0) }, name: "\(name).attention")
      x = network.add(
        Sum(), of: x, linear(mixed, width, "\(name).projection"), name: "\(name).sum1")
      let inner = linear(normalized(x, "\(name).norm2"), 4 * width, "\(name).fc1")
      let active = network.add(Activation(.gelu), of: inner, name: "\(name).gelu")
      x = network.add(Sum(), of: x, linear(active, width, "\(name).fc2"), name: "\(name).sum2")
    }
    let first = network.add(
      Slice([Slice.Range(axis: 1, start: 0, end: 1)]), of: normalized(x, "norm"), name: "first")
    let features = network.add(Reshape([1, width]), of: first, name: "class_token")
    return network.finish(
      identity: [], features: .value(features), featureCount: width, classes: classes)
  }

  private static func smallCase(_ name: String) throws -> ReferenceTraining {
    try #require(readCases("small_trainings", as: [String: ReferenceTraining].self)[name])
  }

  /// Sums of up to some hundred terms of the order of 1, carried through ten steps.
  private static func compare(_ run: ReferenceTraining.Run, _ expected: ReferenceTraining) {
    #expect(areClose(run.losses, expected.losses, absolute: 1e-11))
    #expect(areClose(run.sums, expected.sums, absolute: 1e-9))
    #expect(areClose(run.scores.flatMap(\.self), expected.scores.flatMap(\.self), absolute: 1e-9))
  }

  @Test(
    "A residual network with batch normalisation follows PyTorch's: losses, weights, statistics")
  func residual() throws {
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 3, size: 8),
      stages: [
        Stage(widths: [8, 8, 8], kernel: 3, stride: 1),
        Stage(widths: [16, 16], kernel: 3, stride: 2),
      ], form: nil,
      options: [
        .skipLength: .integer(2), .shortcut: KeyValue(Shortcut.projection),
        .normalization: KeyValue(Normalization.batch),
      ])
    let expected = try Self.smallCase("residual")
    let run = try ReferenceTraining.run(
      BuiltNetwork(architecture, classes: 4), classes: 4, ReferenceTraining.residualSettings,
      batches: ReferenceTraining.smallBatches, as: Double.self)
    Self.compare(run, expected)
    // The statistics are those of ten batches, not where they started.
    #expect(expected.sums[3] != 0 && expected.sums[4] != 8)
  }

  @Test("A transformer with AdamW and smoothed labels follows PyTorch's") func transformer() throws
  {
    let network = Self.transformer(size: 8, patch: 4, width: 12, blocks: 2, heads: 3, classes: 4)
    let run = try ReferenceTraining.run(
      network, classes: 4, ReferenceTraining.transformerSettings,
      batches: ReferenceTraining.smallBatches, as: Double.self)
    Self.compare(run, try Self.smallCase("transformer"))
  }

  // MARK: Fifty steps on CIFAR-10

  private static let data = "../shared/real/data/data_batch_1.bin"

  /// Fifty batches of 32 images, in the order of the file.
  private static func cifarBatches() throws -> [(images: [[Double]], labels: [Int])] {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: data)))
    return (0..<50).map { batch in
      let records = (0..<32).map { (batch * 32 + $0) * 3_073 }
      return (
        records.map { start in bytes[start + 1..<start + 3_073].map { Double($0) / 255 } },
        records.map { Int(bytes[$0]) }
      )
    }
  }

  @Test(
    "ResNet-20 and a small ViT follow PyTorch's losses over fifty steps on CIFAR-10",
    .enabled(if: FileManager.default.fileExists(atPath: data), "the images are not there"),
    .enabled(
      if: ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK"] != nil,
      "it takes minutes: set FRAMESWEEP_BENCHMARK"),
    arguments: ["resnet_20", "vit"])
  func cifar(_ name: String) throws {
    let expected = try #require(
      readCases("long_trainings", as: [String: ReferenceTraining].self)[name])
    let isResidual = name == "resnet_20"
    let network =
      isResidual
      ? Self.residual(widths: [16, 32, 64], blocks: 3)
      : Self.transformer(size: 32, patch: 4, width: 48, blocks: 4, heads: 4, classes: 10)
    var settings =
      isResidual ? ReferenceTraining.residualSettings : ReferenceTraining.transformerSettings
    // At 0.1 PyTorch in double precision differs from itself by 2e-5 if the images of each batch are in
    // another order; at this size by 2e-12.
    if isResidual { settings.learningRate = 0.01 }
    let batches = try Self.cifarBatches()
    func largest(_ left: [Double], _ right: [Double]) -> Double {
      zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    let double = try ReferenceTraining.run(
      network, classes: 10, settings, batches: batches, as: Double.self)
    let deviation = largest(double.losses, expected.losses)
    print("\(name), double precision: \(deviation)")
    #expect(deviation < 1e-6)
    let single = try ReferenceTraining.run(
      network, classes: 10, settings, batches: batches, as: Float.self)
    let (forward, backward) = (
      try #require(expected.single), try #require(expected.singleBackward)
    )
    let spread = max(
      largest(forward, backward), largest(forward, expected.losses),
      largest(backward, expected.losses))
    let found = largest(single.losses, expected.losses)
    print("\(name), single precision: \(found), PyTorch's spread \(spread)")
    // Deviations grow exponentially; those of another order are of the same order of size.
    #expect(found < 4 * spread)
  }
}
