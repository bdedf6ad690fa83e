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

# state JOB: prints the states of a job and its elements, without repeats.
state() {
  scontrol show job "$1" --oneliner 2>/dev/null | grep -o 'JobState=[A-Z_]*' | sort -u | tr '\n' ' '
}

# until_ended SECONDS JOB: waits until no part of a job waits or runs. A job that was queued again is
# let go at once, where Slurm would wait for two minutes.
until_ended() {
  local end=$((SECONDS + $1)) job=$2 id
  while [[ $(state "$job") =~ PENDING|RUNNING|COMPLETING|SUSPENDED|CONFIGURING ]]; do
    ((SECONDS < end)) || fail "job $job has not ended: $(state "$job")"
    for id in $(squeue --noheader --states=PENDING --jobs="$job" --format='%i %r' 2>/dev/null |
      awk '$2 == "BeginTime" || $2 == "(BeginTime)" { print $1 }'); do
      scontrol update JobId="$id" StartTime=now 2>/dev/null || true
    done
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
for job in "${jobs[@]}"; do until_ended 200 "$job"; done
[[ $(state "${jobs[0]}_1") != *COMPLETED* ]] || fail "the element that was killed has completed"
cat array.jobs/merge-*.log
grep -q 'they belong to the shards 1/8' array.jobs/merge-*.log || fail "the merge misses no shard"
"$framesweep" verify array.h5 >/dev/null && fail "verify misses no point"

say "The shard that was killed goes on, and the merge runs again"
again=$(sbatch --parsable --array=1 array.jobs/shards.sbatch 0)
merge=$(sbatch --parsable --dependency="afterany:$again" array.jobs/merge.sbatch)
until_ended 100 "$merge"
expect_same array.h5

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
  until_ended 300 "$job"
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
for job in "$ranks" "$array" "$merge"; do until_ended 100 "$job"; done
expect_same jobs-ranks.h5
expect_same jobs-array.h5
bench=$(sbatch --parsable --ntasks=2 --output=bench.log "$root/jobs/selftest.sbatch")
until_ended 100 "$bench"
grep 'efficiency' bench.log || fail "$(<bench.log)"

say "srun with PMIx"
if srun --mpi=list 2>&1 | grep -q pmix; then
  srun --mpi=pmix -n 2 "$framesweep" run "$first" -o pmix.h5
  "$framesweep" verify pmix.h5
else
  echo "skipped: this Slurm has no PMIx"
fi

say "srun without MPI says what is wrong"
if srun -n 2 "$framesweep" run "$first" -o none.h5 >none.txt 2>&1; then
  fail "srun without MPI has computed something"
fi
grep -q 'srun did not connect the processes: use srun --mpi=pmix' none.txt || fail "$(<none.txt)"
head -n 1 none.txt

printf '\ncheck-slurm: all passed\n'
