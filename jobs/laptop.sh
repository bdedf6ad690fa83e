#!/usr/bin/env bash
# Computes a sweep on all cores of this machine, and resumes it when it is started again.
#
#   jobs/laptop.sh SWEEP.yaml OUT.h5
set -euo pipefail

sweep=${1:?expected a sweep file}
output=${2:?expected the name of a results file}
program=${FRAMESWEEP:-framesweep}

code=0
# Nice keeps the machine usable meanwhile.
nice "$program" run "$sweep" -o "$output" --resume || code=$?
# 0: all points ok; 3: finished, some are not ok; anything else is worth a look.
((code == 0 || code == 3)) || exit "$code"
"$program" inspect "$output"
exit "$code"
