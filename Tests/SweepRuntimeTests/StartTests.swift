import SweepRuntime
import Testing

@Suite("Start of a job") struct StartTests {
  private typealias Term = StartRequest.Term

  /// What `run` is asked for: a file of some contents, an output and a shard.
  private static func run(
    _ path: String, resolved: String? = nil, content: String = "", output: String = "/w/a.h5",
    shard: String = ""
  ) -> StartRequest {
    StartRequest(
      version: "1.0", command: "run", arguments: "run \(path) -o \(output)", folder: "/w",
      terms: [
        Term("the sweep file", path, resolved: resolved, content: content),
        Term("--output", output), Term("--shard", shard),
      ])
  }

  @Test("A request comes back from its text, which holds no NUL") func roundTrip() throws {
    var request = Self.run("/w/s.yaml", resolved: "/data/größe.yaml", content: "ab")
    request.process = "host: a\nprocess: 7\n"
    request.machine = ["blas_cores": "Haswell"]
    #expect(StartRequest(text: request.text) == request)
    #expect(!request.text.utf8.contains(0))
    for text in ["", "{}", String(request.text.dropLast())] {
      #expect(StartRequest(text: text) == nil)
    }
  }

  @Test("Ranks agree if they name the same in other words") func agreement() {
    let first = Self.run("/w/s.yaml", resolved: "/data/s.yaml", content: "ab")
    for same in [
      first,
      // Another name of the same text, and a name whose file this rank cannot read.
      Self.run("/copy/s.yaml", content: "ab"), Self.run("/w/s.yaml"),
      Self.run("/link/s.yaml", resolved: "/data/s.yaml"),
    ] {
      #expect(StartDisagreement([first, same, first]) == nil)
    }
    #expect(StartDisagreement([first]) == nil)
    #expect(StartDisagreement([]) == nil)
  }

  @Test("What ranks were asked otherwise is named, with the ranks of each wish") func disagreement()
    throws
  {
    let first = Self.run("/w/s.yaml", content: "ab")
    let other = Self.run("/w/s1.yaml", content: "cd", output: "/w/b.h5")
    let found = try #require(StartDisagreement([first, other, first, other, other]))
    #expect(found.names == ["the sweep file", "--output"])
    #expect(found.groups.map(\.ranks) == [[0, 2], [1, 3, 4]])
    #expect(found.groups.map(\.request) == [first, other])
  }

  @Test("A file of the same name with another text is another file") func sameName() throws {
    let first = Self.run("/tmp/s.yaml", content: "ab")
    let found = try #require(StartDisagreement([first, Self.run("/tmp/s.yaml", content: "cd")]))
    #expect(found.names == ["the sweep file"])
  }

  @Test("A host without the folder of the job may start in another one, asked in the same words")
  func otherFolder() {
    func request(_ folder: String, isThere: Bool, arguments: String = "run s.yaml -o a.h5")
      -> StartRequest
    {
      var request = Self.run(
        "\(folder)/s.yaml", content: isThere ? "ab" : "", output: "\(folder)/a.h5")
      request.terms[0].isAbsent = !isThere
      request.arguments = arguments
      return request
    }
    let first = request("/w", isThere: true)
    #expect(StartDisagreement([first, request("/tmp", isThere: false)]) == nil)
    #expect(StartDisagreement([first, request("/tmp", isThere: true)])?.names == ["--output"])
    let other = request("/tmp", isThere: false, arguments: "run s.yaml -o b.h5")
    #expect(StartDisagreement([first, other])?.names == ["the sweep file", "--output"])
  }

  @Test("Every shard of a farm is a wish of its own") func farm() throws {
    let ranks = (0..<20).map { Self.run("/w/s.yaml", output: "/w/\($0).h5", shard: "\($0)/20") }
    let found = try #require(StartDisagreement(ranks))
    #expect(found.names == ["--output", "--shard"])
    #expect(found.groups.map(\.ranks) == (0..<20).map { [$0] })
  }

  @Test("Commands, versions and arguments that were not understood are compared first")
  func otherKinds() throws {
    let first = Self.run("/w/s.yaml")
    var plan = first
    plan.command = "plan"
    #expect(StartDisagreement([first, plan])?.names == ["the command"])
    var newer = first
    newer.version = "2.0"
    #expect(StartDisagreement([first, newer])?.names == ["the version of framesweep"])
    #expect(StartDisagreement([first, nil])?.names == ["the version of framesweep"])
    #expect(StartDisagreement([nil, nil]) == nil)
    var wrong = first
    wrong.command = ""
    wrong.problem = "Unknown option '--no'"
    #expect(StartDisagreement([first, wrong])?.names == ["the arguments"])
    // All ranks make the same mistake: that is said once, and not called a disagreement.
    #expect(StartDisagreement([wrong, wrong]) == nil)
  }

  @Test("The data of a start come back from their bytes", arguments: [0, 1, 1_000])
  func data(imageBytes: Int) throws {
    let data = StartData(
      sweep: Array("format: 1\nname: größe\n".utf8), inputs: "images 1\n",
      expansion: [7, 0, 9], rates: "1 2",
      files: (0..<imageBytes).map { UInt8(truncatingIfNeeded: $0) })
    #expect(try StartData(bytes: data.bytes) == data)
  }

  @Test("Data of a start that are cut off anywhere, too long or another message are refused")
  func foreignData() {
    let bytes = StartData(sweep: [1, 2], inputs: "a", expansion: [5], rates: "b", files: [3]).bytes
    for count in 0..<bytes.count {
      #expect(throws: MessageError.self) { try StartData(bytes: Array(bytes[..<count])) }
    }
    #expect(throws: MessageError.self) { try StartData(bytes: bytes + [0]) }
    #expect(throws: MessageError.self) { try StartData(bytes: MessageCodec.encode(.ping)) }
  }
}
