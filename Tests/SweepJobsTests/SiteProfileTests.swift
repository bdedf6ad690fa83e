import SweepJobs
import SweepSpec
import Testing

@Suite("Site profiles") struct SiteProfileTests {
  static let text = """
    format: 1
    name: some-site
    description: A site of the tests
    slurm:
      partition: long
      account: ab12
      options: [--exclusive, "--constraint=zen4"]
      maximum_time: 1-12:00:00
      maximum_array_size: 500
      maximum_running: 20
      notice: 3m
      maximum_requeues: 7
    nodes: {count: 4, cores: 64, memory: 240GiB, shared: false}
    launch: [srun, --mpi=pmix, -n, "{ranks}"]
    setup: |
      module load openmpi
      module load hdf5
    program: /opt/framesweep/bin/framesweep
    margin: 2
    """

  @Test("A profile that says everything is read as it says") func everything() throws {
    let profile = try SiteProfile(yaml: Self.text)
    #expect(profile.name == "some-site")
    #expect(profile.description == "A site of the tests")
    let scheduler = try #require(profile.scheduler)
    #expect(scheduler.partition == "long")
    #expect(scheduler.account == "ab12")
    #expect(scheduler.options == ["--exclusive", "--constraint=zen4"])
    #expect(scheduler.maximumSeconds == 129_600)
    #expect(scheduler.maximumArraySize == 500)
    #expect(scheduler.maximumRunning == 20)
    #expect(scheduler.noticeSeconds == 180)
    #expect(scheduler.maximumRequeues == 7)
    #expect(profile.nodes.count == 4)
    #expect(profile.nodes.cores == 64)
    #expect(profile.nodes.memoryBytes == 240 * 0x1p30)
    #expect(!profile.nodes.areShared)
    #expect(profile.launch == ["srun", "--mpi=pmix", "-n", "{ranks}"])
    #expect(profile.setup == "module load openmpi\nmodule load hdf5\n")
    #expect(profile.program == "/opt/framesweep/bin/framesweep")
    #expect(profile.margin == 2)
  }

  @Test("What a profile leaves out has sensible values") func defaults() throws {
    let profile = try SiteProfile(
      yaml: "{format: 1, name: small, nodes: {cores: 2, memory: 512MiB}}")
    #expect(profile.scheduler == nil)
    #expect(profile.nodes.count == 1)
    #expect(profile.launch == ["mpirun", "-n", "{ranks}"])
    let cluster = try SiteProfile(
      yaml: "{format: 1, name: a, nodes: {cores: 2, memory: 1TiB}, slurm: {maximum_time: 2d}}")
    #expect(cluster.scheduler?.maximumSeconds == 172_800)
    #expect(cluster.scheduler?.maximumArraySize == 1_001)
  }

  @Test(
    "Mistakes are named with their places",
    arguments: [
      ("", ["1:1: the file is empty"]),
      ("- a", ["1:1: found no mapping"]),
      ("name: [", ["this is not YAML"]),
      (
        "{format: 2, name: a, nodes: {cores: 1, memory: 1GiB}}",
        ["1:10: format: found '2', expected 1"]
      ),
      (
        "format: 1\nname: a\nnods: {}",
        [
          "1:1: nodes is missing", "3:1: unknown key 'nods', expected one of format",
          "did you mean 'nodes'?",
        ]
      ),
      (
        "format: 1\nname: a\nnodes: {cores: 0, memory: 12}",
        [
          "3:16: nodes.cores: found '0', expected an integer",
          "3:27: nodes.memory: found '12', a number without",
        ]
      ),
      (
        "format: 1\nname: a\nnodes: {cores: 1, memory: 1GiB}\nlaunch: [mpirun]",
        ["4:9: launch: no word holds {ranks}"]
      ),
      (
        "format: 1\nname: a\nnodes: {cores: 1, memory: 1GiB}\nslurm: {maximum_time: soon}",
        ["4:23: slurm.maximum_time: found 'soon', expected a duration such as 90s"]
      ),
      (
        "format: 1\nname: a\nnodes: {cores: 1, memory: 1GiB}\nslurm: {partition: a b, notice: 1s}",
        ["4:20: slurm.partition: found 'a b'", "4:33: slurm.notice: found '1s', expected 30s"]
      ),
      (
        "format: 1\nname: a\nnodes: {cores: 1, memory: 1GiB}\nslurm: {options: [exclusive]}",
        ["4:18: slurm.options: found 'exclusive'"]
      ),
      ("format: 1\nname: a\nname: b", ["3:1: name: the key is given twice, already at 2:1"]),
      ("format: 1\nname: a\nnodes:\n\tcores: 1", ["4:1: a tab indents this line"]),
    ])
  func mistakes(text: String, expected: [String]) throws {
    let error = try #require(throws: SpecErrors.self) { try SiteProfile(yaml: text) }
    let lines = error.description
    for part in expected { #expect(lines.contains(part), "\(lines)") }
    #expect(error.text(file: "x.yaml").hasPrefix("x.yaml:"))
  }

  @Test(
    "Sizes and durations of profiles are written as Slurm writes them, and never without a unit")
  func quantities() throws {
    func profile(_ memory: String, _ time: String) throws -> SiteProfile {
      try SiteProfile(
        yaml: "{format: 1, name: a, nodes: {cores: 1, memory: \(memory)}, "
          + "slurm: {maximum_time: \(time)}}")
    }
    let site = try profile("240G", "1h30m")
    #expect(site.nodes.memoryBytes == 240 * 0x1p30)
    #expect(site.scheduler?.maximumSeconds == 5_400)
    for (memory, time, wrong) in [("4096", "1h", "4096"), ("4G", "3600", "3600")] {
      let error = try #require(throws: SpecErrors.self) { try profile(memory, time) }
      #expect(error.description.contains("found '\(wrong)', a number without a unit"))
    }
  }
}
