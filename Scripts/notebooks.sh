#!/usr/bin/env bash
# Makes the results files that the notebooks read, in demo/notebooks, and runs the notebooks there; what
# they print and draw is stored in them. Files that are there already are kept.
#
#   Scripts/notebooks.sh              all notebooks
#   Scripts/notebooks.sh tour papers  some of them
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

folder=demo/notebooks
Scripts/setup.sh --analysis
swift build -c release --product framesweep
framesweep=$(swift build -c release --show-bin-path)/framesweep
mkdir -p "$folder"
for sweep in jobs/{first,quickstart,fully-connected,cifar-networks-small,neural-frames}.yaml \
  analysis/notebooks/second.yaml; do
  say "$sweep"
  "$framesweep" run "$sweep" -o "$folder/$(basename "$sweep" .yaml).h5" --resume </dev/null
done
notebooks=()
for name in "$@"; do notebooks+=("analysis/notebooks/$name.ipynb"); done
if (($# == 0)); then notebooks=(analysis/notebooks/*.ipynb); fi
say "Run the notebooks"
"$python" analysis/notebooks/execute.py "$folder" "${notebooks[@]}"
