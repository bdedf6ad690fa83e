internal import Digest
internal import Measurements
internal import SweepSpec
internal import SweepStore

/// The results file of another sweep whose points are taken over where they are equal and measured
/// alike.
///
/// Its plan is derived anew from the sweep text in it and from what it says of its input files, which
/// need not be there any more: where the hash comes out as it is written, the numerics are those of
/// this program.
final class ReusableResults {
  private let file: String
  private let reader: ResultReader
  private let old: SweepFile
  private let sweep: SweepFile

  /// Opens a file and finds whether its results can be used.
  ///
  /// **Throws**: `Failure` where it cannot be read, or none of its results can be used.
  init(_ file: String, for sweep: SweepFile) throws {
    self.file = file
    self.sweep = sweep
    let text: String
    let inputs: String?
    let version: String?
    do throws(StoreError) {
      reader = try ResultReader.openProbed(file)
      text = try reader.sweepText()
      let run = try reader.runs().last
      inputs = run?["inputs"]
      version = run?["framesweep_version"]
    } catch {
      throw Failure(error)
    }
    old = try SweepFile(
      path: "\(file) (its sweep)", bytes: Array(text.utf8), inputs: inputs ?? "")
    guard old.plan.planHash.hexadecimal == reader.planSHA256 else {
      throw Failure(
        .badInput,
        "\(file): cannot be reused: its plan comes out otherwise today, because the numerics or the "
          + "columns of framesweep changed; version \(version ?? "unknown") wrote it")
    }
    guard old.spec.measure.canonicalText == sweep.spec.measure.canonicalText else {
      throw Failure(
        .badInput,
        "\(file): cannot be reused: it measures \(old.spec.measure.canonicalText), expected "
          + sweep.spec.measure.canonicalText)
    }
    guard old.spec.seed == sweep.spec.seed || !sweep.spec.measure.usesSeed else {
      throw Failure(
        .badInput,
        "\(file): cannot be reused: its images are chosen or split by the seed \(old.spec.seed), "
          + "expected \(sweep.spec.seed)")
    }
    guard old.inputs.imageDigests == sweep.inputs.imageDigests else {
      throw Failure(
        .badInput, "\(file): cannot be reused: it read other images, expected the same files")
    }
    guard old.inputs.guideDigests == sweep.inputs.guideDigests else {
      throw Failure(
        .badInput,
        "\(file): cannot be reused: its networks were compared with another guide, expected the same "
          + "file")
    }
  }

  /// Stores what can be used in a journal.
  ///
  /// - Parameter places: the points without a result, by their ids.
  ///
  /// **Returns**: how many points were taken over.
  ///
  /// **Throws**: `Failure` where the file cannot be read.
  func store(in journal: Journal, places: [Digest256: Int]) throws -> Int {
    let taken: Int
    do throws(StoreError) {
      taken = try journal.reuse(reader, old.table, as: sweep.measurements.layout) { index in
        let point = old.plan.point(at: index)
        guard let place = places[point.id], hasSameWeights(point) else { return nil }
        return place
      }
    } catch {
      throw Failure(error)
    }
    if taken == 0 {
      say(
        "warning: \(file): nothing of it is reused: none of its points that are ok is one that "
          + "this sweep still has to compute")
    }
    return taken
  }

  /// Whether the file that a point's weights come from is the one of then; true where there is none.
  private func hasSameWeights(_ point: Point) -> Bool {
    guard case .file(let location) = point.weights else { return true }
    return old.inputs.weights.digests(of: location.path)
      == sweep.inputs.weights.digests(of: location.path)
  }
}
