import Digest
import Measurements
import SweepSpec
import SweepStore

/// The results file of another sweep whose points are taken over where they are equal and measured
/// alike.
///
/// It is derived anew from the sweep text in it: where its plan's hash comes out as it is written,
/// inputs and numerics are those of this program.
final class ReusableResults {
  private let file: String
  private let reader: ResultReader
  private let old: SweepFile

  /// Opens a file and finds whether its results can be used.
  ///
  /// **Throws**: `Failure` where it cannot be read, or none of its results can be used.
  init(_ file: String, for sweep: SweepFile) throws {
    self.file = file
    let text: String
    do throws(StoreError) {
      reader = try ResultReader.openProbed(file)
      text = try reader.sweepText()
    } catch {
      throw Failure(error)
    }
    old = try SweepFile(path: "\(file) (its sweep)", bytes: Array(text.utf8))
    guard old.plan.planHash.hexadecimal == reader.planSHA256 else {
      throw Failure(
        .badInput,
        "\(file): cannot be reused: its plan comes out otherwise today, because an input file or "
          + "the numerics changed")
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
      taken = try journal.reuse(reader, old.table) { places[old.plan.point(at: $0).id] }
    } catch {
      throw Failure(error)
    }
    if taken == 0 {
      standardError(
        "warning: \(file): nothing of it is reused: none of its points that are ok is one that "
          + "this sweep still has to compute")
    }
    return taken
  }
}
