import Architectures
import Foundation
import ImageData
import SweepRuntime
import SweepStore
import TestSupport
import Testing

@testable import SweepRunner

/// What ranks tell each other before a sweep, over messages in memory.
@Suite("Start of a job in process") struct StartTests {
  let place: Workplace

  init() throws { place = try Workplace(["tiny.yaml": Sweeps.tiny]) }

  @Test("Ranks that were asked for different things say which wants what, and write nothing")
  func unlike() throws {
    let ranks = try place.run(
      "tiny.yaml", "out.h5", ranks: 3,
      terms: { [.init("--output", $0 == 1 ? "b.h5" : "a.h5"), .init("--shard", "")] }, { _, _ in })
    #expect(ranks.map(\.status) == [.usage, .usage, .usage])
    #expect(ranks[0].words.contains("different things (--output)"), "\(ranks[0].words)")
    #expect(ranks[0].words.contains("  ranks 0,2: framesweep rank 0\n"), "\(ranks[0].words)")
    #expect(ranks[0].words.contains("  rank 1: framesweep rank 1\n"))
    #expect(ranks[1].words.isEmpty && ranks[2].words.isEmpty)
    #expect(!place.exists("out.h5.journal"))
  }

  @Test("A sweep that rank 0 cannot read ends all ranks in good order") func unreadable() throws {
    try place.folder.write(Sweeps.tiny.replacing("width:", with: "widht:"), to: "wrong.yaml")
    let ranks = try place.run("wrong.yaml", "out.h5", ranks: 3)
    #expect(ranks.map(\.status) == [.badInput, .ok, .ok])
    #expect(ranks[0].words.contains("did you mean 'width'"), "\(ranks[0].words)")
    #expect(ranks[1].words.isEmpty)
  }

  @Test("An output that rank 0 cannot open ends all ranks in good order") func unopened() throws {
    try place.folder.write("precious", to: "out.h5")
    let ranks = try place.run("tiny.yaml", "out.h5", ranks: 3)
    #expect(ranks.map(\.status) == [.cannotWrite, .ok, .ok])
    #expect(ranks[0].words.contains("exists already"))
  }

  @Test("Other ranks take the sweep from rank 0, whatever they see under its name") func oneSource()
    throws
  {
    try place.folder.write(Sweeps.tiny, to: "real.yaml")
    let other = place.path("nowhere/else.yaml")
    let ranks = try place.run("real.yaml", "out.h5", ranks: 3) { rank, request in
      if rank > 0 { request.sweep = other }
    }
    #expect(ranks.map(\.status) == [.ok, .ok, .ok], "\(ranks.map(\.words))")
    #expect(try place.verify("out.h5").status == .ok)
  }

  @Test("A rank that lacks a file of weights ends the job before the output is opened")
  func missingFile() throws {
    try place.folder.write(
      Sweeps.chains("4").replacing("{init: he, draws: 2}", with: "{file: net{family}.h5}"),
      to: "nets.yaml")
    for family in ["chain", "dense"] {
      let layers = [9, 4].map { columns in
        WeightTensor(
          rows: 4, columns: columns, kernel: 1, values: (0..<4 * columns).map { Double($0) })
      }
      try WeightsFile.write(
        [(group: nil, weights: NetworkWeights(layers: layers))],
        to: place.path("net\(family).h5"))
    }
    let good = try place.run("nets.yaml", "good.h5", ranks: 2)
    #expect(good[0].status == .ok, "\(good[0].words)")
    // Weights are looked for beside the sweep file, whose name on another host may lead elsewhere.
    let elsewhere = place.path("elsewhere/nets.yaml")
    let ranks = try place.run("nets.yaml", "out.h5", ranks: 2) { rank, request in
      if rank == 1 { request.sweep = elsewhere }
    }
    #expect(ranks.map(\.status) == [.badInput, .ok])
    #expect(ranks[0].words.contains("is not there or has another size"), "\(ranks[0].words)")
    #expect(!place.exists("out.h5.journal"))
  }

  @Test("What keeps some ranks from taking part is said once for each host and reason")
  func agreement() throws {
    let job = EmbeddedRanks(4)
    let failures = Guarded<[Int: Failure?]>([:])
    for rank in 0..<4 {
      Thread.detachNewThread {
        let found: Failure?
        do {
          let joined = try RankedJob(
            meeting: job.member(rank), .ofThisProcess(command: "run", arguments: ""))
          let own: Failure? =
            switch rank {
            case 0: nil
            case 3: Failure(.internalError, "no room")
            default: Failure(.badInput, "no file")
            }
          found = try World(of: joined, workers: nil).agree(own)
        } catch {
          found = Failure(.usage, "\(error)")
        }
        failures.change { $0[rank] = .some(found) }
      }
    }
    let all = failures.wait { $0.count == 4 ? $0 : nil }
    let host = ProcessInfo.processInfo.hostName
    for rank in 0..<4 {
      let failure = try #require(all[rank] ?? nil)
      #expect(failure.code == .internalError)
      #expect(failure.message == "host \(host): no file\nhost \(host): no room")
    }
  }

  @Test("The machines of all ranks stand in the results file") func provenance() throws {
    let ranks = try place.run("tiny.yaml", "out.h5", ranks: 3)
    #expect(ranks[0].status == .ok)
    let facts = try #require(try ResultReader.open(place.path("out.h5")).runs().last)
    #expect(facts["workers"] == "3")
    for name in ["hosts", "processors", "blas_cores", "onednn_instruction_sets"] {
      #expect(facts[name]?.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
    }
  }
}
