/// A batch script: a name and a text that follow from a request and a site alone.
public struct JobScript: Hashable, Sendable {
  /// The name of its file.
  public let name: String
  /// The script.
  public let text: String

  /// The script of one MPI job.
  public static func ranks(_ count: Int, _ request: JobRequest, at profile: SiteProfile)
    -> JobScript
  {
    let head = head(
      request, at: profile, log: "ranks-%j.log",
      resources: resources(ranks: count, request, profile), mayRequeue: true)
    let launch = profile.launch.map {
      shellQuoted($0.replacing("{ranks}", with: "\(count)"))
    }.joined(separator: " ")
    let ranks = count == 1 ? "1 rank" : "\(count) ranks"
    let text = """
      \(head)
      # One MPI job of \(ranks). It goes on where it stopped when it is submitted again:
      #
      #   sbatch \(shellQuoted(request.folder + "/ranks.sbatch"))

      \(setup(profile))
      \(names(request))
      output=\(shellQuoted(request.output))

      \(trap)
      \(launch) "$program" run "$sweep" -o "$output" --resume $take_over &
      \(waiting(profile))
      """
    return JobScript(name: "ranks.sbatch", text: text)
  }

  /// The script of an array; its argument is the number of the first shard.
  public static func shards(
    _ count: Int, cores: Int, _ request: JobRequest, at profile: SiteProfile
  ) -> JobScript {
    let head = head(
      request, at: profile, log: "shards-%A-%a.log",
      resources: ["--nodes=1", "--ntasks=1", "--cpus-per-task=\(cores)"]
        + memory(request.memoryBytesPerCore, profile), mayRequeue: true)
    let text = """
      \(head)
      # An array, an element for each of \(count) shards. An element goes on where it stopped when it
      # is submitted again. The first argument is the shard of element 0; others go to framesweep run:
      #
      #   sbatch --array=3,9,40-41 \(shellQuoted(request.folder + "/shards.sbatch")) 0

      \(setup(profile))
      \(names(request))
      # The number of shards belongs to the sweep. Slurm's count of elements is another one as soon as
      # some of them are submitted again.
      shards=\(count)
      shard=$((${1:?expected the shard of element 0} + ${SLURM_ARRAY_TASK_ID:?expected a job array}))
      output=\(shellQuoted(request.shardFolder))/$shard-of-$shards.h5

      \(trap)
      "$program" run "$sweep" --shard "$shard/$shards" -o "$output" --workers \(cores) --resume $take_over "${@:2}" &
      \(waiting(profile))
      """
    return JobScript(name: "shards.sbatch", text: text)
  }

  /// The script that joins the shards.
  public static func merge(_ request: JobRequest, at profile: SiteProfile) -> JobScript {
    let head = head(
      request, at: profile, log: "merge-%j.log", seconds: request.mergeSeconds,
      resources: ["--nodes=1", "--ntasks=1", "--cpus-per-task=1"]
        + memory(request.mergeMemoryBytes, profile),
      mayRequeue: false)
    let text = """
      \(head)
      # Joins what there is of the shards, and says what is missing. It may run again at any time.

      \(setup(profile))
      \(names(request))
      "$program" merge \(shellQuoted(request.shardFolder)) -o \(shellQuoted(request.output)) \
      --sweep "$sweep" --resume
      """
    return JobScript(name: "merge.sbatch", text: text + "\n")
  }
}

extension JobScript {
  private static func resources(
    ranks: Int, _ request: JobRequest, _ profile: SiteProfile
  ) -> [String] {
    let nodes = profile.nodes
    guard !nodes.areShared else {
      return ["--ntasks=\(ranks)", "--cpus-per-task=1"]
        + memory(request.memoryBytesPerCore, profile)
    }
    let most = JobRequest.ranksPerNode(of: nodes, memoryBytesPerCore: request.memoryBytesPerCore)
    let nodeCount = (ranks + most - 1) / most
    return [
      "--nodes=\(nodeCount)", "--ntasks=\(ranks)",
      "--ntasks-per-node=\((ranks + nodeCount - 1) / nodeCount)", "--cpus-per-task=1",
      "--exclusive",
    ]
  }

  /// What a job with some bytes for each core asks for; nothing where the profile says it.
  ///
  /// Slurm's options for memory exclude each other, so that one of them cannot stand beside another.
  private static func memory(_ bytesPerCore: Double, _ profile: SiteProfile) -> [String] {
    guard profile.nodes.areShared else { return ["--exclusive"] }
    let isGiven = profile.scheduler?.memoryOption != nil
    return isGiven ? [] : ["--mem-per-cpu=\(mebibytes(bytesPerCore))M"]
  }

  private static func head(
    _ request: JobRequest, at profile: SiteProfile, log: String, seconds: Double? = nil,
    resources: [String], mayRequeue: Bool
  ) -> String {
    guard let scheduler = profile.scheduler else {
      preconditionFailure("the profile \(profile.name) has no scheduler to write scripts for")
    }
    // In a file name, Slurm reads % and \ as signs of its own.
    let folder = request.folder.replacing("%", with: "%%").replacing("\\", with: "\\\\")
    var options = [
      "--job-name=\(jobName(request.name))", "--output=\"\(folder)/\(log)\"", "--open-mode=append",
      "--time=\(WallTime.slurmText(seconds ?? request.wallSeconds))",
    ]
    options += resources
    if let partition = scheduler.partition { options.append("--partition=\(partition)") }
    if let account = scheduler.account { options.append("--account=\(account)") }
    if mayRequeue {
      options.append("--signal=B:USR1@\(Int(scheduler.noticeSeconds))")
      options.append("--requeue")
    }
    options += scheduler.options
    return """
      #!/usr/bin/env bash
      \(options.map { "#SBATCH \($0)" }.joined(separator: "\n"))

      # Written by: \(request.origin.split(whereSeparator: \.isNewline).joined(separator: " "))
      """
  }

  /// A sweep's name with the signs only that are plain everywhere.
  private static func jobName(_ name: String) -> String {
    String(
      name.unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
          || "-_.".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
      })
  }

  private static func setup(_ profile: SiteProfile) -> String {
    var lines = ["set -u"]
    let own = profile.setup.split(whereSeparator: \.isNewline)
    if !own.isEmpty {
      // A site's modules read variables that are not set.
      lines = own.map(String.init) + lines
    }
    lines.append("export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1")
    return lines.joined(separator: "\n")
  }

  private static func names(_ request: JobRequest) -> String {
    """
    program=\(shellQuoted(request.program))
    sweep=\(shellQuoted(request.sweep))
    """
  }

  /// What comes before the program starts.
  private static let trap = """
    # Slurm has ended an earlier start of this job before it starts it again, on another host perhaps.
    take_over=
    if ((${SLURM_RESTART_COUNT:-0} > 0)); then take_over=--take-over; fi

    # Slurm sends USR1 some time before the wall time is over; the program then ends in good order.
    running=
    since_notice=0
    trap 'since_notice=1; kill -USR1 "$running" 2>/dev/null' USR1

    """

  /// What comes after the program has started in the background.
  private static func waiting(_ profile: SiteProfile) -> String {
    let notice = profile.scheduler?.noticeSeconds ?? 0
    let limit = profile.scheduler?.maximumRequeues ?? 0
    return #"""
      running=$!
      ended=0
      while kill -0 "$running" 2>/dev/null; do
        if ((since_notice == 0)); then
          wait "$running"  # ends early when the signal comes
          ended=$?
        elif ((since_notice > \#(max(Int(notice) - 20, 5)))); then
          break  # points at hand are lost; what is done is in the journal
        else
          sleep 1
          since_notice=$((since_notice + 1))
        fi
      done

      if kill -0 "$running" 2>/dev/null; then
        state=75
      else
        "$program" verify "$output"
        state=$?
      fi
      # 75: points are left to do, and the program has ended in good order, by the signal or because it
      # knows when the job ends.
      if ((state == 75 && (since_notice > 0 || ended == 75))); then
        if ((${SLURM_RESTART_COUNT:-0} >= \#(limit))); then
          echo "not queued again: this was start $((SLURM_RESTART_COUNT + 1)) of the job already" >&2
        elif scontrol requeue "$SLURM_JOB_ID"; then
          echo "the wall time is nearly over: queued again"
          sleep 60  # Slurm ends this script
        fi
      fi
      exit "$state"

      """#
  }
}
