import Architectures
import Foundation
import ImageData
import Kernels
import NetworkGraphs
import Networks
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Kernels measurement") struct KernelsTests {
  init() { BLASLibrary.setThreadCount(1) }

  private static func digits(_ range: Range<Int>) throws -> (images: [[Double]], labels: [Int]) {
    let set = Digits.images
    return (try range.map { try set.values(at: [$0]) }, Array(try #require(set.labels)[range]))
  }

  private static func kernels(
    depth: Int, images: [[Double]], _ parameterization: KernelNetwork.Parameterization
  ) throws -> InfiniteKernels {
    let chain = try Architecture(
      family: .chain, input: InputShape(channels: 64, size: 1),
      stages: [Stage(widths: [Int](repeating: 32, count: depth), kernel: 1, stride: 1)])
    let network = try #require(
      KernelNetwork(chain, activation: .relu, random: .he, parameterization: parameterization))
    return try InfiniteKernels(network, images: images, readout: .pooled)
  }

  @Test("Conditions of chains at the first 16 digits are the golden ones") func conditions() throws
  {
    let golden: [(depth: Int, nngp: Double, ntk: Double)] = [
      (1, 465.0, 136.63), (2, 403.3, 77.322), (4, 392.7, 43.394), (8, 464.8, 25.415),
      (16, 701.8, 16.393), (64, 3387, 10.225),
    ]
    let (images, labels) = try Self.digits(0..<16)
    for (depth, nngp, ntk) in golden {
      let kernels = try Self.kernels(depth: depth, images: images, .tangent)
      func condition(_ kernel: [Double]) throws -> Double {
        exp(try KernelStatistics(kernel, labels: labels, classes: 10, ridge: 1e-6).logCondition)
      }
      // Four and five digits are given.
      #expect(abs(try condition(kernels.nngp) - nngp) < 0.51 * (nngp < 1_000 ? 0.1 : 1))
      #expect(abs(try condition(kernels.ntk) - ntk) < 0.51 * (ntk < 100 ? 1e-3 : 1e-2))
    }
  }

  @Test("Statistics at the first 64 digits are the golden ones") func statistics() throws {
    let (images, labels) = try Self.digits(0..<64)
    let kernels = try Self.kernels(depth: 3, images: images, .tangent)
    let nngp = try KernelStatistics(kernels.nngp, labels: labels, classes: 10, ridge: 1e-6)
    let ntk = try KernelStatistics(kernels.ntk, labels: labels, classes: 10, ridge: 1e-6)
    #expect(abs(exp(nngp.logCondition) - 5956) < 0.5 && abs(exp(ntk.logCondition) - 370) < 0.5)
    #expect(abs(nngp.effectiveRank - 2.7757) < 5e-5 && abs(ntk.effectiveRank - 9.3193) < 5e-5)
    #expect(abs(nngp.alignment - 0.72967) < 5e-6 && abs(ntk.alignment - 0.74833) < 5e-6)
    #expect(nngp.leaveOneOutError == 3 / 64.0 && ntk.leaveOneOutError == 3 / 64.0)
  }

  private func sweep(
    _ keys: String = "", draws: Int = 2, include: String? = nil, more: String = ""
  ) throws -> PreparedSweep {
    let include =
      include
        ?? """
        - {family: dense, input: {channels: 1, size: 8}, stages: [{widths: [3, 2]}]}
          - {family: residual, input: {channels: 1, size: 8}, stages: [{widths: [4, 4, 4]}]}
        """
    return try PreparedSweep(
      """
      format: 1
      name: kernels
      seed: 2
      include:
        \(include)
      weights: {init: he, draws: \(draws)}
      measure:
        kernels: {images: 12\(keys)}
        \(more)
      """)
  }

  @Test("Residual networks have no closed form, and kernels of their features") func status() throws
  {
    let sweep = try sweep()
    var computer = sweep.computer()
    for (index, status) in [(0, StatisticStatus.ok), (1, .notDefined)] {
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      #expect(
        try record.bits(of: "kernel_status", in: sweep.measurements) == [UInt64(status.rawValue)])
      for column in KernelColumns.statistics.map(\.quantity.column) {
        let value = try record.numbers(of: column.id, in: sweep.measurements)[0]
        #expect(value.isFinite == (status == .ok))
      }
      for column in KernelColumns.features.columns() {
        let values = try record.numbers(of: column.id, in: sweep.measurements)
        #expect(values.count == 2 && values.allSatisfy { $0 >= 0 && $0 <= 1 })
      }
    }
  }

  @Test("A readout that is pooled and one that is flattened differ") func readouts() throws {
    let records = try ["pooled", "flatten"].map { readout in
      let sweep = try sweep(", readout: \(readout)")
      var computer = sweep.computer()
      let record = computer.record(of: 0)
      return try ["nngp_alignment", "feature_alignment"].map {
        try record.numbers(of: ColumnID(rawValue: $0), in: sweep.measurements)[0]
      }
    }
    #expect(records[0][0] != records[1][0] && records[0][1] != records[1][1])
  }

  @Test("Kernels of features approach those of infinite width like the root of 1/width")
  func widths() throws {
    let columns: [ColumnID] = ["feature_alignment", "nngp_alignment"]
    var distances: [Double] = []
    for width in [16, 256] {
      let sweep = try sweep(
        draws: 12,
        include:
          "- {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [\(width), \(width)]}]}"
      )
      var computer = sweep.computer()
      let record = computer.record(of: 0)
      let values = try columns.map { try record.numbers(of: $0, in: sweep.measurements) }
      distances.append(
        (values[0].reduce(0) { $0 + ($1 - values[1][0]) * ($1 - values[1][0]) } / 12).squareRoot())
    }
    // A quarter; with 12 draws either is known to a fifth (one standard error).
    #expect(distances[1] < distances[0] / 2 && distances[1] > distances[0] / 12)
  }

  @Test("A training that takes no steps leaves features as they were") func repeated() throws {
    let sweep = try sweep(more: "train: {epochs: 1, learning_rate: 0}")
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    for column in KernelColumns.features.columns() {
      let before = try record.numbers(of: column.id, in: sweep.measurements)
      let after = try record.numbers(of: column.id.afterTraining, in: sweep.measurements)
      // Trained weights are kept in single precision.
      #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  /// Two chains with some seeds each.
  private static func seeds(_ count: Int) throws -> PreparedSweep {
    try PreparedSweep(
      """
      format: 1
      name: seeds
      architecture: {input: {channels: 1, size: 8}, family: chain, stage_depth: 2}
      grid: {width: [2, 3], seed: {range: [1, \(count)]}}
      measure:
        kernels: {images: 8, readout: flatten}
        inductive_bias: {images: 8, readout: flatten}
      """)
  }

  @Test(
    "Points that differ in their seeds have the kernels that each has alone, in any order",
    arguments: [[0, 1, 2, 3], [3, 0, 2, 1]])
  func order(_ order: [Int]) throws {
    let sweep = try Self.seeds(2)
    var computer = sweep.computer()
    for index in order {
      var other = sweep.computer()
      let record = computer.record(of: index)
      #expect(record.status == .ok && record.values == other.record(of: index).values)
    }
  }

  @Test("Kernels are predicted for one of a network's seeds") func predictions() throws {
    let flops = try [1, 5].map { count in
      let sweep = try Self.seeds(count)
      var model = CostModel(sweep.measurements)
      return model.cost(of: sweep.plan.point(at: 0)).flops
    }
    // What features take is there for every seed.
    #expect(flops[1] < flops[0] && flops[1] > flops[0] / 5)
  }

  @Test("What is found of a network is computed once for each measurement") func findings() throws {
    let networks = try [2, 3].map { width in
      try #require(
        KernelNetwork(
          Architecture(
            family: .chain, input: InputShape(channels: 4, size: 1),
            stages: [Stage(widths: [width], kernel: 1, stride: 1)]), activation: .relu, random: .he)
      )
    }
    var findings = KernelFindings()
    var computed = 0
    for place in [0, 1, 0, 1] {
      for section in ["kernels", "inductive_bias"] {
        let finding = findings.finding(section, of: networks[place]) { network -> Int? in
          computed += 1
          return section == "kernels" ? computed : nil
        }
        #expect(finding.status == (section == "kernels" ? .ok : .failed))
        #expect(finding.found == (section == "kernels" ? 2 * place + 1 : nil))
      }
    }
    #expect(computed == 4)
    #expect(findings.finding("kernels", of: nil) { _ -> Int? in 1 }.status == .notDefined)
  }
}
