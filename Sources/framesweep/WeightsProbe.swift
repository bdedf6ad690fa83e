import ArgumentParser
import Foundation
import ImageData
import Measurements
import SweepSpec

/// Reads weights, so that a crash of the HDF5 library ends this process only.
struct WeightsProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe-weights",
    abstract: "Read weights; run and plan start it before weights are read.", shouldDisplay: false)

  @Argument(help: "Files and groups, in turn.")
  var locations: [String]

  /// Prints a byte before each group; the last that is begun is the one that ends this process.
  func run() throws {
    let places = stride(from: 0, to: locations.count - 1, by: 2).map {
      (path: locations[$0], group: locations[$0 + 1])
    }
    let sizes = Dictionary(places.map { ($0.path, fileSize($0.path)) }) { first, _ in first }
    // Every group may be as large as its file.
    ChildProcess.limitResources(
      seconds: 5 + places.reduce(0) { $0 + Double(sizes[$1.path] ?? 0) / 1e6 })
    for place in places {
      try standardOutputText(".")
      // What is wrong in good order is said where it is read for good.
      try? WeightsFile.readAll(place.path, group: place.group)
    }
    World.quit(.ok)
  }

  private func fileSize(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }
}

extension SweepFile {
  /// Reads all weights of the sweep in a child process.
  ///
  /// **Throws**: `Failure` with the place of weights that crash it.
  func probeWeights() throws {
    guard spec.readsWeights else { return }
    var known: Set<WeightsLocation> = []
    var places: [(location: WeightsLocation, point: Int)] = []
    for index in 0..<plan.count {
      guard case .file(let location) = plan.point(at: index).weights,
        known.insert(location).inserted
      else { continue }
      places.append((location, index))
    }
    // A command line has room for so many.
    let batchSize = 256
    for first in stride(from: 0, to: places.count, by: batchSize) {
      let batch = places[first..<min(first + batchSize, places.count)]
      let pipe = Pipe()
      let end = try ChildProcess.run(
        ["probe-weights", "--"]
          + batch.flatMap { [inputs.weights.resolved($0.location.path), $0.location.group ?? "/"] },
        output: pipe.fileHandleForWriting.fileDescriptor)
      try? pipe.fileHandleForWriting.close()
      let begun = (try? pipe.fileHandleForReading.readToEnd())?.count ?? 0
      let reason: String
      switch end {
      case .exited: continue
      case .crashed(let signal): reason = ChildProcess.reason(ofCrash: signal)
      case .stopped(let signal): reason = "the process that read it was ended by signal \(signal)"
      }
      let culprit = batch[first + max(begun, 1) - 1]
      let (place, keyPath) = plan.weightsPlace(ofPoint: culprit.point)
      let error = SpecError(
        place, keyPath, "\(culprit.location.path): \(reason)", expected: "an HDF5 file of weights")
      throw Failure(.badInput, SpecErrors([error]).text(file: path))
    }
  }
}
