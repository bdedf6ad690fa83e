internal import Foundation
internal import Paths
internal import SweepRuntime
internal import SweepStore

/// The shards that a merged file was made from.
enum MergedShards {
  /// The number of shards of the deal that all runs had a share of; nil where they had no such deal.
  static func count(in runs: [RunFacts]) -> Int? {
    let dealt = Set(runs.compactMap { $0["shard"].flatMap { Shard($0) }?.count })
    return dealt.count == 1 ? dealt.first : nil
  }

  /// What there is of the shards of a merged file today; nil where it was made of no shards, or where
  /// another run went on with it, or where they are gone.
  static func survey(
    of output: String, _ runs: [RunFacts], _ sweep: SweepFile
  ) throws -> ShardSurvey? {
    guard count(in: runs) != nil, let names = runs.last?["merged_from"] else { return nil }
    let given = names.split(separator: "\n").map { PathName.fromHere(String($0)) }
    guard let first = given.first else { return nil }
    let folder =
      given.first(where: ShardFile.isFolder)
      ?? PathName.folder(of: first)
    guard ShardFile.isFolder(folder),
      let files = try? ShardFile.find(given, except: output)
    else { return nil }
    return try ShardSurvey(files, in: folder, sweep: sweep, checksData: false)
  }
}
