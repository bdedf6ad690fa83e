import MPI
import Testing

@Suite("Launch environment")
struct LaunchEnvironmentTests {
  @Test("Without a launcher's variables there is no launcher")
  func noLauncher() {
    for environment in [[:], ["PATH": "/bin", "SLURM_JOB_ID": "7", "SLURM_NTASKS": "4"]] {
      let launch = launchEnvironment(environment)
      #expect(launch == LaunchEnvironment(launcher: nil, claimedSize: nil))
      #expect(!launch.isUnderLauncher)
    }
  }

  @Test("The rank is the one that the nearest launcher gave")
  func ranks() {
    #expect(launchRank([:]) == nil)
    #expect(launchRank(["SLURM_PROCID": "3", "SLURM_NTASKS": "4"]) == nil)
    #expect(
      launchRank([
        "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "2", "PMIX_RANK": "1",
        "SLURM_PROCID": "0",
      ]) == 2)
    #expect(launchRank(["PMI_SIZE": "3", "PMI_RANK": "1"]) == 1)
    #expect(launchRank(["PMIX_RANK": "5"]) == 5)
    #expect(launchRank(["SLURM_STEP_ID": "0", "SLURM_PROCID": "6", "SLURM_NTASKS": "8"]) == 6)
  }

  @Test(
    "Each launcher is known by its variables",
    arguments: [
      (["OMPI_COMM_WORLD_SIZE": "4", "PMIX_RANK": "0"], .openMPI, 4),
      (["PMI_SIZE": "3", "PMI_RANK": "0", "MPI_LOCALNRANKS": "2"], .pmi, 3),
      (["MPI_LOCALNRANKS": "2"], .pmi, nil),
      (["PMIX_RANK": "1"], .pmix, nil),
      (
        [
          "PMIX_RANK": "1", "SLURM_STEP_ID": "0", "SLURM_PROCID": "1",
          "SLURM_STEP_NUM_TASKS": "6", "SLURM_NTASKS": "8",
        ], .pmix, 6
      ),
      (["SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_NTASKS": "5"], .slurm, 5),
      (
        [
          "PMI_CONTROL_PORT": "20157", "SLURM_STEP_ID": "0", "SLURM_PROCID": "1",
          "SLURM_NTASKS": "5",
        ], .pmi, 5
      ),
      (
        [
          "OMPI_COMM_WORLD_SIZE": "2", "SLURM_STEP_ID": "0", "SLURM_PROCID": "0",
          "SLURM_STEP_NUM_TASKS": "1",
        ], .openMPI, 2
      ),
    ] as [([String: String], LaunchEnvironment.Launcher, Int?)])
  func launchers(
    environment: [String: String], launcher: LaunchEnvironment.Launcher, size: Int?
  ) {
    let launch = launchEnvironment(environment)
    #expect(launch == LaunchEnvironment(launcher: launcher, claimedSize: size))
    #expect(launch.isUnderLauncher)
  }

  @Test("The shells of sbatch and salloc are not tasks", arguments: [4_294_967_291, 4_294_967_290])
  func shells(step: Int) {
    let launch = launchEnvironment([
      "SLURM_STEP_ID": "\(step)", "SLURM_PROCID": "0", "SLURM_NTASKS": "8",
    ])
    #expect(!launch.isUnderLauncher)
  }

  @Test("A task of srun that is the only one needs no launcher")
  func onlyTask() {
    let launch = launchEnvironment([
      "SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1", "SLURM_NTASKS": "4",
    ])
    #expect(!launch.isUnderLauncher)
  }

  @Test("Only tasks of srun without a start of MPI are kept from starting it")
  func missingStart() {
    let launch = { LaunchEnvironment(launcher: $0, claimedSize: $1) }
    let explanation = launch(.slurm, 4).missingStartExplanation(libraryVersion: "Some MPI 1.2")
    #expect(explanation?.contains("srun --mpi=pmix") == true)
    #expect(launch(.pmi, 4).missingStartExplanation(libraryVersion: "X") == nil)
    #expect(launch(.openMPI, 4).missingStartExplanation(libraryVersion: "X") == nil)
    #expect(launch(nil, nil).missingStartExplanation(libraryVersion: "X") == nil)
  }

  @Test("Processes that find themselves alone are explained")
  func singletons() throws {
    let slurm = LaunchEnvironment(launcher: .slurm, claimedSize: 4)
    let explanation = try #require(
      slurm.singletonExplanation(worldSize: 1, libraryVersion: "Some MPI 1.2"))
    #expect(explanation.contains("4 processes"))
    #expect(explanation.contains("Some MPI 1.2"))
    #expect(explanation.contains("srun --mpi=pmix"))
    let other = LaunchEnvironment(launcher: .pmi, claimedSize: 2)
    #expect(
      other.singletonExplanation(worldSize: 1, libraryVersion: "X")?.contains("another MPI")
        == true)
  }

  @Test("Worlds of the claimed size, and unknown claims, need no explanation")
  func noExplanation() {
    for (launch, world) in [
      (LaunchEnvironment(launcher: .slurm, claimedSize: 4), 4),
      (LaunchEnvironment(launcher: .openMPI, claimedSize: 1), 1),
      (LaunchEnvironment(launcher: .pmix, claimedSize: nil), 1),
      (LaunchEnvironment(launcher: nil, claimedSize: nil), 1),
    ] {
      #expect(launch.singletonExplanation(worldSize: world, libraryVersion: "X") == nil)
    }
  }

  @Test("Open MPI tells whether it started the program itself, or a script")
  func startedByLauncher() {
    let environment = [
      "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMMAND": "framesweep", "OMPI_ARGV": "plan a b.yaml",
    ]
    let started = { isStartedByLauncher($0, commandLine: $1) }
    #expect(started(environment, ["/opt/bin/framesweep", "plan", "a b.yaml"]))
    #expect(!started(environment, ["/opt/bin/framesweep", "plan", "b.yaml"]))
    #expect(!started(environment, ["/opt/bin/framesweep"]))
    var script = environment
    script["OMPI_COMMAND"] = "bash"
    #expect(!started(script, ["framesweep", "plan", "a b.yaml"]))
    #expect(!started(["PMI_SIZE": "2"], ["framesweep"]))
    let bare = ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMMAND": "framesweep"]
    #expect(started(bare, ["./framesweep"]))
  }
}
