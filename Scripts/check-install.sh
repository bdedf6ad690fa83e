#!/usr/bin/env bash
# Installs a built framesweep into a folder, runs it from there, and removes it.
#
#   Scripts/check-install.sh PROGRAM
set -euo pipefail
program=$(realpath "${1:?the program}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh
root=$PWD

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix="$scratch/a prefix"
Scripts/install.sh "$prefix" "$program" >"$scratch/said.txt"
grep -q 'pip install' "$scratch/said.txt" || fail "$(<"$scratch/said.txt")"
cp jobs/first.yaml "$scratch"
cd "$scratch"
export PATH="$prefix/bin:$PATH"
[[ $(command -v framesweep) == "$prefix/bin/framesweep" ]] || fail "another framesweep comes first"

framesweep run first.yaml -o first.h5 --quiet
framesweep verify first.h5
framesweep status first.h5 | grep -q '24 of 24 points' || fail "the status of first.h5 is wrong"
# The profile is that of the prefix: there is no folder cluster here.
framesweep submit first.yaml --profile generic-slurm -o new.h5 >/dev/null

bash -c 'source "$1" && complete -p framesweep' - \
  "$prefix/share/bash-completion/completions/framesweep" >/dev/null
grep -q '^#compdef framesweep' "$prefix/share/zsh/site-functions/_framesweep" ||
  fail "the completions for zsh begin with something else"
page=$prefix/share/man/man1/framesweep.1
for command in plan run watch figure; do
  grep -q "^.SH \"framesweep $command\"" "$page" || fail "the manual page lacks $command"
done
for title in '"EXIT STATUS"' FILES ENVIRONMENT; do
  grep -q "^.SH $title" "$page" || fail "the manual page lacks $title"
done
if command -v groff >/dev/null; then
  groff -K utf8 -man -Tutf8 -ww "$page" >/dev/null 2>warnings.txt
  [[ ! -s warnings.txt ]] || fail "$(<warnings.txt)"
fi

# Without the Python package, the line that installs it names the folder that came with the program.
if env -u VIRTUAL_ENV -u CONDA_PREFIX -u FRAMESWEEP_PYTHON framesweep figure potential first.h5 \
  -o first.png 2>advice.txt; then
  echo "python3 has the package by itself"
else
  grep -qF "share/framesweep/analysis" advice.txt || fail "$(<advice.txt)"
fi
if [[ -x $root/$python ]]; then
  FRAMESWEEP_PYTHON=$root/$python framesweep figure potential first.h5 -o first.png
  [[ -s first.png ]] || fail "there is no figure"
fi

cd "$root"
Scripts/install.sh --remove "$prefix"
left=$(find "$prefix" -type f)
[[ -z $left ]] || fail "these files were left: $left"
echo "installed, run, and removed again"
