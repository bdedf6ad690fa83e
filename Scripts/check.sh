#!/usr/bin/env bash
# Everything that a change has to pass, in the order of increasing cost. Ends at the first failure.
#
# FRAMESWEEP_CHECK_SWEEP names the sweep to run, jobs/quickstart.yaml by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

sweep=${FRAMESWEEP_CHECK_SWEEP:-jobs/quickstart.yaml}
step="the start"
scratch=$(mktemp -d)
finish() {
  local code=$?
  rm -rf "$scratch"
  if ((code != 0)); then
    printf '\ncheck: FAILED in: %s\n' "$step" >&2
  fi
}
trap finish EXIT

begin() {
  step=$*
  say "$step"
}

begin "Look for what is needed"
Scripts/setup.sh --check

begin "Lint the Swift files"
git ls-files -z -- '*.swift' | xargs -0 swift format lint --strict --parallel

begin "Check the scripts' syntax"
for script in Scripts/*.sh .ci/run jobs/*.sbatch jobs/*.sh; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then
  shellcheck -x Scripts/*.sh .ci/run jobs/*.sbatch jobs/*.sh
fi

begin "Check what cluster/ brings"
Scripts/check-cluster.sh

begin "Compare the first sweep in the README with jobs/first.yaml"
awk '/^```/ { fence = $0; if (fence == "```yaml") blocks++; next }
  blocks == 1 && fence == "```yaml"' README.md | diff - jobs/first.yaml

begin "Build everything, tests included (debug)"
swift build --build-tests

begin "Build the programs (release), which the tests start"
swift build -c release --product framesweep
swift build -c release --product mpi-selftest
swift build -c release --product allocation-check
framesweep=$(swift build -c release --show-bin-path)/framesweep

begin "Run the Swift tests"
# The program replaces kernels that OpenBLAS falls back to; tests that call the library need the same ones.
core=$("$framesweep" --version | sed -n 's/^BLAS .* core //p')
OPENBLAS_CORETYPE=$core swift test --skip-build

# Users have processors of all kinds; the library's own variable makes this one behave like an older.
for set in "${instruction_sets[@]}"; do
  begin "Run the numerical tests as on a processor with $set, and check the memory"
  with_memory_checks env ONEDNN_MAX_CPU_ISA="$set" OPENBLAS_CORETYPE="$core" swift test --skip-build \
    --filter 'OneDNNTests|NetworksTests|NetworkGraphsTests|NeuralFramesTests|ONNXTests|TrainingTests'
done

begin "Plan every sweep file in jobs/"
# Data sets and others' networks are the user's own, so files of their form stand in for them.
git ls-files -z jobs | xargs -0 cp --parents -t "$scratch"
"$python" Scripts/stand-ins.py "$scratch/jobs"
for file in "$scratch"/jobs/*.yaml "$scratch"/jobs/claims/*.yaml "$scratch"/jobs/claims/full/*.yaml; do
  "$framesweep" plan "$file" >"$scratch/plan.txt" || {
    cat "$scratch/plan.txt"
    fail "${file#"$scratch"/} has no plan"
  }
  echo "${file#"$scratch"/}"
done

begin "Compare results of kernels for other processors"
Scripts/check-processors.sh "$framesweep"

begin "Run the program under limits, signals and suspensions"
Scripts/check-limits.sh "$framesweep"

begin "Run $sweep in one process"
"$framesweep" run "$sweep" -o "$scratch/alone.h5" </dev/null
for ranks in 1 2 5; do
  begin "Run $sweep with $ranks MPI rank(s)"
  launch "$ranks" "$framesweep" run "$sweep" -o "$scratch/ranks-$ranks.h5"
done

begin "Recompute the checksum of every file and compare the files bit for bit"
for file in "$scratch"/alone.h5 "$scratch"/ranks-{1,2,5}.h5; do
  sum=$("$python" -m framesweep_analysis checksum "$file")
  echo "$sum $(basename "$file" .h5)"
  "$python" -m framesweep_analysis compare "$scratch/alone.h5" "$file" ||
    fail "$(basename "$file") is not what one process wrote"
done

begin "Install the program, run it from there, and remove it"
Scripts/check-install.sh "$framesweep"

begin "Verify the file"
"$framesweep" verify "$scratch/ranks-2.h5"

begin "Kill runs at random moments and resume them (five of the hundred that Scripts/kill-test.sh does)"
FRAMESWEEP=$framesweep Scripts/kill-test.sh 5

begin "Run a sweep on two hosts without a shared folder"
Scripts/check-hosts.sh "$framesweep"

reason=$(Scripts/slurm.sh missing)
if [[ -z $reason ]]; then
  begin "Run a sweep on a real Slurm"
  Scripts/check-slurm.sh "$framesweep" || {
    code=$?
    ((code == 77)) || exit "$code"
    say "Leave Slurm out: its daemons do not start on this machine"
  }
else
  begin "Leave Slurm out: $reason"
fi

begin "Open the file with h5dump, ncdump and framesweep inspect"
h5dump -H "$scratch/ranks-2.h5" >/dev/null
ncdump -h "$scratch/ranks-2.h5" >/dev/null
"$framesweep" inspect "$scratch/ranks-2.h5"

begin "Run the tests of the analysis package, on that file too"
FRAMESWEEP_RESULTS=$scratch/ranks-2.h5 FRAMESWEEP_PROGRAM=$framesweep "$python" -m pytest analysis

begin "Follow the links of the documents, run their commands, and build them as a site"
"$python" Scripts/check-docs.py "$framesweep"
Scripts/docs.sh "$scratch/site"

printf '\ncheck: all passed\n'
