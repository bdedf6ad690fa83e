internal import Architectures
internal import Digest
internal import Foundation
internal import ImageData
internal import Networks
internal import Paths
public import SweepRecords
public import SweepSpec
public import Training

/// The files that the trained weights of a sweep are written to, one for each network.
///
/// A file names the training that it holds: whatever its numbers depend on. One that holds the same
/// training is replaced, by the same numbers; any other file is left alone.
public struct SavedWeights: Sendable {
  private let plan: Plan
  /// The folder of the sweep file, where relative paths start.
  private let folder: String
  /// What trainings of this sweep have in common.
  private let commonText: String
  /// How networks are trained.
  private let settingsText: String
  /// Looks at a plan; nil where it saves no weights.
  ///
  /// - Parameters:
  ///   - plan: the points.
  ///   - inputs: the files that the sweep reads, and where it lies; nil for none, and here.
  public init?(_ plan: Plan, inputs: SweepInputs?) {
    guard let train = plan.spec.measure[TrainingMeasurement.self], train.savedWeights != nil else {
      return nil
    }
    self.plan = plan
    folder = inputs?.weights.folder ?? ""
    settingsText = "{\(train.canonicalText)}"
    let files = (inputs?.images(of: TrainingMeasurement.self)?.digests ?? []).map {
      "images: \($0.hexadecimal)\n"
    }.joined()
    let guide = inputs?.networks.guides[TrainingMeasurement.section].map {
      "guide: \($0.network.digest.hexadecimal)\n"
    }
    commonText =
      "framesweep training\nnumerics: \(numericsVersion)\ntrain: \(settingsText)\n"
      + "sweep_seed: \(plan.spec.seed)\n" + files + (guide ?? "")
  }

  /// The number of files of the whole plan, and their bytes, about.
  public var extent: (files: Int, bytes: Double) {
    var (files, bytes) = (0, 0.0)
    for index in 0..<plan.count {
      let point = plan.point(at: index)
      let draws = point.weights.draws
      files += draws
      // What small networks show: each layer is a group of two datasets.
      let overhead = 10_000 + 1_400 * Double(point.network.layerCount)
      bytes += Double(draws) * (overhead + 4 * Double(point.network.counts().weights))
    }
    return (files, bytes)
  }

  /// What keeps the weights of points from being written, found without writing anything.
  ///
  /// - Parameters:
  ///   - points: the points that are going to be computed.
  ///   - reserved: files of the run itself.
  ///
  /// **Returns**: a line for each file that is another's, or whose folder cannot be used.
  public func obstacles(
    for points: some Sequence<Int>, reserved: [String] = []
  ) -> [String] {
    var obstacles: [InputFileError] = []
    var folders: [String: String?] = [:]
    let reserved = Set(reserved.map(PathName.absolute))
    for index in points {
      let point = plan.point(at: index)
      for draw in 0..<point.weights.draws {
        let (path, _, name) = file(of: point, draw: draw)
        let parent = PathName.folder(of: path)
        let problem = folders[parent] ?? Self.problem(withFolder: parent)
        folders[parent] = problem
        if let problem {
          obstacles.append(
            InputFileError(
              path: name, problem: problem, expected: "a folder that can be written to"))
        } else if reserved.contains(PathName.absolute(path)) {
          obstacles.append(
            InputFileError(
              path: name, problem: "it is a file of this run", expected: "another name"))
        } else {
          let occupant = WeightsFile.occupant(of: path)
          guard occupant != .nothing, occupant != .training(training(of: point, draw: draw)) else {
            continue
          }
          obstacles.append(WeightsFile.refusal(of: occupant, name: name))
        }
      }
    }
    return obstacles.map(\.description)
  }

  /// The first of a point's files that should be there and is not, or holds something else; nil where
  /// nothing is missing.
  ///
  /// - Parameters:
  ///   - index: the point, which is ok.
  ///   - statuses: how the trainings of its draws ended; nil takes all for completed. One that
  ///     diverged has no file.
  public func missingFile(of index: Int, _ statuses: [TrainingStatus]? = nil) -> String? {
    let point = plan.point(at: index)
    for draw in 0..<point.weights.draws {
      if let statuses, statuses.indices.contains(draw), statuses[draw] != .completed { continue }
      let (path, _, name) = file(of: point, draw: draw)
      guard WeightsFile.occupant(of: path) == .training(training(of: point, draw: draw)) else {
        return name
      }
    }
    return nil
  }

  /// Removes what killed processes left of files of points in their folders.
  public func removeLeftovers(of points: some Sequence<Int>) {
    var folders: Set<String> = []
    for index in points {
      let point = plan.point(at: index)
      for draw in 0..<point.weights.draws {
        folders.insert(PathName.folder(of: file(of: point, draw: draw).path))
      }
    }
    for folder in folders { WeightsFile.removeLeftovers(in: folder) }
  }

  /// Writes the weights of a trained network.
  ///
  /// **Throws**: `InputFileError` where its file is another's, or cannot be written.
  func save(
    _ trainer: Trainer, _ result: TrainingResult, of point: Point, draw: Int
  ) throws(InputFileError) {
    let (path, group, name) = file(of: point, draw: draw)
    let network = TrainedNetwork(
      training: training(of: point, draw: draw),
      parameters: trainer.built.storedParameters.map { parameter, place in
        (place, trainer.numbers(of: parameter))
      }, testImages: testImages, facts: facts(of: point, draw: draw, result))
    try WeightsFile.save(network, to: path, group: group, name: name)
  }

  /// The places of the test images in the data set, ascending.
  private var testImages: [Int] {
    guard let train = plan.spec.measure[TrainingMeasurement.self],
      let images = plan.data[TrainingMeasurement.section]
    else { preconditionFailure("a network was trained on images of an unknown number") }
    return train.testPlaces(of: images.count, seed: plan.spec.seed).sorted()
  }

  private func facts(
    of point: Point, draw: Int, _ result: TrainingResult
  ) -> [(name: String, value: TrainedNetwork.Fact)] {
    [
      ("point", .text(point.shortID)), ("architecture", .text(point.network.canonicalText)),
      ("inference_sweeps", .integer(Int64(point.inferenceSweeps))),
      ("seed", .integer(point.seed)), ("draw", .integer(Int64(draw))),
      ("train", .text(settingsText)),
      ("sweep_seed", .integer(plan.spec.seed)), ("numerics", .integer(Int64(numericsVersion))),
      ("train_epochs", .integer(Int64(result.epochs))),
      ("train_error", .number(result.trainingError)),
      ("validation_error", .number(result.validationError)),
      ("test_error", .number(result.testError)), ("test_loss", .number(result.testLoss)),
    ]
  }

  /// What tells a training from all others: the SHA-256 of what its numbers depend on, and of the
  /// group that they stand under.
  ///
  /// The number of draws is left out, so that a sweep may grow in it.
  private func training(of point: Point, draw: Int) -> String {
    let text =
      commonText + "architecture: \(point.network.canonicalText)\n"
      + "inference_sweeps: \(point.inferenceSweeps)\nseed: \(point.seed)\ndraw: \(draw)\n"
      + (file(of: point, draw: draw).group.map { "group: \($0)\n" } ?? "")
    return SHA256.hash(Array(text.utf8)).hexadecimal
  }

  private func file(of point: Point, draw: Int) -> (path: String, group: String?, name: String) {
    guard let location = plan.savedWeights(of: point, draw: draw) else {
      preconditionFailure("a plan whose weights are saved has a file for each network")
    }
    return (PathName.resolved(location.path, in: folder), location.group, location.path)
  }

  /// Why no file can be made in a folder; nil where one can, the folder itself included.
  private static func problem(withFolder folder: String) -> String? {
    var path = folder
    while path != ".", path != "/", !FileManager.default.fileExists(atPath: path) {
      path = PathName.folder(of: path)
    }
    var isFolder = ObjCBool(false)
    _ = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if !isFolder.boolValue { return "\(path) is not a folder" }
    return FileManager.default.isWritableFile(atPath: path)
      ? nil : "the folder \(path) cannot be written to"
  }
}

extension SweepMeasurements {
  /// How the trainings of a point's draws ended, as its record says.
  public func trainStatuses(in record: Record) -> [TrainingStatus] {
    guard let place = layout.place(of: TrainingResult.statusColumn.id), !record.values.isEmpty
    else { return [] }
    let offsets = layout.offsets(draws: record.draws)
    return record.values[offsets[place]..<offsets[place + 1]].map {
      TrainingStatus(rawValue: Int8(bitPattern: $0)) ?? .notTrained
    }
  }
}
