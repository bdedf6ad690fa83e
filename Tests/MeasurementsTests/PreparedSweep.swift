import Measurements
import SweepSpec

/// A sweep whose files were opened and whose images were loaded.
struct PreparedSweep {
  let plan: Plan
  let measurements: SweepMeasurements
  let inputs: SweepInputs
  let images: SweepImages

  init(_ text: String, folder: String = "", loading: Bool = true) throws {
    let spec = try SpecReader.read(text)
    var inputs = try SweepInputs(opening: spec, folder: folder)
    plan = try inputs.plan(of: spec)
    measurements = SweepMeasurements(plan, inputs: inputs)
    if loading { try inputs.loadImages() }
    self.inputs = inputs
    images = loading ? try SweepImages(inputs, of: spec) : SweepImages()
  }

  func computer(
    run: Int = 0, rank: Int = 0, memoryLimit: Double = .infinity,
    checkpoints: TrainingCheckpoints? = nil
  ) -> PointComputer {
    var limits = PointLimits()
    limits.workerBytes = memoryLimit
    return PointComputer(
      plan: plan, sweep: measurements, run: run, rank: rank, limits: limits, inputs: inputs,
      images: images, checkpoints: checkpoints)
  }
}
