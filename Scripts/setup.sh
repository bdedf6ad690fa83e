#!/usr/bin/env bash
# Checks for everything that building and running framesweep needs, and installs what it can.
# Says nothing where nothing is missing.
#
#   Scripts/setup.sh              Swift and the C libraries
#   Scripts/setup.sh --analysis   these, and the Python environment .venv with the analysis package
#   Scripts/setup.sh --check      both, and for root the Slurm and the browser that 'make check' starts
#
# FRAMESWEEP_MPI_PKG names the MPI library as for the build: ompi-c (the default), mpich, or the
# name that a site's own module brings, for which nothing is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

needed_swift=6.2

check_swift() {
  local where="Install Swift $needed_swift or later (6.3.1 is tested) as https://www.swift.org/install/linux describes; Debian has no package of it."
  command -v swift >/dev/null || fail "swift is not in the PATH. $where"
  local found
  found=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  [[ -n $found ]] || fail "'swift --version' names no version. $where"
  [[ $(printf '%s\n' "$needed_swift" "$found" | sort -V | head -n 1) == "$needed_swift" ]] ||
    fail "Swift $found is too old. $where"
}

check_packages() {
  local wanted=(
    git make pkg-config libhdf5-dev hdf5-tools libopenblas-dev libdnnl-dev libssl-dev zlib1g-dev
    libpng-dev libturbojpeg0-dev netcdf-bin python3-venv
  )
  # Only root can start Slurm's daemons, and install a browser without a question.
  if [[ ${1:-} == --check ]] && ((EUID == 0)); then wanted+=(slurm-wlm munge chromium); fi
  case ${FRAMESWEEP_MPI_PKG:-ompi-c} in
  ompi-c) wanted+=(libopenmpi-dev openmpi-bin) ;;
  mpich) wanted+=(libmpich-dev mpich) ;;
  esac
  if ! command -v dpkg-query >/dev/null; then
    check_commands
    return
  fi
  local missing=() package
  for package in "${wanted[@]}"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    printf 'These Debian packages are missing. Install them and start again:\n\n  %s\n\n' \
      "sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  update_lists || fail "apt-get update failed"
  apt-get -o "$wait_for_lock" install -qq -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null ||
    fail "apt-get could not install ${missing[*]}"
}

# Another installation, such as a new machine's own, may hold a lock for some minutes.
wait_for_lock=DPkg::Lock::Timeout=300

# apt-get waits for the lock of dpkg by itself, and not for that of its own lists.
update_lists() {
  local end=$((SECONDS + 300)) said
  until said=$(LC_ALL=C apt-get -o "$wait_for_lock" update -qq 2>&1 </dev/null); do
    if [[ $said != *"Could not get lock"* ]] || ((SECONDS >= end)); then
      printf '%s\n' "$said" >&2
      return 1
    fi
    sleep 2
  done
}

# Where there is no Debian package manager: looks for what the packages would bring.
check_commands() {
  local missing=() name
  for name in git make pkg-config mpirun h5dump ncdump python3; do
    command -v "$name" >/dev/null || missing+=("the command $name")
  done
  for name in "${FRAMESWEEP_MPI_PKG:-ompi-c}" hdf5 openblas libcrypto zlib libpng libturbojpeg; do
    pkg-config --exists "$name" 2>/dev/null || missing+=("the pkg-config module $name")
  done
  # oneDNN brings no pkg-config file.
  ${CC:-cc} -E -include oneapi/dnnl/dnnl.h -x c /dev/null >/dev/null 2>&1 ||
    missing+=("the header oneapi/dnnl/dnnl.h of oneDNN 2")
  ((${#missing[@]} == 0)) ||
    fail "missing: $(printf '%s, ' "${missing[@]}" | sed 's/, $//'). Install them with this system's package manager."
}

make_environment() {
  local stamp=.venv/framesweep-analysis wanted
  wanted=$(cksum <analysis/pyproject.toml)
  if [[ -x $python && -f $stamp && $(<"$stamp") == "$wanted" ]] &&
    "$python" -c 'import framesweep_analysis' 2>/dev/null; then
    return
  fi
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "the analysis package needs Python 3.11 or later, found $(python3 --version)"
  echo "Making the Python environment .venv for the analysis package"
  python3 -m venv .venv ||
    fail "python3 could not make the environment .venv; on Debian the package python3-venv is needed"
  .venv/bin/pip install --quiet --disable-pip-version-check --editable 'analysis[test]' </dev/null ||
    fail "pip could not install the analysis package (is there a network?). Sweeps run without it; figures and the check need it."
  printf '%s\n' "$wanted" >"$stamp"
}

case ${1:-} in
"" | --analysis | --check) ;;
*) fail "unknown option $1, expected --analysis, --check or nothing" ;;
esac
check_swift
check_packages "${1:-}"
if [[ -n ${1:-} ]]; then
  make_environment
fi
