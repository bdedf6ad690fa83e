#!/usr/bin/env bash
# Runs all Swift tests, the programs that they start, and a sweep that trains projections with glibc's
# checks of the heap, under the oldest and the newest instruction set of each kind that this processor
# has. Takes tens of minutes, so `make check` does a part of it: the numerical tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

swift build --build-tests
for program in framesweep mpi-selftest; do swift build -c release --product "$program"; done
framesweep=$(swift build -c release --show-bin-path)/framesweep
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for set in "${instruction_sets[@]}"; do
  say "All Swift tests with checks of the heap under $set"
  with_memory_checks env ONEDNN_MAX_CPU_ISA="$set" swift test --skip-build
  say "Points 48 and 49 of jobs/correlation-digits.yaml, which crashed every time on AVX2"
  with_memory_checks env ONEDNN_MAX_CPU_ISA="$set" \
    "$framesweep" run jobs/correlation-digits.yaml --points 48,49 -o "$scratch/$set.h5" || {
    code=$?
    # 75: the other points are not computed.
    ((code == 75)) || exit "$code"
  }
done
printf '\ncheck-memory: all passed\n'
