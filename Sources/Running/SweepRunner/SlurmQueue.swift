internal import Foundation

/// Slurm's queue, as `squeue` shows it.
package enum SlurmQueue {
  /// An element of an array that waits or runs.
  package struct Element: Equatable {
    /// The number of the shard that it computes.
    package let shard: Int
    /// The number of its array.
    package let job: String
    /// Whether it has begun.
    package let hasStarted: Bool
  }

  /// What `squeue` says to some arguments within ten seconds; nil where there is no answer.
  package static func ask(_ arguments: [String]) -> (output: String, errors: String)? {
    guard let answer = try? ChildProcess.capture(["squeue"] + arguments, seconds: 10) else {
      return nil
    }
    switch answer.end {
    case .exited(code: 0): return (answer.output, answer.errors)
    // Without a squeue there is no answer; otherwise its complaint may be one.
    case .exited(let code) where code != 127 && !answer.errors.isEmpty:
      return (answer.output, answer.errors)
    default: return nil
    }
  }

  /// Those of some jobs that have ended; none where Slurm does not tell.
  package static func ended(of jobs: Set<String>) -> Set<String> {
    let known = jobs.filter { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }.sorted()
    var ended: Set<String> = []
    for first in stride(from: 0, to: known.count, by: 500) {
      let some = known[first..<min(first + 500, known.count)]
      let arguments = ["-h", "-j", some.joined(separator: ","), "-o", "%A %T"]
      guard let answer = ask(arguments) else { return ended }
      ended.formUnion(Self.ended(of: Set(some), states: answer.output, errors: answer.errors))
    }
    return ended
  }

  /// The same from lines `job state`, or from the word that there is no such job, which Slurm forgets some
  /// minutes after its end.
  package static func ended(of jobs: Set<String>, states: String, errors: String) -> Set<String> {
    if errors.contains("Invalid job id") { return jobs }
    guard errors.isEmpty else { return [] }
    let ends: Set = [
      "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY",
      "PREEMPTED", "REVOKED", "TIMEOUT",
    ]
    let living = states.split(whereSeparator: \.isNewline).compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      return words.count == 2 && !ends.contains(words[1]) ? words[0] : nil
    }
    return jobs.subtracting(living)
  }

  /// The elements of a script of shards that wait or run; none where Slurm does not tell.
  package static func elements(of script: String) -> [Element] {
    ask(["--me", "-h", "-r", "-o", "%K|%t|%A|%o"]).map { elements(of: script, in: $0.output) } ?? []
  }

  /// The same from lines `element|state|job|script first-shard …`.
  package static func elements(of script: String, in lines: String) -> [Element] {
    lines.split(whereSeparator: \.isNewline).compactMap { line in
      let fields = line.split(separator: "|", maxSplits: 3).map(String.init)
      guard fields.count == 4, let element = Int(fields[0]), fields[3].hasPrefix(script + " "),
        let first = fields[3].dropFirst(script.count).split(separator: " ").first.flatMap({
          Int($0)
        })
      else { return nil }
      return Element(shard: first + element, job: fields[2], hasStarted: fields[1] != "PD")
    }
  }
}
