#!/usr/bin/env bash
# Builds framesweep and its tests with MPICH in place of Open MPI, in a build folder of its own, and
# runs the tests that start MPI; on Slurm too, where it can be started. Takes some minutes, and is
# therefore not a part of `make check`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

export FRAMESWEEP_MPI_PKG=mpich
folder=.build-mpich

say "Look for what is needed"
Scripts/setup.sh

say "Build everything with MPICH, tests included"
swift build --build-tests --scratch-path "$folder"
for program in framesweep mpi-selftest; do
  swift build -c release --product "$program" --scratch-path "$folder"
done
framesweep=$(swift build -c release --show-bin-path --scratch-path "$folder")/framesweep
"$framesweep" --version | grep MPICH || fail "$framesweep was not built with MPICH"

say "Run the tests that start MPI"
swift test --skip-build --scratch-path "$folder" --filter 'MPITests|CommandTests'

reason=$(Scripts/slurm.sh missing)
if [[ -n $reason ]]; then
  say "Leave Slurm out: $reason"
else
  say "Start ranks of MPICH with srun"
  scratch=$(mktemp -d /tmp/framesweep-mpich-XXXXXX)
  chmod 755 "$scratch"
  trap 'Scripts/slurm.sh stop "$scratch/slurm" || true; rm -rf "$scratch"' EXIT
  Scripts/slurm.sh start "$scratch/slurm"
  # shellcheck source=/dev/null
  source "$scratch/slurm/environment"
  cp cluster/generic-slurm-mpich.yaml "$scratch/profile.yaml"
  sed -i 's/^nodes: .*/nodes: {cores: 2, memory: 2GiB}/' "$scratch/profile.yaml"
  "$framesweep" run jobs/first.yaml -o "$scratch/plain.h5" --quiet
  job=$("$framesweep" submit jobs/first.yaml --profile "$scratch/profile.yaml" --ranks 2 \
    -o "$scratch/srun.h5" --yes | sed -nE 's/^job ([0-9]+): .*/\1/p')
  for ((i = 0; i < 120; i++)); do
    [[ -f $scratch/srun.h5 ]] && break
    sleep 1
  done
  cat "$scratch"/srun.jobs/ranks-"$job".log
  "$framesweep" verify "$scratch/srun.h5"
  for name in plain srun; do
    "$framesweep" inspect "$scratch/$name.h5" | grep '^data checksum'
  done | sort -u | tee "$scratch/sums"
  (($(wc -l <"$scratch/sums") == 1)) || fail "srun gives other bits than one process"
fi

printf '\ncheck-mpich: all passed\n'
