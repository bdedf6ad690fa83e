import Foundation
import Measurements
import SweepEmbedded
import SweepSpec

/// A sweep file that was read and expanded.
struct SweepFile {
  let path: String
  let spec: Spec
  let plan: Plan
  let recipe: Recipe
  /// The files that it reads besides.
  private(set) var inputs: SweepInputs
  /// How fast a core is, for predictions.
  var rates = MachineRates.common

  /// Grids of more points take more than some seconds to expand, which is worth a word.
  private static let largeGrid = 2_000_000

  /// Reads a file, or standard input for "-".
  ///
  /// **Throws**: `Failure` where it cannot be read.
  static func bytes(at path: String) throws -> [UInt8] {
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
  ///
  /// **Throws**: `Failure` with every mistake and its place.
  init(path: String, bytes: [UInt8], inputs known: String? = nil) throws {
    self.path = path
    let folder =
      path == "-" ? "" : URL(filePath: path).deletingLastPathComponent().relativePath
    do throws(SpecErrors) {
      spec = try SpecReader.read(bytes)
      if spec.gridCount > Self.largeGrid {
        standardError("\(path): expanding a grid of \(Show.points(spec.gridCount))")
      }
      let inputs =
        if let known, let inputs = SweepInputs(text: known, of: spec, folder: folder) {
          inputs
        } else {
          try SweepInputs(opening: spec, folder: folder)
        }
      plan = try Plan(spec, inputDigests: inputs.digests, data: inputs.facts(for: spec.measure))
      recipe = Recipe(plan, images: inputs.images?.indices ?? [])
      self.inputs = inputs
    } catch {
      throw Failure(.badInput, error.text(file: path))
    }
  }

  /// Reads the images, and shows which bytes other ranks need of them; none where there are none.
  ///
  /// **Throws**: `Failure`.
  mutating func loadImages() throws -> [UInt8] {
    do {
      try inputs.loadImages()
    } catch {
      throw Failure(.badInput, "\(path): the images cannot be used: \(error)")
    }
    return inputs.imageBytes
  }

  /// Takes over images that another rank has loaded.
  mutating func receiveImages(_ bytes: [UInt8]) { inputs.receiveImages(bytes, of: spec) }

  /// What this host lacks of the weights files; nil where it lacks nothing.
  var missingHere: String? {
    inputs.weights.missingHere().first.map {
      "\($0): is not there or has another size, expected the weights files in the same place on "
        + "every host"
    }
  }

  /// Times this machine, where what is measured takes time that its speed decides.
  mutating func calibrate() {
    if recipe.measuresStatistics || recipe.measure.frame.minimum { rates = .measured() }
  }

  /// The time that a number of workers will take for points of given costs, in seconds.
  static func makespan(_ seconds: [Float], workers: Int) -> Double {
    var world = SimulatedWorld(seconds: seconds, workers: workers)
    return world.run().makespan
  }

  /// Where the states of long trainings are kept while the sweep runs.
  func checkpoints(beside output: String) -> TrainingCheckpoints {
    TrainingCheckpoints(folder: output + ".training", plan: plan.planHash)
  }

  /// The files that trained weights are written to; nil where the sweep saves none.
  var savedWeights: SavedWeights? { SavedWeights(plan, inputs: inputs) }

  /// The cost model's word for some points, in seconds.
  func predictedSeconds(of points: [Int32]) -> [Float] {
    var model = CostModel(recipe, rates: rates)
    return points.map { Float(model.cost(of: plan.point(at: Int($0))).seconds) }
  }

  /// Refuses a sweep whose results file would be larger than wanted, before anything is computed.
  ///
  /// **Throws**: `Failure`.
  func check(maximumOutput limit: ByteCount) throws {
    let shape = TableShape(self)
    guard shape.payloadBytes <= TableShape.largestPayload else {
      throw Failure(
        .badInput,
        "\(path): the results of one point would take \(Show.bytes(Double(shape.payloadBytes))), "
          + "expected at most \(Show.bytes(Double(TableShape.largestPayload))): fewer images, or "
          + "per_image: false")
    }
    let bytes = shape.resultBytes(plan.count)
    guard bytes <= limit.bytes else {
      throw Failure(
        .badInput,
        "\(path): the results file would take about \(Show.bytes(bytes)), expected at most "
          + "\(Show.bytes(limit.bytes)); --max-output allows more")
    }
  }

  /// Shows what the reader noticed without refusing the file.
  func showWarnings() {
    for warning in plan.warnings { standardError("\(warning.text(file: path)) (warning)") }
  }
}
