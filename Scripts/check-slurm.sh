#!/usr/bin/env bash
# Runs a sweep on a real Slurm of one node that is started for it, in three ways, and compares what
# comes out with a plain run, bit for bit:
#
#   an array of 8 shards, of which one is killed, then computed again, then merged
#   one MPI job that Slurm signals before the end of its wall time, that is queued again, and finishes
#   srun with PMIx; and srun without MPI, which must say what is wrong
#
#   Scripts/check-slurm.sh [PROGRAM]      .build/release/framesweep if not given
#
# Ends with 77 where Slurm does not start, as on a machine whose system forbids what its daemons do.
#
# FRAMESWEEP_SLURM_FOLDER keeps scripts, logs and results in a folder of that name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

no_slurm=77
reason=$(Scripts/slurm.sh missing)
[[ -z $reason ]] || fail "Slurm cannot be started here: $reason"

framesweep=$(realpath "${1:-.build/release/framesweep}")
root=$PWD
sweep=$PWD/Tests/Slurm/sweep.yaml
profile=$PWD/Tests/Slurm/profile.yaml
if [[ -n ${FRAMESWEEP_SLURM_FOLDER:-} ]]; then
  folder=$FRAMESWEEP_SLURM_FOLDER
  [[ ! -e $folder ]] || fail "$folder exists already, expected a new folder"
  mkdir -p "$folder"
  folder=$(realpath "$folder")
else
  folder=$(mktemp -d /tmp/framesweep-slurm-XXXXXX)
fi
# Slurm's daemons run as other users too.
chmod 755 "$folder"
slurm=$folder/slurm

finish() {
  local code=$?
  trap - EXIT
  if ((code != 0)) && [[ -d $slurm ]]; then
    SLURM_CONF=$slurm/slurm.conf squeue 2>/dev/null || true
    tail -n 15 "$slurm"/log/* "$folder"/*.log "$folder"/*.jobs/*.log 2>/dev/null || true
  fi
  "$root/Scripts/slurm.sh" stop "$slurm" || true
  [[ -n ${FRAMESWEEP_SLURM_FOLDER:-} ]] || rm -rf "$folder"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

# state JOB: prints the states of a job and its elements, without repeats; UNKNOWN where a controller that
# is busy does not answer.
state() {
  local said
  if ! said=$(scontrol show job "$1" --oneliner 2>&1) && [[ $said != *"Invalid job id"* ]]; then
    echo UNKNOWN
    return
  fi
  grep -o 'JobState=[A-Z_]*' <<<"$said" | sort -u | tr '\n' ' '
}

# has_ended JOB: whether a job and its elements are in states that nothing follows. There are many others,
# and some last a moment only, as SIGNALING does.
has_ended() {
  local ends='COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY|BOOT_FAIL|DEADLINE|PREEMPTED'
  [[ $(state "$1") =~ ^(JobState=($ends)\ )*\ ?$ ]]
}

# until_ended JOB: waits until no part of a job waits or runs. Slurm starts a job that was queued again
# after two minutes; here it starts after a few seconds. A start within the second in which the job was
# queued again would be refused: the node compares the credential of the new start with the time at which
# it revoked the old one, in whole seconds. The limit finds jobs that hang; no job here comes near it.
until_ended() {
  local end=$((SECONDS + 900)) job=$1 id ids
  until has_ended "$job"; do
    ((SECONDS < end)) || fail "job $job has not ended: $(state "$job")"
    ids=$(squeue --noheader --states=PENDING --jobs="$job" --format='%i %r' 2>/dev/null |
      awk '$2 == "BeginTime" || $2 == "(BeginTime)" { print $1 }') || true
    if [[ -n $ids ]]; then
      sleep 3
      for id in $ids; do
        scontrol update JobId="$id" StartTime=now 2>/dev/null || true
      done
    fi
    sleep 0.5
  done
}

# expect_same FILE: compares a results file with the plain run's.
expect_same() {
  local found
  "$framesweep" verify "$1" || fail "$1 is not what verify expects"
  found=$(checksum "$1")
  [[ $found == "$expected" ]] || fail "$1 has the data_sha256 $found, expected $expected"
  echo "the same data_sha256 as the plain run: $found"
}

checksum() { h5dump -a data_sha256 "$1" | sed -nE 's/.*"([0-9a-f]{64}).*/\1/p'; }

# job_ids: reads what submit printed.
job_ids() { sed -nE 's/^job ([0-9]+): .*/\1/p'; }

say "Start Slurm"
Scripts/slurm.sh start "$slurm" || exit "$no_slurm"
# shellcheck source=/dev/null
source "$slurm/environment"
sinfo

say "Plain run"
cd "$folder"
"$framesweep" run "$sweep" -o plain.h5 --quiet
expected=$(checksum plain.h5)
echo "$expected"

say "What sbatch refuses is reported"
if "$framesweep" submit "$sweep" --profile "$profile" -o refused.h5 --partition nowhere --yes \
  >refused.txt 2>&1; then
  fail "a partition that does not exist was accepted"
fi
grep -q 'failed with exit code 1; nothing was submitted' refused.txt || fail "$(<refused.txt)"
grep -i 'partition' refused.txt

say "An array of 8 shards, in pieces because MaxArraySize is 6"
"$framesweep" submit "$sweep" --profile "$profile" -o array.h5 --shards 8 --yes >submitted.txt
mapfile -t jobs < <(job_ids <submitted.txt)
((${#jobs[@]} == 3)) || fail "expected two arrays and a merge, found: $(<submitted.txt)"
printf 'job %s\n' "${jobs[@]}"
until [[ -s array.jobs/shards/1-of-8.h5.journal ]]; do sleep 0.1; done
# As the kernel kills what takes too much memory.
scancel --signal=KILL --full "${jobs[0]}_1"
for job in "${jobs[@]}"; do until_ended "$job"; done
[[ $(state "${jobs[0]}_1") != *COMPLETED* ]] || fail "the element that was killed has completed"
cat array.jobs/merge-*.log
grep -q 'they belong to the shards 1/8' array.jobs/merge-*.log || fail "the merge misses no shard"
"$framesweep" verify array.h5 >/dev/null && fail "verify misses no point"

say "The shard that was killed goes on by the line that verify prints, and the merge runs again"
"$framesweep" verify array.jobs >survey.txt && fail "verify misses no shard"
cat survey.txt
grep -q '^stopped  *1 shard: 1$' survey.txt || fail "verify does not know what became of shard 1"
line=$(sed -nE 's/^  (sbatch --array=1 .*)/\1/p' survey.txt)
[[ -n $line ]] || fail "verify prints no line for shard 1"
again=$(bash -c "$line" | grep -o '[0-9]*$')
"$framesweep" verify array.jobs >survey.txt && fail "verify takes a shard for done that waits or runs"
grep -qE '^(waiting|running) +1 shard: 1$' survey.txt || fail "$(<survey.txt)"
merge=$(sbatch --parsable --dependency="afterany:$again" array.jobs/merge.sbatch)
until_ended "$merge"
expect_same array.h5

say "Jobs that a job submits do not inherit what Slurm and mpirun put there"
cat >inside.sh <<END
#!/usr/bin/env bash
export SLURM_RESTART_COUNT=2 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
srun --cpu-bind=cores --mem=300M mpirun -n 1 "$framesweep" submit "$root/jobs/first.yaml" \
  --profile "$folder/inside.yaml" -o inside.h5 --shards 2 --yes
END
# A memory option of the profile takes the place of the computed one.
sed -E 's|^setup:.*|setup: env >>"$SLURM_SUBMIT_DIR/inside.env"|; s|^  notice:|  options: [--mem=400M]\n&|' \
  "$profile" >inside.yaml
outer=$(sbatch --parsable --mem=500M --ntasks=1 --output=inside.txt inside.sh)
until_ended "$outer"
mapfile -t jobs < <(job_ids <inside.txt)
((${#jobs[@]} == 2)) || fail "expected an array and a merge, found: $(<inside.txt)"
for job in "${jobs[@]}"; do until_ended "$job"; done
"$framesweep" verify inside.h5 || fail "$(cat inside.jobs/*.log)"
if grep -E '^(SLURM_(RESTART_COUNT|CPU_BIND|STEP_|SRUN_|MEM_PER_CPU)|OMPI_COMM|PMIX_RANK)' inside.env; then
  fail "variables of the job that submitted reached the new ones"
fi
grep -m 1 '^SLURM_MEM_PER_NODE=400' inside.env || fail "the profile's memory was not asked for"

say "The shards end together"
"$root/$python" - array.jobs/shards <<'END'
import glob, os, sys
import h5py
seconds = []
for name in glob.glob(os.path.join(sys.argv[1], "*.h5")):
    with h5py.File(name) as file:
        cpu, done = file["execution/cpu_seconds"][...], file["status"][...] == 1
        seconds.append(cpu[done].sum())
print("CPU seconds of the shards:", *(f"{value:.2f}" for value in sorted(seconds)))
print(f"the largest takes {max(seconds) / min(seconds):.3f} times the smallest")
END

say "One MPI job, its wall time too short: signalled, queued again, finished"
# Slurm looks for jobs that are due every thirty seconds: one that is done before is submitted again.
restarts=0
for attempt in 1 2 3; do
  rm -rf ranks.h5 ranks.jobs
  "$framesweep" submit "$sweep" --profile "$profile" -o ranks.h5 --ranks 2 --time 60s --yes \
    >submitted.txt
  job=$(job_ids <submitted.txt)
  until_ended "$job"
  restarts=$(scontrol show job "$job" | sed -nE 's/.*Restarts=([0-9]+).*/\1/p')
  cat ranks.jobs/ranks-*.log
  ((restarts == 0)) || break
  echo "attempt $attempt was done before Slurm looked"
done
((restarts >= 1)) || fail "the job was never queued again"
echo "queued again $restarts time(s)"
expect_same ranks.h5

say "The scripts of jobs/"
export FRAMESWEEP=$framesweep OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export FRAMESWEEP_LAUNCH="mpirun --oversubscribe"
first=$root/jobs/first.yaml
"$framesweep" run "$first" -o first.h5 --quiet
expected=$(checksum first.h5)
ranks=$(sbatch --parsable --ntasks=2 --output=jobs-%j.log "$root/jobs/sweep.sbatch" "$first" jobs-ranks.h5)
array=$(sbatch --parsable --array=0-2 --output=jobs-%A-%a.log \
  "$root/jobs/array.sbatch" "$first" jobs-shards 3)
merge=$(sbatch --parsable --dependency="afterany:$array" --output=jobs-%j.log \
  "$root/jobs/merge.sbatch" jobs-shards jobs-array.h5)
for job in "$ranks" "$array" "$merge"; do until_ended "$job"; done
expect_same jobs-ranks.h5
expect_same jobs-array.h5
bench=$(sbatch --parsable --ntasks=2 --output=bench.log "$root/jobs/selftest.sbatch")
until_ended "$bench"
grep 'efficiency' bench.log || fail "$(<bench.log)"

say "srun with PMIx"
if srun --mpi=list 2>&1 | grep -q pmix; then
  srun --mpi=pmix -n 2 "$framesweep" run "$first" -o pmix.h5
  "$framesweep" verify pmix.h5
else
  echo "skipped: this Slurm has no PMIx"
fi

say "A farm of shards under one srun is refused by every task"
starts=(none)
if srun --mpi=list 2>&1 | grep -q pmix; then starts+=(pmix); fi
for start in "${starts[@]}"; do
  # Each task names its own shard; the shell expands the variable there.
  # shellcheck disable=SC2016
  srun --mpi="$start" -n 2 bash -c '
    "$1" run "$2" --shard "$SLURM_PROCID/2" -o "farm-$SLURM_PROCID.h5"; echo "code $?"' \
    farm "$framesweep" "$first" >farm.txt 2>&1 || true
  (($(grep -c '^code 64$' farm.txt) == 2)) || fail "$(<farm.txt)"
  grep -q 'framesweep submit --shards' farm.txt || fail "$(<farm.txt)"
done
compgen -G 'farm-*.h5*' >/dev/null && fail "a farm of shards has written something"

say "srun without MPI says what is wrong"
if srun -n 2 "$framesweep" run "$first" -o none.h5 >none.txt 2>&1; then
  fail "srun without MPI has computed something"
fi
grep -q 'srun did not connect the processes: use srun --mpi=pmix' none.txt || fail "$(<none.txt)"
head -n 1 none.txt

printf '\ncheck-slurm: all passed\n'
