import Digest
import Foundation
import SweepSpec
import SweepStore

/// A shard to be merged: a results file, or the journal beside it while it is not finished.
struct ShardFile {
  /// The results file's name, which may not exist yet.
  let path: String

  /// Finds the shards that the command line names; folders stand for the files in them.
  ///
  /// **Throws**: `Failure` where there is none.
  static func find(_ names: [String], except output: String) throws -> [ShardFile] {
    var paths: [String] = []
    for name in names {
      var isFolder: ObjCBool = false
      guard unsafe FileManager.default.fileExists(atPath: name, isDirectory: &isFolder),
        isFolder.boolValue
      else {
        paths.append(resultsPath(name))
        continue
      }
      let members = (try? FileManager.default.contentsOfDirectory(atPath: name)) ?? []
      let folder = name.hasSuffix("/") ? name : name + "/"
      // Numbers in the names are compared as numbers, so that the order is that of the shards.
      paths += members.filter { $0.hasSuffix(".h5") || $0.hasSuffix(".h5.journal") }
        .map { resultsPath(folder + $0) }
        .sorted { $0.compare($1, options: [.numeric]) == .orderedAscending }
    }
    var seen: Set<String> = [absolute(output)]
    let files = paths.filter { seen.insert(absolute($0)).inserted }.map { ShardFile(path: $0) }
    guard !files.isEmpty else {
      throw Failure(
        .badInput,
        "\(names.joined(separator: " ")): "
          + (paths.isEmpty ? "holds no results file and no journal" : "is the output itself")
          + ", expected the shards of a sweep")
    }
    return files
  }

  private static func resultsPath(_ name: String) -> String {
    name.hasSuffix(".journal") ? String(name.dropLast(8)) : name
  }

  private static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
  }

  /// Why nothing of the shard can be read; nil where something can.
  func problem() -> StoreError? {
    let name = Journal.path(besides: path)
    do throws(StoreError) {
      if Journal.exists(at: name) {
        _ = try Journal.read(at: name)
      } else {
        _ = try ResultReader.openProbed(path)
      }
      return nil
    } catch {
      return error
    }
  }

  /// The sweep that the results file holds; nil where there is none yet, or it cannot be read.
  ///
  /// **Throws**: `Failure` where the text in the file is no sweep.
  func sweep() throws -> SweepFile? {
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

  /// Refuses a shard of another plan; what cannot be read is reported when it is merged.
  ///
  /// **Throws**: `Failure`.
  func check(_ sweep: SweepFile) throws {
    var found: String?
    if let journal = try? Journal.read(at: Journal.path(besides: path)) {
      found = Digest256(bytes: journal.planHash)?.hexadecimal
    } else if let reader = try? ResultReader.openProbed(path) {
      found = reader.planSHA256
    }
    guard let found, found != sweep.plan.planHash.hexadecimal else { return }
    throw Failure(
      .badInput,
      "\(path): belongs to another plan (\(found.prefix(16))…) than \(sweep.path) "
        + "(\(sweep.plan.planHash.prefixHexadecimal(characters: 16))…), expected shards of one plan; "
        + "nothing is written")
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
