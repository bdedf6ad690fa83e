import InducedFrames
import Measurements
import OpenBLAS
import Processes
import SweepRecords
import SweepSpec
import Synchronization
import Testing

@Suite("Point computer") struct PointComputerTests {
  static let sweep = """
    format: 1
    name: points
    seed: 5
    grid:
      family: [chain, dense, residual]
      form: [synthesis, analysis]
      input: [{channels: 3, size: 4}, {channels: 24, size: 1}]
      stage_depth: [2, 3]
      width: [6]
    exclude:
      - {family: residual, form: synthesis}
    include:
      - {family: chain, input: {channels: 3072, size: 1}, stages: [{widths: [128, 256]}]}
    weights: {init: he, draws: 3}
    measure:
      frame: {minimum: true, statistics: true, bounds: true}
    """

  private let plan: Plan
  private let measurements: SweepMeasurements

  init() throws {
    // As in runs: another number of threads gives other last bits.
    BLASLibrary.setThreadCount(1)
    plan = try Plan(SpecReader.read(Self.sweep))
    measurements = SweepMeasurements(plan)
  }

  @Test("A record holds the same bits whoever computes it, in whatever order") func sameBits() {
    var one = PointComputer(plan: plan, sweep: measurements, run: 0, rank: 0)
    let forward = (0..<plan.count).map { one.record(of: $0) }
    var other = PointComputer(plan: plan, sweep: measurements, run: 3, rank: 7)
    for index in (0..<plan.count).reversed() {
      let record = other.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      #expect(record.values == forward[index].values)
      #expect(record.execution.run == 3 && record.execution.rank == 7)
      #expect(record.execution.wallSeconds > 0)
    }
  }

  @Test("A stop of the process does not count as a point's time", arguments: [true, false])
  func suspended(isStopped: Bool) {
    let looks = Mutex(0)
    var limits = PointLimits()
    limits.seconds = 60
    limits.clock = RunningClock(longestStep: isStopped ? 0.1 : .infinity) {
      looks.withLock {
        $0 += 1
        return 1e-6 * Double($0) + ($0 > 4 ? 3_600 : 0)
      }
    }
    var computer = PointComputer(plan: plan, sweep: measurements, run: 0, rank: 0, limits: limits)
    let record = computer.record(of: 0)
    #expect(looks.withLock { $0 } > 4)
    #expect(record.status == (isStopped ? .ok : .timeout), "\(record.message)")
    #expect((record.execution.wallSeconds < 60) == isStopped)
  }

  @Test("Counts and minimum of the published network (128, 256) on 3072 inputs") func published()
    throws
  {
    var computer = PointComputer(plan: plan, sweep: measurements, run: 0, rank: 0)
    let record = computer.record(of: plan.count - 1)
    #expect(try record.bits(of: "atom_count", in: measurements) == [384])
    #expect(try record.bits(of: "frame_dimension", in: measurements) == [3200])
    #expect(try record.bits(of: "gram_nonzeros", in: measurements) == [147_072])
    #expect(try record.bits(of: "parameter_count", in: measurements) == [425_984])
    #expect(try record.numbers(of: "min_frame_potential", in: measurements) == [896])
    #expect(
      try record.bits(of: "minimum_status", in: measurements) == [
        UInt64(FrameMinimum.Status.closedForm.rawValue)
      ]
    )
  }

  @Test("Minima stay below every draw, and bounds around the mean eigenvalue") func bounds() throws
  {
    var computer = PointComputer(plan: plan, sweep: measurements, run: 0, rank: 0)
    for index in 0..<plan.count {
      let record = computer.record(of: index)
      func numbers(_ id: ColumnID) throws -> [Double] {
        try record.numbers(of: id, in: measurements)
      }
      let potentials = try numbers("frame_potential")
      let minimum = try numbers("min_frame_potential")[0]
      let atoms = Double(try record.bits(of: "atom_count", in: measurements)[0])
      let dimension = Double(try record.bits(of: "frame_dimension", in: measurements)[0])
      for draw in 0..<3 {
        if minimum.isFinite { #expect(potentials[draw] >= minimum * (1 - 1e-12)) }
        // The r largest eigenvalues sum to the trace K, r = min(D, K).
        let mean = atoms / min(atoms, dimension)
        #expect(try numbers("frame_bound_lower")[draw] <= mean * (1 + 1e-9))
        #expect(try numbers("frame_bound_upper")[draw] >= mean * (1 - 1e-9))
      }
    }
  }

  @Test("Predictions follow the machine's rates, and ranks share them") func rates() {
    let rates = MachineRates.measured()
    #expect(MachineRates(text: rates.text) == rates)
    var measured = CostModel(measurements, rates: rates)
    var shared = CostModel(measurements, rates: MachineRates(text: rates.text))
    let point = plan.point(at: 0)
    #expect(measured.cost(of: point).seconds == shared.cost(of: point).seconds)
    var computer = PointComputer(plan: plan, sweep: measurements, run: 0, rank: 0, rates: rates)
    var common = PointComputer(plan: plan, sweep: measurements, run: 0, rank: 0)
    #expect(computer.record(of: 0).values == common.record(of: 0).values)
  }

  @Test("Networks that cost more are predicted to") func costs() {
    var model = CostModel(measurements)
    _ = model.cost(of: plan.point(at: 0))
    let costs = (0..<plan.count).map { model.cost(of: plan.point(at: $0)) }
    #expect(costs.allSatisfy { $0.flops > 0 && $0.bytes > 0 && $0.seconds > 0 })
    let shallow = costs[0]
    let deep = costs[1]
    #expect(deep.flops > shallow.flops && deep.seconds > shallow.seconds)
  }

  @Test("Points that differ in their seeds alone cost the same, whatever was predicted before them")
  func sameCost() throws {
    let text = """
      format: 1
      name: seeds
      grid:
        inference_sweeps: [1, 3]
        weights: [{init: he, draws: 1}, {init: he, draws: 5}]
        width: [6, 9]
        seed: [1, 2]
      architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
      measure:
        frame: {statistics: true}
        signal: {data: digits, images: 8}
      """
    let plan = try Plan(SpecReader.read(text))
    let measurements = SweepMeasurements(plan)
    var model = CostModel(measurements)
    _ = model.cost(of: plan.point(at: 0))
    let costs = (0..<plan.count).map { model.cost(of: plan.point(at: $0)) }
    for (index, cost) in costs.enumerated() {
      var alone = CostModel(measurements)
      _ = alone.cost(of: plan.point(at: index == 0 ? 1 : 0))
      let expected = alone.cost(of: plan.point(at: index))
      #expect(cost.flops == expected.flops && cost.bytes == expected.bytes)
      #expect(cost.seconds == expected.seconds, "point \(index)")
    }
    // Seeds vary fastest.
    #expect(Set(costs.map(\.seconds)).count == plan.count / 2)
  }
}
