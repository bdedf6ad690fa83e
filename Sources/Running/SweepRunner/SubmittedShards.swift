package import Foundation
package import SweepJobs

/// What `submit` notes of an array beside its scripts, for those who ask later what is missing.
package struct SubmittedShards: Codable, Equatable {
  /// The absolute path of the sweep file.
  package let sweep: String
  /// The absolute path of the merged results file.
  package let output: String
  /// The number of shards.
  package let count: Int
  /// Slurm's MaxArraySize, which no element's number reaches.
  package let maximumArraySize: Int
  /// The most elements that run at the same time; nil for no limit.
  package let maximumRunning: Int?

  /// The name of its file in the folder of the jobs.
  package static let fileName = "shards.json"

  /// Notes a request; nil where it has no shards.
  package init?(_ request: JobRequest, at site: SiteProfile) {
    guard case .shards(let count, _) = request.shape, let scheduler = site.scheduler else {
      return nil
    }
    sweep = request.sweep
    output = request.output
    self.count = count
    maximumArraySize = scheduler.maximumArraySize
    maximumRunning = scheduler.maximumRunning
  }

  /// Reads the note of a folder of jobs; nil where there is none.
  package static func read(in folder: String) -> SubmittedShards? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(fileName)"),
      let note = try? JSONDecoder().decode(SubmittedShards.self, from: data),
      note.count >= 1, note.maximumArraySize >= 1
    else { return nil }
    return note
  }

  /// The note's text.
  package func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

/// A call of `sbatch` for some shards of an array.
package struct ArrayCall: Equatable {
  /// The elements, as in `3,7-9`.
  package let elements: String
  /// The number of elements.
  package let count: Int
  /// The shard of element 0.
  package let first: Int

  /// The calls for shards in ascending order, in the pieces that `submit` made of the array.
  package static func calls(for shards: [Int], maximumArraySize: Int) -> [ArrayCall] {
    let pieces = Dictionary(grouping: shards) { $0 / maximumArraySize * maximumArraySize }
    return pieces.keys.sorted().map { first in
      let elements = (pieces[first] ?? []).map { $0 - first }
      return ArrayCall(
        elements: PointSelection(elements).text(), count: elements.count, first: first)
    }
  }

  /// The line for a shell.
  package func text(script: String, maximumRunning: Int?, arguments: [String] = []) -> String {
    let limit = maximumRunning.map { count > $0 ? "%\($0)" : "" } ?? ""
    return (["sbatch", "--array=\(elements)\(limit)", shellQuoted(script), "\(first)"] + arguments)
      .joined(separator: " ")
  }
}
