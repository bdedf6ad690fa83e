import MPI
import TestSupport
import Testing

@Suite("MPI", .serialized, .enabled("there is no mpirun") { MPILauncher.installed != nil })
struct SelfTestTests {
  private func run(
    _ scenario: String, ranks: Int, environment: [String: String?] = [:]
  ) throws -> ProcessResult {
    let launcher = try #require(MPILauncher.installed)
    let program = try #require(BuiltProducts.executable("mpi-selftest"), "\(BuiltProducts.missing)")
    return try launcher.run(program, [scenario], ranks: ranks, environment: environment)
  }

  private func expectLines(
    _ expected: [String], of scenario: String, ranks: Int
  ) throws {
    let result = try run(scenario, ranks: ranks)
    #expect(result.isSuccess, "\(result.errorOutput)")
    #expect(result.sortedLines == expected.sorted())
  }

  @Test("Every rank knows its number", arguments: 1...4)
  func hello(ranks: Int) throws {
    let version = MPIEnvironment.libraryVersion
    #expect(!version.isEmpty)
    try expectLines(
      (0..<ranks).map { "rank \($0) of \(ranks), \(version)" }, of: "hello", ranks: ranks)
  }

  @Test("Messages go there and back", arguments: 1...4)
  func pingPong(ranks: Int) throws {
    try expectLines(
      (1..<ranks).map { "rank \($0) answered" }, of: "ping-pong", ranks: ranks)
  }

  @Test("Many small messages arrive whole and in order", arguments: 1...4)
  func manySmall(ranks: Int) throws {
    try expectLines(["\(2000 * (ranks - 1)) messages"], of: "many-small", ranks: ranks)
  }

  @Test("A message of 64 MiB arrives whole", arguments: [2, 3])
  func large(ranks: Int) throws {
    try expectLines(
      (1..<ranks).map { "67108864 bytes came back from rank \($0)" }, of: "large", ranks: ranks)
  }

  @Test("The ranks of one machine are one node", arguments: [1, 4])
  func splitByNode(ranks: Int) throws {
    try expectLines(["node of \(ranks) ranks"], of: "split-by-node", ranks: ranks)
  }

  @Test("The parts of a split do not mix", arguments: [1, 3, 4])
  func split(ranks: Int) throws {
    try expectLines(
      (0..<ranks).map { "rank \($0) is \($0 / 2) of its part" }, of: "split", ranks: ranks)
  }

  @Test("The root gathers texts of any length", arguments: 1...4)
  func gather(ranks: Int) throws {
    try expectLines(
      (0..<ranks).map { "root \($0) has the bytes of \(ranks) ranks" }, of: "gather",
      ranks: ranks)
  }

  @Test("A broadcast reaches every rank", arguments: 1...4)
  func broadcast(ranks: Int) throws {
    try expectLines(
      (0..<ranks).map { "rank \($0) has all texts" }, of: "broadcast", ranks: ranks)
  }

  @Test("Reductions give every rank the same number", arguments: 1...4)
  func reduce(ranks: Int) throws {
    try expectLines((0..<ranks).map { "rank \($0) agrees" }, of: "reduce", ranks: ranks)
  }

  @Test("An error of the library is thrown, and the job goes on", arguments: [1, 3])
  func errorIsThrown(ranks: Int) throws {
    let result = try run("error-is-thrown", ranks: ranks)
    #expect(result.isSuccess, "\(result.errorOutput)")
    let lines = result.sortedLines
    #expect(lines.count == ranks)
    for (rank, line) in lines.enumerated() {
      #expect(line.hasPrefix("rank \(rank): MPI_Send failed: "))
    }
  }

  @Test("A rank that fails ends the whole job")
  func abort() throws {
    let result = try run("abort", ranks: 3)
    #expect(!result.isSuccess)
    #expect(!result.isTimedOut)
    #expect(result.errorOutput.contains("this was asked for"))
  }

  @Test("Processes that srun started without --mpi do not go on alone")
  func singletonsOfSlurm() throws {
    let program = try #require(BuiltProducts.executable("mpi-selftest"), "\(BuiltProducts.missing)")
    let result = try RunningProcess(
      program, ["hello"],
      environment: ["SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_NTASKS": "4"]
    ).wait()
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
    #expect(result.errorOutput.contains("srun did not connect the processes"))
  }

  @Test(
    "Processes that another MPI's launcher started notice that they are alone",
    .enabled("there is no second MPI") {
      installedExecutable("mpirun.mpich") != nil && MPILauncher.installed?.isOpenMPI == true
    })
  func singletonsOfAnotherLauncher() throws {
    let program = try #require(BuiltProducts.executable("mpi-selftest"), "\(BuiltProducts.missing)")
    let other = try #require(installedExecutable("mpirun.mpich"))
    let result = try RunningProcess(other, ["-n", "2", program, "hello"]).wait()
    #expect(!result.isSuccess)
    #expect(result.output.isEmpty)
    #expect(result.errorOutput.contains("built against \(MPIEnvironment.libraryVersion)"))
    #expect(result.errorOutput.contains("2 processes"))
  }
}
