#!/usr/bin/env bash
# Runs a sweep as on processors with other instruction sets, and compares the results: those of one process
# and of three ranks bit for bit under each set; those of different sets to the tolerance of single
# precision, counts and codes exactly.
#
#   Scripts/check-processors.sh [PROGRAM]      .build/release/framesweep if not given
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

framesweep=${1:-.build/release/framesweep}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
files=()
for set in "${instruction_sets[@]}"; do
  export ONEDNN_MAX_CPU_ISA=$set
  "$framesweep" run Tests/Processors/sweep.yaml -o "$scratch/$set.h5" --quiet
  launch 3 "$framesweep" run Tests/Processors/sweep.yaml -o "$scratch/$set-ranks.h5" --quiet
  "$python" -m framesweep_analysis compare "$scratch/$set.h5" "$scratch/$set-ranks.h5" ||
    fail "three ranks do not compute what one process does under $set"
  files+=("$scratch/$set.h5")
done
"$python" - "${files[@]}" <<'END'
import sys

import h5py
import numpy as np

#: A thousandth, as docs/neural-frames.md says of single precision.
RELATIVE, ABSOLUTE = 1e-3, 1e-6


def columns(path):
    with h5py.File(path) as file:
        return {name: item[...] for name, item in file.items() if isinstance(item, h5py.Dataset)}


first, *others = sys.argv[1:]
expected = columns(first)
for path in others:
    found = columns(path)
    assert found.keys() == expected.keys()
    worst = ("none", 0.0)
    for name, values in found.items():
        if values.dtype.kind != "f":
            np.testing.assert_array_equal(values, expected[name], err_msg=name)
            continue
        np.testing.assert_allclose(
            values, expected[name], rtol=RELATIVE, atol=ABSOLUTE, err_msg=f"{path}: {name}")
        distance = np.abs(values - expected[name]) / np.maximum(np.abs(expected[name]), 1e-3)
        if np.isfinite(distance).any():
            worst = max(worst, (name, float(np.nanmax(distance))), key=lambda pair: pair[1])
    print(f"{path}: {len(found)} columns agree with {first}; largest relative distance {worst}")
END
