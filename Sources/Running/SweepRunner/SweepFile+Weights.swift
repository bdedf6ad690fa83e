internal import Foundation
internal import Measurements
internal import SweepSpec

extension SweepFile {
  /// Lets the reading program read all weights of the sweep, if there is one.
  ///
  /// Where there can be no child, a warning says so.
  ///
  /// **Throws**: `Failure` with the place of weights that crash it.
  public func probeWeights() throws {
    guard let program = Surroundings.current.reader, spec.readsWeights else { return }
    var known: Set<WeightsLocation> = []
    var places: [(location: WeightsLocation, point: Int)] = []
    var points = PointCursor(plan)
    for index in 0..<plan.count {
      guard case .file(let location) = points.point(at: index).weights,
        location.format == .hdf5, known.insert(location).inserted
      else { continue }
      places.append((location, index))
    }
    // A command line has room for so many.
    let batchSize = 256
    for first in stride(from: 0, to: places.count, by: batchSize) {
      let batch = places[first..<min(first + batchSize, places.count)]
      let weights = inputs.weights
      let byteCounts = batch.map { weights.byteCount(of: $0.location.path) }
      let allowance = ReadingAllowance(fileBytes: byteCounts.reduce(0) { $0 + Double($1) })
      let end: ChildProcess.End
      let begun: Int
      do throws(ChildProcess.StartFailure) {
        let (how, output) = try ChildProcess.run(
          program,
          ["probe-weights", "--"]
            + zip(batch, byteCounts).flatMap { place, bytes in
              [
                weights.resolved(place.location.path), place.location.group ?? "/", String(bytes),
              ]
            })
        end = how
        begun = output.count
      } catch {
        say(
          "warning: no process of its own for reading weights can be started (\(error.reason)); this one "
            + "reads them")
        return
      }
      let reason: String
      var code = ExitStatus.badInput
      switch ReadingEnd(end, allowance) {
      case .ended: continue
      case .damaged(let text): reason = text
      case .notRead(let text):
        reason = text
        code = .internalError
      }
      let culprit = batch[first + max(begun, 1) - 1]
      let (place, keyPath) = plan.weightsPlace(ofPoint: culprit.point)
      let error = SpecError(
        place, keyPath, "\(culprit.location.path): \(reason)", expected: "an HDF5 file of weights")
      throw Failure(code, SpecErrors([error]).text(file: path))
    }
  }
}
