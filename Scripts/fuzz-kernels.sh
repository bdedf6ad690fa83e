#!/usr/bin/env bash
# Draws thousands of shapes for every kind of computation that oneDNN does here, under each instruction
# set that this processor has. Zones behind all buffers and the allocator's own checks look for writes
# outside; values are compared with double precision. `make check` does a short version.
#
#   Scripts/fuzz-kernels.sh [SHAPES] [SEED]      2000 shapes and the seed 1 if not given
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

export FRAMESWEEP_FUZZ_SHAPES=${1:-2000} FRAMESWEEP_FUZZ_SEED=${2:-1}
swift build --build-tests
for set in "${instruction_sets[@]}"; do
  say "$FRAMESWEEP_FUZZ_SHAPES shapes under $set"
  with_memory_checks env ONEDNN_MAX_CPU_ISA="$set" \
    swift test --skip-build --filter KernelFuzzTests | grep -vE '^(Test Suite|◇|↳|\s+Exec)'
done
printf '\nfuzz-kernels: all passed\n'
