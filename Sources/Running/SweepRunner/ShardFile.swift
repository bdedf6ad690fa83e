internal import Digest
internal import Foundation
internal import Paths
internal import SweepRecords
internal import SweepSpec
internal import SweepStore

/// A shard to be merged: a results file, or the journal beside it while it is not finished.
package struct ShardFile {
  /// The results file's name, which may not exist yet.
  let path: String

  /// The shard with a results file's name.
  package init(path: String) { self.path = path }

  /// Finds the shards that the command line names; folders stand for the files in them.
  ///
  /// **Throws**: `Failure` where there is none.
  static func find(_ names: [String], except output: String) throws -> [ShardFile] {
    var paths: [String] = []
    for name in names {
      paths += isFolder(name) ? members(of: name) : [resultsPath(name)]
    }
    var seen: Set<String> = [PathName.absolute(output)]
    let files = paths.filter { seen.insert(PathName.absolute($0)).inserted }.map {
      ShardFile(path: $0)
    }
    guard !files.isEmpty else {
      throw Failure(
        .badInput,
        "\(names.joined(separator: " ")): "
          + (paths.isEmpty ? "holds no results file and no journal" : "is the output itself")
          + ", expected the shards of a sweep")
    }
    return files
  }

  /// Whether a name is that of a folder.
  package static func isFolder(_ name: String) -> Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: name, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The results files of a folder, also those of which there is only a journal yet, in natural order.
  package static func members(of folder: String) -> [String] {
    let members = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    // Numbers in the names are compared as numbers, so that the order is that of the shards.
    return Set(
      members.filter { $0.hasSuffix(".h5") || $0.hasSuffix(".h5.journal") }
        .map { resultsPath(prefix + $0) }
    ).sorted { $0.compare($1, options: [.numeric]) == .orderedAscending }
  }

  private static func resultsPath(_ name: String) -> String {
    name.hasSuffix(".journal") ? String(name.dropLast(8)) : name
  }

  /// What a shard's file holds, or the journal beside it, which is ahead of it.
  struct Contents {
    /// The SHA-256 of the plan in hexadecimal.
    let planSHA256: String
    let runs: [RunFacts]
    /// The status of every point of the plan.
    let statuses: [PointStatus]

    fileprivate init(_ journal: Journal) {
      planSHA256 = Digest256(bytes: journal.planHash)?.hexadecimal ?? ""
      runs = journal.runs
      statuses = (0..<journal.planCount).map(journal.status)
    }

    fileprivate init(_ reader: borrowing ResultReader) throws(StoreError) {
      planSHA256 = reader.planSHA256
      runs = try reader.runs()
      statuses = try reader.statuses()
    }
  }

  /// Reads runs and statuses.
  ///
  /// **Throws**: `StoreError` where nothing can be read.
  func contents() throws(StoreError) -> Contents {
    let name = Journal.path(besides: path)
    if Journal.exists(at: name) {
      do throws(StoreError) {
        return Contents(try Journal.read(at: name))
      } catch {
        // The run may have finished just now, and its journal went.
        if Journal.exists(at: name) { throw error }
      }
    }
    return try Contents(ResultReader.openProbed(path))
  }

  /// Why nothing of the shard can be read; nil where something can.
  func problem() -> StoreError? {
    do throws(StoreError) {
      _ = try contents()
      return nil
    } catch {
      return error
    }
  }

  /// The sweep that the results file holds; nil where there is none yet, or it cannot be read.
  ///
  /// **Throws**: `Failure` where the text in the file is no sweep.
  package func sweep() throws -> SweepFile? {
    if let reader = try? ResultReader.openProbed(path), let text = try? reader.sweepText() {
      return try SweepFile(
        path: "\(path) (its sweep)", bytes: Array(text.utf8),
        inputs: (try? reader.runs())?.last?["inputs"])
    }
    guard let journal = try? Journal.read(at: Journal.path(besides: path)),
      let name = journal.runs.last?["sweep_file"], name != "-",
      let bytes = try? SweepFile.bytes(at: name)
    else { return nil }
    return try? SweepFile(path: name, bytes: bytes, inputs: journal.runs.last?["inputs"])
  }

  /// Why `sweep()` finds nothing.
  var whyNoSweep: String {
    if let problem = problem() { return problem.description }
    let name = (try? Journal.read(at: Journal.path(besides: path)))?.runs.last?["sweep_file"] ?? "-"
    guard name != "-" else { return "\(path): its journal does not name the sweep file" }
    do {
      _ = try SweepFile(path: name, bytes: SweepFile.bytes(at: name))
      return "\(path): its results file cannot be read yet"
    } catch {
      return "\(path): its sweep file cannot be used: \((error as? Failure)?.message ?? "\(error)")"
    }
  }

  /// What is wrong with a shard of that plan among those of a sweep; nil where it belongs to it.
  func mismatch(_ contents: Contents, with sweep: SweepFile) -> String? {
    guard contents.planSHA256 != sweep.plan.planHash.hexadecimal else { return nil }
    return
      "\(path): belongs to another plan (\(contents.planSHA256.prefix(16))…) than \(sweep.path) "
      + "(\(sweep.plan.planHash.prefixHexadecimal(characters: 16))…), expected shards of one plan"
  }

  /// Compares the data of the results file with its checksum; a shard that has only a journal has none.
  ///
  /// **Throws**: `StoreError` where it is damaged.
  func checkData(_ sweep: SweepFile) throws(StoreError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let reader = try ResultReader.openProbed(path)
    try reader.checkSchema(sweep.table)
    try reader.checkData()
  }

  /// Adds the shard's results to a journal.
  ///
  /// A journal beside the file holds all that the file does, and what came after it.
  ///
  /// **Throws**: `StoreError`.
  func merge(into journal: Journal, _ table: TableDescription) throws -> MergeCounts {
    let name = Journal.path(besides: path)
    if Journal.exists(at: name) {
      do {
        return try journal.merge(Journal.read(at: name))
      } catch  where !Journal.exists(at: name) {
        // The shard finished just now, and its journal went.
      }
    }
    return try journal.merge(ResultReader.openProbed(path), table)
  }
}
