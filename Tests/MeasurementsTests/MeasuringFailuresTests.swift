import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Failures of single statistics") struct MeasuringFailuresTests {
  init() { BLASLibrary.setThreadCount(1) }

  @Test("Numbers that overflow in some statistics leave all others of the point in its record")
  func others() throws {
    // A layer multiplies numbers by 700: single precision ends in the 14th layer, kernels in the 55th, and
    // double precision in the 109th.
    let sweep = try PreparedSweep(
      """
      format: 1
      name: x
      include:
        - {family: chain, input: {channels: 64, size: 1}, stage_depth: 120, width: 32}
      weights: {init: normal, weight_variance: 1000000, draws: 2}
      measure:
        signal: {images: 2, directions: 2}
        kernels: {images: 4}
        similarity: {images: 4}
        landscape: {images: 4, samples: 2, probes: 2, iterations: 10}
      """)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .nonfinite)
    let reasons = record.message.split(separator: "; ")
    #expect(
      reasons.count { $0.hasPrefix("forward_gain_log of draw") } == 2
        && reasons.count { $0.hasPrefix("average_flatness of draw") } == 2, "\(record.message)")
    func numbers(_ id: ColumnID) throws -> [Double] {
      try record.numbers(of: id, in: sweep.measurements)
    }
    func status(_ id: ColumnID) throws -> [UInt64] {
      try record.bits(of: id, in: sweep.measurements)
    }
    let failed = UInt64(StatisticStatus.failed.rawValue)
    #expect(try status("kernel_status") == [failed])
    #expect(try status("landscape_status") == [failed, failed])
    for id in ["hessian_top", "average_flatness", "nngp_alignment"] as [ColumnID] {
      #expect(try numbers(id).allSatisfy(\.isNaN))
    }
    #expect(abs(try numbers("width_reciprocal_sum")[0] - 120 / 32.0) < 1e-12)
    #expect(abs(try numbers("layer_cka")[0] - 1) < 1e-12)
    // Draws have the input's mean square before the first layer overflows.
    #expect(try numbers("forward_gain_log")[0] == 0)
  }
}
