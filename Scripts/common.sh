# shellcheck shell=bash disable=SC2034
# Shared by the scripts of this folder, which source it from the root of the repository.

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

python=.venv/bin/python

# launch RANKS COMMAND...: runs a command under mpirun.
launch() {
  local ranks=$1
  shift
  local options=(-n "$ranks")
  if [[ $(mpirun --version 2>&1) == *"Open MPI"* ]]; then
    # More ranks than cores are wanted here: the results must not depend on the number of ranks.
    options+=(--oversubscribe)
    if ((EUID == 0)); then
      export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
  fi
  mpirun "${options[@]}" "$@" </dev/null
}

# The instruction sets that oneDNN can be told to use here, the oldest first.
instruction_sets=(SSE41)
if grep -qw avx2 /proc/cpuinfo; then instruction_sets+=(AVX2); fi
if grep -qw avx512bw /proc/cpuinfo; then instruction_sets+=(AVX512_CORE); fi

# with_memory_checks COMMAND...: runs a command whose allocations glibc checks when they are freed;
# damage ends it.
with_memory_checks() {
  local library
  library=$(ldconfig -p | sed -nE 's/.*libc_malloc_debug\.so\.0 .*x86-64.* => (.*)/\1/p' | head -n 1)
  [[ -n $library ]] || fail "there is no libc_malloc_debug.so.0; it is a part of glibc 2.34 and later"
  LD_PRELOAD=$library GLIBC_TUNABLES=glibc.malloc.check=3 "$@"
}
