import Architectures
import Foundation
import Measurements
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

/// Prints predictions beside what the statistics take, for every preset at one draw; run in release
/// with FRAMESWEEP_BENCHMARK set.
///
/// Memory that an earlier preset left to the process is not seen again, so memory is right for the
/// largest so far; FRAMESWEEP_BENCHMARK_PRESETS names some presets to look at alone.
@Suite(
  "Predictions", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK"] != nil))
struct PredictionTests {
  @Test("Time and memory of every preset are predicted within a factor of two")
  func presets() throws {
    BLASLibrary.setThreadCount(1)
    let rates = MachineRates.measured()
    print("calibration", rates)
    let wanted = ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK_PRESETS"]
    print("preset, predicted s, actual s, ratio, predicted MiB, actual MiB, ratio")
    for preset in Preset.allCases where wanted?.contains(preset.name) ?? true {
      let spec = try SpecReader.read(
        """
        format: 1
        name: predictions
        include: [{preset: \(preset.name)}]
        measure: {frame: {statistics: true}}
        """)
      let plan = try Plan(spec)
      let measurements = SweepMeasurements(plan)
      var model = CostModel(measurements, rates: rates)
      let cost = model.cost(of: plan.point(at: 0))
      var computer = PointComputer(plan: plan, sweep: measurements, run: 0, rank: 0)
      let before = try Self.restartPeak()
      let record = computer.record(of: 0)
      let bytes = try Self.status("VmHWM") - before
      #expect(record.status == .ok, "\(record.message)")
      let seconds = record.execution.cpuSeconds
      print(
        preset.name,
        String(
          format: "%.4f %.4f %.2f %.2f %.2f %.2f", cost.seconds, seconds, cost.seconds / seconds,
          cost.bytes / 0x1p20, bytes / 0x1p20, cost.bytes / bytes))
    }
  }

  /// Forgets the process's largest memory and gives its present one, in bytes.
  private static func restartPeak() throws -> Double {
    try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    return try status("VmRSS")
  }

  /// A line of the kernel's account of the process, in bytes.
  private static func status(_ name: String) throws -> Double {
    let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name):") })
    let number = try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first)
    return try #require(Double(number)) * 1_024
  }
}
