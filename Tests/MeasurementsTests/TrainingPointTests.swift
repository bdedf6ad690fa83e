import Digest
import Foundation
import Networks
import OpenBLAS
import SweepRecords
import SweepSpec
import Synchronization
import TestSupport
import Testing
import Training

@testable import Measurements

@Suite("Points that are trained") struct TrainingPointTests {
  static let sweep = """
    format: 1
    name: training
    seed: 5
    architecture:
      input: {channels: 64, size: 1}
    grid:
      family: [chain, dense]
      stage_depth: [2]
      width: [12]
    weights: {init: he, draws: 2}
    measure:
      frame: {statistics: true}
      train: {data: digits, epochs: 2}
      companions: {images: 8}
      robustness: {attacks: [fgsm_l2, fgsm_linf], radii: [0.4, 0.1]}
    """

  private let sweep: PreparedSweep
  private var plan: Plan { sweep.plan }
  private var measurements: SweepMeasurements { sweep.measurements }

  init() throws {
    // As the program does: other numbers of threads give other bits.
    BLASLibrary.setThreadCount(1)
    sweep = try PreparedSweep(Self.sweep)
  }

  @Test("A record holds what was learnt, the same bits whoever computes it") func sameBits() throws
  {
    var one = sweep.computer()
    let forward = (0..<plan.count).map { one.record(of: $0) }
    var other = sweep.computer(run: 1, rank: 3)
    for index in (0..<plan.count).reversed() {
      let record = other.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      #expect(record.values == forward[index].values)
      // Guessing is wrong nine times of ten; two epochs of a small network are far better.
      for error in try record.numbers(of: "test_error", in: measurements) {
        #expect(error > 0 && error < 0.5)
      }
      #expect(
        try record.numbers(of: "trained_deep_frame_potential", in: measurements)
          != record.numbers(of: "deep_frame_potential", in: measurements))
      let (clean, attacked) = (
        try record.numbers(of: "test_error", in: measurements),
        try record.numbers(of: "adversarial_error", in: measurements)
      )
      // Draw × attack × radius, ascending: a larger radius finds more mistakes of these networks.
      #expect(attacked.count == 8)
      for place in stride(from: 0, to: 8, by: 2) {
        #expect(clean[place / 4] <= attacked[place] && attacked[place] < attacked[place + 1])
      }
      for id in ["synflow_log" as ColumnID, "naswot", "snip", "ntk_condition"] {
        #expect(try record.numbers(of: id, in: measurements).allSatisfy(\.isFinite))
      }
      #expect(record.execution.predictedSeconds > 0)
    }
  }

  @Test("Three layers learn to read the digits") func digits() throws {
    let sweep = try PreparedSweep(
      """
      format: 1
      name: three-layers
      seed: 1
      include:
        - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [32, 32]}, {widths: \
      [64], stride: 2}]}
      measure: {train: {epochs: 30}}
      """)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    let error = try #require(try record.numbers(of: "test_error", in: sweep.measurements).first)
    #expect(error <= 0.03)
  }

  @Test("A training that leaves no weights is blamed on the atom that is gone") func decay() throws
  {
    // Each of the first steps puts −gradient in a weight's place, so weights die out.
    let text = Self.sweep.replacing(
      "epochs: 2",
      with: "epochs: 6, learning_rate: 1, weight_decay: 1, momentum: 0, warmup: 0")
    var computer = try PreparedSweep(text).computer()
    let record = computer.record(of: 0)
    #expect(record.status == .nonfinite)
    #expect(
      record.message.hasPrefix("trained_frame_potential of draw 0 is not finite: atom "),
      "\(record.message)")
    #expect(record.message.contains(" of layer 1 is zero"))
  }

  @Test("A training that was killed goes on from its last epoch, with the same bits")
  func checkpoints() throws {
    let folder = try TemporaryDirectory()
    let checkpoints = TrainingCheckpoints(
      folder: folder.path + "/kept", plan: plan.planHash, interval: .seconds(3_600))
    let sweep = sweep
    func record(_ checkpoints: TrainingCheckpoints?) -> Record {
      var computer = sweep.computer(run: 1, rank: 1, checkpoints: checkpoints)
      return computer.record(of: 0)
    }
    let expected = record(nil).values
    let point = plan.point(at: 0)
    let measure = try #require(plan.spec.measure[TrainingMeasurement.self])
    let inputs = try #require(
      sweep.images.prepared[TrainingMeasurement.section] as? TrainingInputs)
    let trainer = try Trainer(
      point.network.build(classes: inputs.images.classes), images: inputs.images,
      split: inputs.split, settings: measure.settings,
      seed: point.seed, draw: 1)
    try trainer.runEpoch()
    checkpoints.keep(trainer.state, of: point.id, draw: 1)
    #expect(record(checkpoints).values == expected)
    // The state is really read: another one gives other results.
    var other = trainer.state
    other.descent.parameters = other.descent.parameters.map { -$0 }
    checkpoints.keep(other, of: point.id, draw: 1)
    #expect(record(checkpoints).values != expected)
    // A torn file, and one of another plan, are as none.
    checkpoints.keep(other, of: point.id, draw: 1)
    let path =
      try checkpoints.folder
      + "/" + #require(FileManager.default.contentsOfDirectory(atPath: checkpoints.folder).first)
    let bytes = try #require(FileManager.default.contents(atPath: path))
    let digest = try #require(Digest256(bytes: [UInt8](repeating: 7, count: 32)))
    #expect(
      record(TrainingCheckpoints(folder: checkpoints.folder, plan: digest)).values == expected)
    try FileManager.default.createDirectory(
      atPath: checkpoints.folder, withIntermediateDirectories: true)
    try bytes.dropLast(5).write(to: URL(fileURLWithPath: path))
    #expect(record(checkpoints).values == expected)
    checkpoints.keep(other, of: point.id, draw: 1)
    checkpoints.removeAll()
    #expect(!FileManager.default.fileExists(atPath: checkpoints.folder))
  }

  @Test("A state that cannot be kept is reported, and the training is as it was")
  func unkept() throws {
    let folder = try TemporaryDirectory()
    // A file stands where the folder would be.
    try folder.write("", to: "kept")
    let problems = Mutex<[String]>([])
    let checkpoints = TrainingCheckpoints(
      folder: folder.path + "/kept", plan: plan.planHash, interval: .zero,
      failed: { problem in problems.withLock { $0.append(problem) } })
    var alone = sweep.computer(run: 1, rank: 1, checkpoints: nil)
    var unlucky = sweep.computer(run: 1, rank: 1, checkpoints: checkpoints)
    #expect(unlucky.record(of: 0).values == alone.record(of: 0).values)
    let said = problems.withLock { $0 }
    #expect(!said.isEmpty && said.allSatisfy { $0.hasPrefix("\(folder.path)/kept: ") }, "\(said)")
  }

  @Test("What was kept of a point goes once its record is made, but where a limit ended it")
  func removal() throws {
    let folder = try TemporaryDirectory()
    let checkpoints = TrainingCheckpoints(
      folder: folder.path + "/kept", plan: plan.planHash, interval: .seconds(3_600), grace: .zero)
    let ids = (0..<2).map { plan.point(at: $0).id }
    // States of another size are not gone on from, and are removed like others.
    let state = TrainingState(parameters: [1, 2, 3], .adamW())
    for id in ids { for draw in 0..<2 { checkpoints.keep(state, of: id, draw: draw) } }
    func kept() -> [String]? {
      try? FileManager.default.contentsOfDirectory(atPath: checkpoints.folder).sorted()
    }
    let others = ["0", "1"].map { "\(ids[1].hexadecimal)-\($0)" }
    var small = sweep.computer(memoryLimit: 1, checkpoints: checkpoints)
    #expect(small.record(of: 0).status == .outOfMemory)
    #expect(kept()?.count == 4)
    // A record needs some time to reach the journal.
    var early = sweep.computer(
      checkpoints: TrainingCheckpoints(folder: checkpoints.folder, plan: plan.planHash))
    #expect(early.record(of: 0).status == .ok)
    #expect(kept()?.count == 4)
    var computer = sweep.computer(checkpoints: checkpoints)
    #expect(computer.record(of: 0).status == .ok)
    #expect(kept() == others)
    #expect(computer.record(of: 1).status == .ok)
    #expect(kept() == nil)
  }

  @Test("A state comes back bit for bit, and long writes make long pauses") func states() throws {
    let folder = try TemporaryDirectory()
    let checkpoints = TrainingCheckpoints(folder: folder.path + "/kept", plan: plan.planHash)
    let id = plan.point(at: 0).id
    for optimizer in [Optimizer.sgd(momentum: 0.9), .adamW()] {
      var state = TrainingState(
        parameters: [-0.0, 1.5, .leastNonzeroMagnitude, -.infinity, 3e38], optimizer)
      for place in state.descent.moments.indices {
        state.descent.moments[place] = 3 - 1.25 * Float(place)
      }
      state.epoch = 12
      state.convergedAfter = 9
      checkpoints.keep(state, of: id, draw: 3)
      let found = try #require(
        checkpoints.state(of: id, draw: 3, parameterCount: 5, optimizer))
      #expect(found == state)
      let (before, after) = (state.descent.parameters, found.descent.parameters)
      #expect(after.map(\.bitPattern) == before.map(\.bitPattern))
      #expect(checkpoints.state(of: id, draw: 3, parameterCount: 4, optimizer) == nil)
      let other = optimizer == .adamW() ? Optimizer.sgd() : .adamW()
      #expect(checkpoints.state(of: id, draw: 3, parameterCount: 5, other) == nil)
    }
    #expect(checkpoints.pause(afterWriting: .milliseconds(20)) == .seconds(1))
    #expect(checkpoints.pause(afterWriting: .milliseconds(400)) == .seconds(20))
  }

  @Test("Sweeps of inference change what is evaluated, and no frame") func sweeps() throws {
    let text = Self.sweep.replacing("width: [12]", with: "width: [12]\n  inference_sweeps: [1, 3]")
    let sweep = try PreparedSweep(text)
    var computer = sweep.computer()
    for place in [0, 2] {
      let (one, three) = (computer.record(of: place), computer.record(of: place + 1))
      #expect(one.status == .ok && three.status == .ok, "\(three.message)")
      for id in [
        "frame_potential" as ColumnID, "deep_frame_potential", "mutual_coherence", "mean_coherence",
        "spectral_norm_log",
      ] {
        #expect(
          try one.numbers(of: id, in: measurements) == three.numbers(of: id, in: measurements))
      }
      for id in [
        "train_loss" as ColumnID, "adversarial_error", "trained_frame_potential", "zen_score",
        "gradient_norm",
        "snip", "ntk_condition",
      ] {
        #expect(
          try one.numbers(of: id, in: measurements) != three.numbers(of: id, in: measurements),
          "\(id)")
      }
      #expect(try three.numbers(of: "synflow_log", in: measurements).allSatisfy(\.isNaN))
      for error in try three.numbers(of: "test_error", in: measurements) {
        #expect(error > 0 && error < 0.8)
      }
      #expect(three.execution.predictedSeconds > one.execution.predictedSeconds)
    }
    // One sweep is the network that a file without the key has.
    var plain = self.sweep.computer()
    #expect(plain.record(of: 0).values == computer.record(of: 0).values)
  }

  @Test(
    "Networks with batch normalisation are trained, attacked and scored, the same bits after a kill"
  )
  func batchNormalization() throws {
    let text = Self.sweep.replacing("family: [chain, dense]", with: "family: [residual]")
      .replacing("stage_depth: [2]", with: "stage_depth: [3]")
      .replacing(
        "width: [12]", with: "width: [12]\n  normalization: [batch]\n  branch_scale: [1, 0]"
      )
      .replacing("epochs: 2", with: "epochs: 3, optimizer: adamw, learning_rate: 0.01")
    let sweep = try PreparedSweep(text)
    let folder = try TemporaryDirectory()
    let checkpoints = TrainingCheckpoints(
      folder: folder.path + "/kept", plan: sweep.plan.planHash, interval: .seconds(3_600))
    let measure = try #require(sweep.plan.spec.measure[TrainingMeasurement.self])
    let inputs = try #require(
      sweep.images.prepared[TrainingMeasurement.section] as? TrainingInputs)
    for index in 0..<2 {
      var computer = sweep.computer()
      let record = computer.record(of: index)
      try #require(record.status == .ok, "\(record.message)")
      let errors = try record.numbers(of: "test_error", in: sweep.measurements)
      #expect(errors.allSatisfy { $0 > 0 && $0 < 0.5 }, "\(errors)")
      let attacked = try record.numbers(of: "adversarial_error", in: sweep.measurements)
      for place in stride(from: 0, to: 8, by: 2) { #expect(errors[place / 4] <= attacked[place]) }
      for id in ["snip" as ColumnID, "gradient_norm"] {
        #expect(try record.numbers(of: id, in: sweep.measurements).allSatisfy { $0 > 0 })
      }
      let point = sweep.plan.point(at: index)
      let network = point.network.build(classes: inputs.images.classes)
      let trainer = try Trainer(
        network, images: inputs.images, split: inputs.split, settings: measure.settings,
        seed: point.seed, draw: 0)
      let start = trainer.state.descent.parameters
      try trainer.runEpoch()
      // Statistics have moved with the batches.
      let statistics = network.trained.upperBound..<network.parameterCount
      #expect(statistics.count == 2 * 3 * 12)
      for place in statistics { #expect(trainer.state.descent.parameters[place] != start[place]) }
      checkpoints.keep(trainer.state, of: point.id, draw: 0)
      var resumed = sweep.computer(run: 1, rank: 1, checkpoints: checkpoints)
      #expect(resumed.record(of: index).values == record.values)
    }
  }

  @Test("A training by several sweeps that was killed goes on with the same bits")
  func checkpointsOfSweeps() throws {
    let text = Self.sweep.replacing("width: [12]", with: "width: [12]\n  inference_sweeps: [2]")
    let sweep = try PreparedSweep(text)
    let folder = try TemporaryDirectory()
    let checkpoints = TrainingCheckpoints(
      folder: folder.path + "/kept", plan: sweep.plan.planHash, interval: .seconds(3_600))
    var computer = sweep.computer()
    let expected = computer.record(of: 0).values
    let point = sweep.plan.point(at: 0)
    let measure = try #require(sweep.plan.spec.measure[TrainingMeasurement.self])
    let inputs = try #require(
      sweep.images.prepared[TrainingMeasurement.section] as? TrainingInputs)
    let trainer = try Trainer(
      point.network.build(classes: inputs.images.classes), images: inputs.images,
      split: inputs.split, settings: measure.settings,
      seed: point.seed, draw: 0, sweeps: 2)
    try trainer.runEpoch()
    checkpoints.keep(trainer.state, of: point.id, draw: 0)
    var resumed = sweep.computer(run: 1, rank: 1, checkpoints: checkpoints)
    #expect(resumed.record(of: 0).values == expected)
  }
}
