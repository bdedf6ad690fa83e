internal import Foundation
public import Measurements
internal import Paths
internal import SweepJobs
internal import SweepRuntime
public import SweepSpec

/// A sweep file that was read and expanded.
public struct SweepFile {
  /// Its name, as messages give it.
  public let path: String
  /// What it says.
  public let spec: Spec
  /// Its points.
  public let plan: Plan
  /// What is measured at each of them.
  public let measurements: SweepMeasurements
  /// The files that it reads besides.
  public private(set) var inputs: SweepInputs
  /// How fast a core is, for predictions.
  public var rates = MachineRates.common

  /// Reads a file, or standard input for "-".
  ///
  /// **Throws**: `Failure` where it cannot be read.
  public static func bytes(at path: String) throws -> [UInt8] {
    do {
      if path == "-" { return try Array(FileHandle.standardInput.readToEnd() ?? Data()) }
      return try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      let url = URL(fileURLWithPath: path)
      let isFolder = (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
      let reason =
        isFolder
        ? "it is a folder"
        : FileManager.default.fileExists(atPath: path)
          ? "it may not be read" : "there is no such file"
      throw Failure(.badInput, "\(path): cannot be read: \(reason), expected a sweep file (YAML)")
    }
  }

  /// Checks and expands a sweep file's bytes.
  ///
  /// - Parameters:
  ///   - path: the file, for messages, and for the folder where relative paths start.
  ///   - bytes: its contents.
  ///   - inputs: what is known of the files that it names, as `SweepInputs.text`; nil to look at them.
  ///   - loaded: what another rank read of them, as `SweepInputs.bytes`; nil for nothing.
  ///   - expansion: what another rank found of the points, as `Plan.expansion`; nil to look at them.
  ///
  /// **Throws**: `Failure` with every mistake and its place.
  public init(
    path: String, bytes: [UInt8], inputs known: String? = nil, loaded: [UInt8]? = nil,
    expansion: [UInt8]? = nil
  ) throws {
    self.path = path
    let folder =
      path == "-" ? "" : PathName.folder(of: path)
    do {
      spec = try SpecReader.read(bytes)
      var inputs =
        if let known, let inputs = SweepInputs(text: known, of: spec, folder: folder) {
          inputs
        } else {
          try SweepInputs(opening: spec, folder: folder)
        }
      // Before the plan, whose points have the networks.
      if let loaded { try inputs.receive(loaded, of: spec) }
      if let expansion {
        guard let known = inputs.plan(of: spec, expansion: expansion) else {
          throw Failure(
            .badInput,
            "\(path): this rank derives another plan than rank 0, expected the same program and the same "
              + "inputs on every rank")
        }
        plan = known
      } else {
        let progress = PlanningProgress("\(path): expanding a grid of")
        let threads = spec.gridCount > Self.fewPlaces ? Self.threadCount : 1
        plan = try inputs.plan(of: spec, threads: threads) { progress.show($0, of: $1) }
        progress.end()
      }
      measurements = SweepMeasurements(plan, inputs: inputs)
      self.inputs = inputs
    } catch let error as SpecErrors {
      throw Failure(.badInput, error.text(file: path))
    }
  }

  /// Grids of so many places are expanded by one thread before others have begun.
  private static let fewPlaces = 10_000

  /// The threads that plan: as many as this process has cores.
  static var threadCount: Int { CoreAllowance.ofThisProcess.coresOfProcess }

  /// Derives the plan of another rank from what it shared.
  ///
  /// - Parameter path: the sweep file's name on this rank, where relative paths start.
  ///
  /// **Throws**: `Failure` with every mistake and its place.
  init(path: String, receiving data: StartData) throws {
    try self.init(
      path: path, bytes: data.sweep, inputs: data.inputs, loaded: data.files,
      expansion: data.expansion)
    rates = MachineRates(text: data.rates)
  }

  /// Reads the images, and shows which bytes other ranks need of them and of networks; none where there are
  /// none.
  ///
  /// **Throws**: `Failure`.
  mutating func loadFiles() throws -> [UInt8] {
    do {
      try inputs.loadImages()
    } catch {
      throw Failure(.badInput, "\(path): the images cannot be used: \(error)")
    }
    return inputs.bytes
  }

  /// What this host lacks of the weights files; nil where it lacks nothing.
  var missingHere: String? {
    inputs.weights.missingHere().first.map {
      "\($0): is not there or has another size, expected the weights files in the same place on "
        + "every host"
    }
  }

  /// Times this machine, where what is measured takes time that its speed decides.
  public mutating func calibrate() {
    if measurements.followsRates { rates = .measured() }
  }

  /// Where the states of long trainings are kept while the sweep runs.
  func checkpoints(beside output: String) -> TrainingCheckpoints {
    let write = Surroundings.current.write
    let said = Guarded(false)
    return TrainingCheckpoints(folder: output + ".training", plan: plan.planHash) { problem in
      // Once is enough: every training tries again and again.
      let isFirst = said.withLock { isSaid in
        defer { isSaid = true }
        return !isSaid
      }
      guard isFirst else { return }
      write("warning: \(problem); a run that is stopped begins its trainings again\n")
    }
  }

  /// The files that trained weights are written to; nil where the sweep saves none.
  public var savedWeights: SavedWeights? { SavedWeights(plan, inputs: inputs) }

  /// Refuses a sweep whose results file would be larger than wanted, before anything is computed.
  ///
  /// **Throws**: `Failure`.
  public func check(maximumOutputBytes limit: Double) throws {
    let shape = TableShape(self)
    guard shape.payloadBytes <= TableShape.largestPayload else {
      throw Failure(
        .badInput,
        "\(path): the results of one point would take \(Show.bytes(Double(shape.payloadBytes))), "
          + "expected at most \(Show.bytes(Double(TableShape.largestPayload))): fewer images, or "
          + "per_image: false")
    }
    let bytes = shape.resultBytes(plan.count)
    guard bytes <= limit else {
      throw Failure(
        .badInput,
        "\(path): the results file would take about \(Show.bytes(bytes)), expected at most "
          + "\(Show.bytes(limit)); --max-output allows more")
    }
  }

  /// Shows what the reader noticed without refusing the file.
  public func showWarnings() {
    for warning in plan.warnings + inputs.warnings {
      say("\(warning.text(file: path)) (warning)")
    }
  }
}
