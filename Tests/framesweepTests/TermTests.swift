import ArgumentParser
import SweepRuntime
import Testing

@testable import framesweep

@Suite("What ranks must have been asked alike") struct TermTests {
  private func terms(_ options: String...) throws -> [StartRequest.Term] {
    try RunCommand.parse(["s.yaml", "-o", "a.h5"] + options).terms
  }

  @Test("Every option of a run counts, but for one that changes nothing of what is done")
  func allOptions() throws {
    let command = try RunCommand.parse(["s.yaml", "-o", "a.h5"])
    let options = Mirror(reflecting: command).children.compactMap(\.label)
      .filter { $0.hasPrefix("_") && $0 != "_path" }
      .map { label in
        "--" + label.dropFirst().map { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }.joined()
      }
    #expect(options.count > 10)
    #expect(
      Set(options).subtracting(["--quiet"])
        == Set(command.terms.map(\.name)).subtracting(["the sweep file", "FRAMESWEEP_FAULT"]))
  }

  @Test(
    "An option that is given differs from one that is not",
    arguments: [
      "--resume", "--take-over", "--workers 2", "--retry lost", "--reuse old.h5", "--points 1-3",
      "--shard 0/2", "--point-timeout 1s", "--memory-limit 1GiB", "--max-failures 1",
      "--walltime 1h", "--refresh 1s", "--max-output 1GiB",
    ])
  func given(options: String) throws {
    let words = options.split(separator: " ").map(String.init)
    let given = try RunCommand.parse(["s.yaml", "-o", "a.h5"] + words).terms
    let differing = try zip(given, terms()).filter { $0 != $1 }.map(\.0.name)
    #expect(differing == [words[0]])
  }

  @Test("The order of statuses, and the way a duration is written, make no difference")
  func spelling() throws {
    #expect(
      try terms("--retry", "lost,failed", "--walltime", "60m")
        == terms("--walltime", "1h", "--retry", "failed,lost"))
    #expect(try terms("--quiet") == terms())
  }
}
