import SweepJobs
import Testing

@Suite("What a new job inherits") struct SubmissionEnvironmentTests {
  /// What users and sites set.
  static let own = [
    "PATH", "HOME", "SLURM_CONF", "SLURM_CLUSTERS", "SLURM_JWT", "SLURM_TIME_FORMAT",
    "SBATCH_ACCOUNT", "SBATCH_PARTITION", "SBATCH_QOS", "OMPI_MCA_btl", "OMPI_ALLOW_RUN_AS_ROOT",
    "PMIX_MCA_gds", "PMI_NO_FORK", "MPICH_ASYNC_PROGRESS", "OMP_NUM_THREADS", "I_MPI_FABRICS",
    "FRAMESWEEP_PROFILES",
  ]

  /// What Slurm and launchers put into a job and its ranks.
  static let given = [
    "SLURM_JOB_ID", "SLURM_JOBID", "SLURM_CPU_BIND", "SLURM_CPU_BIND_LIST", "SLURM_MEM_PER_NODE",
    "SLURM_MEM_PER_CPU", "SLURM_CPUS_PER_TASK", "SLURM_NTASKS", "SLURM_NTASKS_PER_NODE",
    "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_JOB_ID", "SLURM_RESTART_COUNT", "SLURM_JOB_END_TIME",
    "SLURM_STEP_ID", "SLURM_PROCID", "SLURM_WORKING_CLUSTER", "SLURM_EXPORT_ENV",
    "SLURM_DISTRIBUTION", "SLURM_THREADS_PER_CORE", "SLURM_HINT", "SLURM_GPUS", "SLURMD_NODENAME",
    "SBATCH_MEM_BIND_TYPE", "PMI_RANK", "PMI_SIZE", "PMI_FD", "PMIX_RANK", "PMIX_SERVER_URI2",
    "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_UNIVERSE_SIZE", "OMPI_MCA_ess_base_jobid",
    "OMPI_MCA_orte_hnp_uri", "MPI_LOCALNRANKS", "MV2_COMM_WORLD_RANK", "PALS_RANKID",
  ]

  private func kept(_ names: [String]) -> Set<String> {
    let environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "1") })
    return Set(SubmissionEnvironment.forNewJob(environment).keys)
  }

  @Test("What belongs to the job that submits stays there, what users set goes along")
  func inJob() { #expect(kept(Self.own + Self.given) == Set(Self.own)) }

  @Test("Outside a job, Slurm's variables are users' own") func login() {
    let names = ["SLURM_CPU_BIND", "SLURM_HINT", "SBATCH_MEM_BIND", "OMPI_MCA_orte_tmpdir_base"]
    #expect(kept(Self.own + names) == Set(Self.own + names))
    #expect(kept(["PMI_RANK", "OMPI_COMM_WORLD_RANK", "HOME"]) == ["HOME"])
  }
}
