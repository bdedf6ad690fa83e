import Foundation
import SweepJobs
import TestSupport
import Testing

@Suite("Job scripts") struct JobScriptTests {
  static func profile(_ change: (inout SiteProfile.Scheduler) -> Void = { _ in }) -> SiteProfile {
    var scheduler = SiteProfile.Scheduler()
    change(&scheduler)
    return SiteProfile(
      name: "test", nodes: SiteProfile.Nodes(cores: 8, memoryBytes: 0x1p34), scheduler: scheduler)
  }

  static func request(_ shape: JobRequest.Shape, output: String = "/data/out.h5") -> JobRequest {
    JobRequest(
      shape: shape, name: "größe 3", sweep: "/data/a sweep.yaml", output: output,
      program: "framesweep", wallSeconds: 5_400, memoryBytesPerCore: 600e6,
      origin: "framesweep submit …")
  }

  private func options(_ script: JobScript) -> [String] {
    script.text.split(separator: "\n").filter { $0.hasPrefix("#SBATCH ") }
      .map { String($0.dropFirst(8)) }
  }

  @Test("The script of an MPI job asks for a core and memory for each rank") func ranks() {
    let profile = Self.profile {
      $0.partition = "long"
      $0.account = "ab12"
      $0.options = ["--exclusive"]
    }
    let script = JobScript.ranks(6, Self.request(.ranks(6)), at: profile)
    #expect(
      options(script) == [
        "--job-name=gr--e-3", "--output=\"/data/out.jobs/ranks-%j.log\"", "--open-mode=append",
        "--time=01:30:00", "--ntasks=6", "--cpus-per-task=1", "--mem-per-cpu=573M",
        "--partition=long", "--account=ab12", "--signal=B:USR1@120", "--requeue", "--exclusive",
      ])
    #expect(script.text.hasPrefix("#!/usr/bin/env bash\n#SBATCH"))
    #expect(script.text.contains("mpirun -n 6 \"$program\" run \"$sweep\" -o \"$output\" --resume"))
    #expect(script.text.contains("sweep='/data/a sweep.yaml'"))
    #expect(script.text.contains("OPENBLAS_NUM_THREADS=1"))
  }

  @Test("The script of an array takes the number of shards from the request only") func shards() {
    let script = JobScript.shards(
      3_000, cores: 4, Self.request(.shards(3_000, cores: 4)), at: Self.profile())
    #expect(options(script).contains("--cpus-per-task=4"))
    #expect(options(script).contains("--ntasks=1"))
    #expect(script.text.contains("shards=3000\n"))
    #expect(script.text.contains("--workers 4"))
    #expect(!script.text.contains("SLURM_ARRAY_TASK_COUNT"))
  }

  @Test("Where jobs have whole nodes, ranks are spread evenly and no memory is asked for")
  func wholeNodes() {
    var profile = Self.profile()
    profile.nodes.count = 4
    profile.nodes.areShared = false
    let even = JobScript.ranks(20, Self.request(.ranks(20)), at: profile)
    #expect(
      options(even).filter { $0.contains("node") || $0.contains("tasks") || $0.contains("mem") }
        == ["--nodes=3", "--ntasks=20", "--ntasks-per-node=7"])
    #expect(options(even).contains("--exclusive"))
    // 16 GiB hold three ranks of 5 GiB.
    var large = Self.request(.ranks(12))
    large.memoryBytesPerCore = 5 * 0x1p30
    #expect(large.obstacles(at: profile).isEmpty)
    #expect(options(JobScript.ranks(12, large, at: profile)).contains("--nodes=4"))
    large.shape = .ranks(13)
    #expect(large.obstacles(at: profile).count == 1)
    let shard = JobScript.shards(2, cores: 8, Self.request(.shards(2, cores: 8)), at: profile)
    #expect(options(shard).contains("--cpus-per-task=8"))
    #expect(!options(shard).contains { $0.contains("--mem") })
  }

  @Test("All jobs ask for memory in the same way, and a profile's own option takes the place of it")
  func memory() {
    func memories(_ profile: SiteProfile) -> [[String]] {
      let request = Self.request(.shards(4, cores: 2))
      return [
        JobScript.ranks(4, request, at: profile), .shards(4, cores: 2, request, at: profile),
        .merge(request, at: profile),
      ].map { script in
        options(script).filter { $0.hasPrefix("--mem") || $0 == "--exclusive" }
      }
    }
    #expect(
      memories(Self.profile())
        == [["--mem-per-cpu=573M"], ["--mem-per-cpu=573M"], ["--mem-per-cpu=2048M"]])
    for option in ["--mem=8G", "--mem 0", "--mem-per-cpu=4G", "--mem-per-gpu=1G"] {
      let profile = Self.profile { $0.options = ["--qos=short", option] }
      #expect(memories(profile) == [[option], [option], [option]])
    }
    // An option whose name begins alike is none of memory.
    let bound = Self.profile { $0.options = ["--mem-bind=local"] }
    #expect(memories(bound)[1] == ["--mem-per-cpu=573M", "--mem-bind=local"])
    var whole = Self.profile()
    whole.nodes.areShared = false
    #expect(memories(whole) == [["--exclusive"], ["--exclusive"], ["--exclusive"]])
  }

  @Test("A site's own lines come before unset variables are refused") func setup() throws {
    var profile = Self.profile()
    profile.setup = "module load openmpi\n"
    profile.launch = ["srun", "--mpi=pmix", "-n", "{ranks}"]
    let text = JobScript.ranks(2, Self.request(.ranks(2)), at: profile).text
    let setup = try #require(text.range(of: "module load openmpi\n"))
    let strict = try #require(text.range(of: "set -u"))
    #expect(setup.upperBound <= strict.lowerBound)
    #expect(text.contains("srun --mpi=pmix -n 2 \"$program\""))
  }

  @Test("Arrays above MaxArraySize come in pieces, and the merge waits for all") func pieces() {
    let submission = Submission(
      Self.request(.shards(2_500, cores: 1)), at: Self.profile { $0.maximumArraySize = 1_001 })
    #expect(submission.steps.map(\.array) == ["0-1000", "0-1000", "0-497", nil])
    #expect(submission.steps.map(\.arguments) == [["0"], ["1001"], ["2002"], []])
    #expect(
      submission.command(of: 3, jobs: ["7", "8", "9"]) == [
        "sbatch", "--parsable", "--dependency=afterany:7:8:9", "/data/out.jobs/merge.sbatch",
      ])
    #expect(
      submission.command(of: 1, jobs: ["7"]) == [
        "sbatch", "--parsable", "--array=0-1000", "/data/out.jobs/shards.sbatch", "1001",
      ])
  }

  @Test("A limit on running elements holds for all pieces together") func throttle() {
    let submission = Submission(
      Self.request(.shards(12, cores: 1)),
      at: Self.profile {
        $0.maximumArraySize = 5
        $0.maximumRunning = 3
      })
    #expect(submission.steps.map(\.array) == ["0-4%3", "0-4%3", "0-1%3", nil])
    #expect(submission.steps.map(\.after) == [[], [0], [1], [0, 1, 2]])
  }

  @Test("What a site cannot run is said") func obstacles() {
    let profile = Self.profile { $0.maximumSeconds = 7_200 }
    #expect(Self.request(.ranks(8)).obstacles(at: profile).isEmpty)
    #expect(Self.request(.ranks(9)).obstacles(at: profile).count == 1)
    #expect(Self.request(.shards(100, cores: 8)).obstacles(at: profile).isEmpty)
    #expect(Self.request(.shards(100, cores: 9)).obstacles(at: profile).count == 1)
    var request = Self.request(.shards(2, cores: 8))
    request.memoryBytesPerCore = 0x1p32
    request.wallSeconds = 7_201
    #expect(request.obstacles(at: profile).count == 2)
  }

  @Test("Job ids are what sbatch --parsable prints") func jobIDs() {
    #expect(Submission.jobID(in: "4711\n") == "4711")
    #expect(Submission.jobID(in: "a warning\n4711;cluster\n") == "4711")
    #expect(Submission.jobID(in: "") == nil)
    #expect(Submission.jobID(in: "Submitted batch job 4711") == nil)
  }

  @Test("Words are quoted where the shell would change them") func quoting() {
    #expect(shellQuoted("/data/out.h5") == "/data/out.h5")
    #expect(shellQuoted("a b") == "'a b'")
    #expect(shellQuoted("it's") == #"'it'\''s'"#)
    #expect(shellQuoted("$x") == "'$x'")
    #expect(shellQuoted("") == "''")
  }

  @Test("Cores are what Slurm allots, and else what the system says") func cores() {
    let alone = CoreAllowance([:], schedulable: 4, online: 8)
    #expect(alone.coresOfProcess == 4)
    #expect(alone.coresOfNode == 8)
    #expect(alone.warning(workers: 4) == nil)
    #expect(alone.warning(workers: 5)?.contains("share 4 cores") == true)
    let job = CoreAllowance(
      ["SLURM_JOB_ID": "1", "SLURM_CPUS_ON_NODE": "6", "SLURM_CPUS_PER_TASK": "3"],
      schedulable: 64, online: 64)
    #expect(job.coresOfProcess == 3)
    #expect(job.coresOfNode == 6)
    #expect(job.warning(ranksOnNode: 6) == nil)
    #expect(job.warning(ranksOnNode: 7)?.contains("Slurm") == true)
    #expect(job.warning(workers: 64)?.contains("--cpus-per-task") == true)
    let unset = CoreAllowance(["SLURM_JOB_ID": "1"], schedulable: 2, online: 2)
    #expect(unset.coresOfProcess == 2)
    #expect(!unset.isOfSlurm)
  }

  @Test("A binding and a CPU quota allow fewer threads, and the warning names them") func bound() {
    let bound = CoreAllowance([:], schedulable: 1, online: 8, binding: "5")
    #expect(bound.coresOfProcess == 1)
    #expect(
      bound.warning(workers: 2)?.contains("share 1 core that the process is bound to (5;") == true)
    let quota = CoreAllowance([:], schedulable: 8, online: 8, quota: 2.5, binding: "0-7")
    #expect(quota.coresOfProcess == 2)
    #expect(quota.warning(workers: 3)?.contains("CPU quota of 2.5 allows") == true)
    #expect(CoreAllowance([:], schedulable: 8, online: 8, quota: 0.5).coresOfProcess == 1)
    #expect(CoreAllowance([:], schedulable: 4, online: 8, quota: 16).coresOfProcess == 4)
  }

  @Test("Ranks that are bound to fewer cores than there are of them are said") func bindings() {
    func warning(_ lists: String...) -> String? {
      CoreBinding.warning(lists.map { CoreBinding(host: "a", cores: $0) })
    }
    #expect(warning("0", "1", "2-3") == nil)
    #expect(warning("0-3", "0-3", "0-3", "0-3") == nil)
    #expect(warning("0", "0")?.contains("2 ranks on a are bound to 1 core (0)") == true)
    // Two fit on each core, and the third on neither.
    #expect(warning("0-1", "0", "1")?.contains("3 ranks on a are bound to 2 cores (0-1)") == true)
    #expect(warning("0,2", "2,0", "0", "5")?.contains("3 ranks") == true)
    #expect(warning("", "") == nil)
    #expect(warning("x", "x") == nil)
    #expect(CoreBinding.count("0-3,8") == 5)
    #expect(CoreBinding.count("") == nil)
    let apart = [CoreBinding(host: "a", cores: "0"), CoreBinding(host: "b", cores: "0")]
    #expect(CoreBinding.warning(apart) == nil)
  }
}
