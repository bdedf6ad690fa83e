/// Something that the last bits can depend on and that was not the same for all results of a file.
public struct Mixture: Sendable, Equatable {
  /// Ranks of one run that had the same.
  public struct Place: Sendable, Equatable {
    /// The run's number.
    public let run: Int
    /// The ranks, in order; nil for all of the run.
    public let ranks: [Int]?
    /// The hosts of these ranks, each once, in order; empty for all of the run.
    public let hosts: [String]
  }

  /// One of the values, and who had it.
  public struct Part: Sendable, Equatable {
    /// The value.
    public let value: String
    /// Where it was, in the order of runs.
    public internal(set) var places: [Place]
  }

  /// What differs, in words.
  public let name: String
  /// The values, sorted.
  public let parts: [Part]

  /// Facts that last bits can depend on: in words, of a run as a whole, and of each of its ranks.
  ///
  /// Where a run has both, those of its ranks count; files of version 0.1 have those of rank 0 only.
  private static let facts: [(name: String, ofRun: String?, ofRanks: String?)] = [
    ("the version of framesweep", "framesweep_version", nil),
    ("the processor", nil, "processors"),
    ("the BLAS library", "blas_version", nil),
    ("the BLAS core", "blas_core", "blas_cores"),
    ("the version of oneDNN", "onednn_version", nil),
    ("the oneDNN instruction set", "onednn_instruction_set", "onednn_instruction_sets"),
  ]

  /// What runs, and ranks of one run, did not have in common; what is not known differs from nothing.
  public static func all(of runs: [RunFacts]) -> [Mixture] {
    facts.compactMap { fact in
      var parts: [Part] = []
      for (run, known) in runs.enumerated() {
        for (value, place) in places(known, run, fact.ofRun, fact.ofRanks) {
          if let part = parts.firstIndex(where: { $0.value == value }) {
            parts[part].places.append(place)
          } else {
            parts.append(Part(value: value, places: [place]))
          }
        }
      }
      guard parts.count > 1 else { return nil }
      return Mixture(name: fact.name, parts: parts.sorted { $0.value < $1.value })
    }
  }

  /// The values of a run, each with the ranks that had it.
  private static func places(
    _ facts: RunFacts, _ run: Int, _ ofRun: String?, _ ofRanks: String?
  ) -> [(String, Place)] {
    let values = ofRanks.map { facts.list($0) } ?? []
    var ranks: [String: [Int]] = [:]
    for (rank, value) in values.enumerated() where !value.isEmpty {
      ranks[value, default: []].append(rank)
    }
    guard ranks.count > 1 else {
      let value = ranks.first?.key ?? ofRun.flatMap { facts[$0] }
      return value.map { [($0, Place(run: run, ranks: nil, hosts: []))] } ?? []
    }
    let hosts = facts.list("hosts")
    return ranks.map { value, ranks in
      var seen: Set<String> = []
      let found = ranks.filter(hosts.indices.contains).map { hosts[$0] }
        .filter { seen.insert($0).inserted }
      return (value, Place(run: run, ranks: ranks, hosts: found))
    }
  }
}

extension RunFacts {
  /// The lines of a fact that every rank has, by rank; none if it was not noted.
  func list(_ name: String) -> [String] {
    self[name]?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
  }
}
