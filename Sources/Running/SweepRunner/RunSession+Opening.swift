internal import Digest
internal import Foundation
internal import Measurements
internal import SweepRecords
internal import SweepRuntime
internal import SweepSpec
internal import SweepStore

extension RunRequest {
  /// Whether the run resumes an output.
  var resumes: Bool { resume || !retry.isEmpty }
}

extension RunSession {
  /// Opens the journal of an output, from the results file where there is no journal, or a new one.
  ///
  /// **Throws**: `Failure` where the output exists and is not to be touched, or where it belongs to
  /// another plan or is damaged.
  static func openJournal(
    for sweep: SweepFile, output: String, resume: Bool
  ) throws -> Journal {
    do throws(StoreError) {
      return try open(sweep, output, resume: resume)
    } catch {
      throw Failure(error)
    }
  }

  private static func open(
    _ sweep: SweepFile, _ output: String, resume: Bool
  ) throws(StoreError) -> Journal {
    let path = Journal.path(besides: output)
    let hasJournal = Journal.exists(at: path)
    guard hasJournal || FileManager.default.fileExists(atPath: output) else {
      return try Journal.create(
        at: path, planHash: sweep.plan.planHash.bytes, planCount: sweep.plan.count)
    }
    var isFolder = ObjCBool(false)
    if unsafe FileManager.default.fileExists(atPath: output, isDirectory: &isFolder),
      isFolder.boolValue
    {
      throw StoreError(
        .occupied, path: output, operation: "creating it",
        reason: "it is a folder, expected the name of a file")
    }
    guard resume else {
      throw StoreError(
        .occupied, path: hasJournal ? path : output, operation: "creating it",
        reason: "it exists already and is not touched, expected a new name for the output, or "
          + "--resume to continue")
    }
    if hasJournal {
      return try Journal.open(
        at: path, planHash: sweep.plan.planHash.bytes, planCount: sweep.plan.count)
    }
    return try Journal.restore(at: path, from: ResultReader.openProbed(output), sweep.table)
  }

  /// What to say of an output that is finished and shall go on, before anything is made for that; nil
  /// where something is left to do.
  static func whatIsFinished(
    _ sweep: SweepFile, _ request: RunRequest, asked: AskedPoints
  ) throws -> Failure? {
    let output = request.output
    guard request.resumes,
      !Journal.exists(at: Journal.path(besides: output)),
      FileManager.default.fileExists(atPath: output)
    else { return nil }
    do throws(StoreError) {
      let reader = try ResultReader.openProbed(output)
      guard reader.planSHA256 == sweep.plan.planHash.hexadecimal else {
        let writer = try reader.runs().last?["framesweep_version"] ?? framesweepVersion
        return Failure(
          .badInput,
          "\(output): belongs to another plan (\(reader.planSHA256.prefix(16))…; framesweep "
            + "\(writer) wrote it), expected "
            + "\(sweep.plan.planHash.prefixHexadecimal(characters: 16))…; choose another output")
      }
      let runs = try reader.runs()
      do { try asked.check(runs, of: output) } catch { return error }
      let statuses = try reader.statuses()
      let open = request.retry.union([.pending])
      guard !statuses.indices.contains(where: { asked.contains($0) && open.contains(statuses[$0]) })
      else { return nil }
      if request.resume, try !unsaved(sweep, in: reader, statuses, asked: asked).isEmpty {
        return nil
      }
      return Failure(
        statuses.allSatisfy { $0 == .ok || $0 == .pending } ? .ok : .someNotOK,
        "\(output): is complete, nothing is left to do")
    } catch {
      throw Failure(error)
    }
  }

  /// Lets points be computed again although they have a result.
  ///
  /// **Throws**: `Failure` where the journal cannot be written.
  static func reopen(_ points: Set<Int>, in journal: Journal) throws {
    do throws(StoreError) {
      try journal.reopen(points.sorted())
    } catch {
      throw Failure(error)
    }
  }

  /// Takes over results of other files for points that have none yet.
  ///
  /// **Returns**: how many points were taken over.
  ///
  /// **Throws**: `Failure` where a file cannot be read.
  static func reuse(
    _ others: [ReusableResults], for sweep: SweepFile, in journal: Journal
  ) throws -> Int {
    guard !others.isEmpty else { return 0 }
    var places: [Digest256: Int] = [:]
    let saved = sweep.savedWeights
    var points = PointCursor(sweep.plan)
    for index in 0..<sweep.plan.count where journal.status(of: index) == .pending {
      // Results are taken over and files are not: a point that lacks one is computed.
      if saved?.missingFile(of: index) != nil { continue }
      places[points.point(at: index).id] = index
    }
    return try others.reduce(0) { try $0 + $1.store(in: journal, places: places) }
  }
}
