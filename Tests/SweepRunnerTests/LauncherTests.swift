import SweepStore
import Testing

@testable import SweepRunner

@Suite("Launchers") struct LauncherTests {
  @Test("The launcher and its options are known if it starts the program itself") func words() {
    let program = "/opt/bin/framesweep"
    func words(_ line: String) -> [String]? {
      RankProcesses.launcherWords(line.split(separator: " ").map(String.init), of: program)
    }
    #expect(
      words("/usr/bin/mpirun --oversubscribe -n 4 ./framesweep run s.yaml")
        == ["mpirun", "--oversubscribe", "-n", "4"])
    #expect(words("mpiexec -n 2 /opt/bin/framesweep run s.yaml") == ["mpiexec", "-n", "2"])
    #expect(words("mpirun -n 4 bash job.sh") == nil)
    #expect(words("orted -mca ess env") == nil)
    #expect(words("bash framesweep run s.yaml") == nil)
    #expect(words("") == nil)
  }

  @Test("The command that resumes a run has its launcher's options") func command() throws {
    let place = try Workplace(["good.yaml": Sweeps.chains("4, 8")])
    let sweep = try SweepFile(
      path: place.path("good.yaml"), bytes: SweepFile.bytes(at: place.path("good.yaml")))
    var facts: RunFacts = [
      "mpi_version": "Open MPI", "workers": "4", "sweep_file": place.path("good.yaml"),
    ]
    func text() -> String { ResumeCommand(sweep, runs: [facts], output: "o.h5").text("--resume") }
    #expect(text().hasPrefix("mpirun -n 4 framesweep run "))
    facts["launcher"] = "mpirun --oversubscribe -n 4"
    #expect(text().hasPrefix("mpirun --oversubscribe -n 4 framesweep run "))
    facts["mpi_version"] = "none"
    #expect(text().hasPrefix("framesweep run "))
  }
}
