/// The environment variables that `sbatch` may hand on to a new job.
///
/// `sbatch` gives a new job all variables of the process that submits it. What Slurm and MPI's launchers
/// put into that process describes the job and the rank it belongs to, and the new job would take it for
/// its own: its end, its number of restarts, its element of an array, its cores and memory, its rank.
public enum SubmissionEnvironment {
  /// Leaves out what belongs to the job and to the rank that submit.
  ///
  /// What users set stays: variables that `sbatch` reads (`SBATCH_*`), those that tell Slurm's commands
  /// where the cluster is, and settings of MPI. Outside a job, all variables of Slurm are users' own.
  public static func forNewJob(_ environment: [String: String]) -> [String: String] {
    let isInJob = environment["SLURM_JOB_ID"] != nil || environment["SLURM_JOBID"] != nil
    let isUnderOpenMPI = environment["OMPI_COMM_WORLD_SIZE"] != nil
    return environment.filter { name, _ in
      !(isInJob && isOfJob(name)) && !(isUnderOpenMPI && isOfOpenMPI(name)) && !isOfRank(name)
    }
  }

  /// Settings of Slurm's commands that no job gets from Slurm.
  private static let settings: Set<String> = [
    "SLURM_BITSTR_LEN", "SLURM_CLUSTERS", "SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_DEBUG_FLAGS",
    "SLURM_EXIT_ERROR", "SLURM_EXIT_IMMEDIATE", "SLURM_JWT", "SLURM_MPI_TYPE", "SLURM_TIME_FORMAT",
  ]

  private static func isOfJob(_ name: String) -> Bool {
    let prefixes = ["SLURM_", "SLURMD_", "SBATCH_CPU_BIND", "SBATCH_MEM_BIND"]
    return prefixes.contains { name.hasPrefix($0) } && !settings.contains(name)
  }

  /// What Open MPI's `mpirun` hands to ranks under names that users give settings.
  private static func isOfOpenMPI(_ name: String) -> Bool {
    let prefixes = ["ess", "orte_", "initial_wdir", "mpi_oversubscribe", "pmix", "shmem_RUNTIME_"]
    return prefixes.contains { name.hasPrefix("OMPI_MCA_" + $0) }
  }

  /// Cray's settings of PMI.
  private static let settingsOfPMI: Set<String> = [
    "PMI_DEBUG", "PMI_MAX_KVS_ENTRIES", "PMI_MMAP_SYNC_WAIT_TIME", "PMI_NO_FORK",
    "PMI_NO_PREINITIALIZE",
  ]

  private static func isOfRank(_ name: String) -> Bool {
    let prefixes = [
      "ALPS_APP_", "HYDI_", "MPISPAWN_", "MPI_LOCALNRANKS", "MPI_LOCALRANKID", "MV2_COMM_WORLD_",
      "OMPI_APP_CTX_", "OMPI_ARGV", "OMPI_COMMAND", "OMPI_COMM_WORLD_", "OMPI_FILE_LOCATION",
      "OMPI_FIRST_RANKS", "OMPI_NUM_APP_CTX", "OMPI_UNIVERSE_SIZE", "PALS_", "PMIX_", "PMI_",
      "PRTE_",
    ]
    let areSettings = ["PMIX_MCA_", "PRTE_MCA_"]
    return prefixes.contains { name.hasPrefix($0) } && !settingsOfPMI.contains(name)
      && !areSettings.contains { name.hasPrefix($0) }
  }
}
