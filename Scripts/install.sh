#!/usr/bin/env bash
# Installs framesweep under a prefix, or removes what it installed there.
#
#   Scripts/install.sh PREFIX PROGRAM      the program, profiles of sites, completions of shells, the
#                                          manual page, and the Python package for figures
#   Scripts/install.sh --remove PREFIX     removes them
#
# DESTDIR is put in front of the prefix, as packagers need it.
set -euo pipefail

files() {
  printf '%s\n' bin/framesweep share/bash-completion/completions/framesweep \
    share/zsh/site-functions/_framesweep share/fish/vendor_completions.d/framesweep.fish \
    share/man/man1/framesweep.1
}

# manual PROGRAM: the manual page, from the help of every command.
manual() {
  local program=$1 command
  escaped() { sed -e 's/\\/\\e/g' -e "s/^[.']/\\\\\&&/" -e 's/-/\\-/g'; }
  printf '.TH FRAMESWEEP 1\n.SH NAME\nframesweep \\- frames of neural networks, over grids of them\n'
  for command in "" $("$program" --help | sed -n '/^SUBCOMMANDS:/,/^$/s/^  \([a-z]*\)  .*/\1/p'); do
    printf '.SH "%s"\n.nf\n' "$(printf 'framesweep %s' "$command" | sed 's/ $//')"
    COLUMNS=80 "$program" help $command | escaped
    printf '.fi\n'
  done
  cat <<'END'
.SH "EXIT STATUS"
.TP
0
all points are ok
.TP
3
finished, and some points are not ok
.TP
64
the command line is wrong
.TP
65
the sweep file or an input file is wrong, or a results file is damaged or belongs to another plan
.TP
70
an internal error
.TP
73
the output cannot be written
.TP
75
stopped early; \-\-resume computes the rest
.SH FILES
.TP
OUT.h5
the results, in HDF5; the file is whole at every moment
.TP
OUT.h5.journal
the results of a run that is not finished
.TP
OUT.h5.lock
names the process that works on OUT.h5
.TP
OUT.jobs/
the scripts that submit wrote, the logs of their jobs, and the shards
.TP
~/.config/framesweep/
profiles of the user, beside those in PREFIX/share/framesweep/cluster
.SH ENVIRONMENT
.TP
FRAMESWEEP_PROFILES
folders in which submit looks for profiles first, separated by colons
.TP
FRAMESWEEP_PYTHON
the Python that has the package framesweep_analysis, for figure and report
END
}

if [[ ${1:-} == --remove ]]; then
  prefix=${DESTDIR:-}${2:?the prefix}
  files | while read -r file; do rm -f "$prefix/$file"; done
  rm -rf "$prefix/share/framesweep/cluster" "$prefix/share/framesweep/analysis"
  rmdir "$prefix/share/framesweep" 2>/dev/null || true
  exit
fi

prefix=${DESTDIR:-}${1:?the prefix} program=$(realpath "${2:?the program}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case $prefix in /*) ;; *)
  echo "error: the prefix is '$prefix', expected an absolute path" >&2
  exit 1
  ;;
esac
files | while read -r file; do mkdir -p "$prefix/$(dirname "$file")"; done
install -m 755 "$program" "$prefix/bin/framesweep"
mapfile -t places < <(files)
for index in 1 2 3; do
  shell=(bash zsh fish)
  "$program" --generate-completion-script "${shell[index - 1]}" >"$prefix/${places[index]}"
done
manual "$program" >"$prefix/${places[4]}"
shared=$prefix/share/framesweep
rm -rf "$shared/cluster" "$shared/analysis"
mkdir -p "$shared/cluster" "$shared/analysis"
cp cluster/*.yaml "$shared/cluster"
cp -r analysis/pyproject.toml analysis/README.md analysis/framesweep_analysis "$shared/analysis"
find "$shared/analysis" -name __pycache__ -prune -exec rm -rf {} +
cat <<END
$prefix/bin/framesweep

For figures and reports, install the Python package where the program looks for it:

  python3 -m venv $(printf %q "$shared")/.venv
  $(printf %q "$shared")/.venv/bin/pip install $(printf %q "$shared")/analysis
END
