#!/usr/bin/env bash
# Runs the program under limits and signals that batch systems and their users set, and looks whether it
# ends, in time, with the right word.
#
#   Scripts/check-limits.sh [PROGRAM]
#
# As root it also takes threads and processes away, which the system counts for every user and does not
# count for root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Scripts/common.sh

framesweep=$(realpath "${1:-$(swift build -c release --show-bin-path)/framesweep}")
[[ -x $framesweep ]] || fail "there is no $framesweep: run make build"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
cd "$scratch"

cat >sweep.yaml <<'SWEEP'
format: 1
name: limits
architecture: {family: chain, input: {channels: 16, size: 1}, stage_depth: 2}
grid: {width: [4, 6, 8, 12]}
weights: {init: he, draws: 1}
measure: {frame: {statistics: true}}
SWEEP
"$framesweep" run sweep.yaml -o good.h5 --quiet

export -f launch
export framesweep

# ends CODES COMMAND...: a command ends by itself with one of these codes; its words are in said.txt.
ends() {
  local codes=$1 code=0
  shift
  timeout --kill-after=1 120 "$@" >said.txt 2>&1 </dev/null || code=$?
  [[ " $codes " == *" $code "* ]] || fail "$* returned $code, expected one of $codes: $(cat said.txt)"
}

# says PATTERN: the last command said so.
says() { grep -Eq -- "$1" said.txt || fail "expected words like '$1', found: $(cat said.txt)"; }

# waits COMMAND...: something comes true within a minute.
waits() {
  for ((pause = 0; pause < 1200; pause++)); do
    "$@" && return
    sleep 0.05
  done
  fail "waited in vain for: $*"
}

say "Less address space than the threads need"
for kibibytes in 250000 400000 600000; do
  # shellcheck disable=SC2016
  under=(bash -c 'ulimit -v "$0"; exec "$@"' "$kibibytes")
  ends "0 70" "${under[@]}" "$framesweep" verify good.h5
  ends "0 70" "${under[@]}" "$framesweep" plan sweep.yaml
  rm -f out.h5*
  ends "0 70" "${under[@]}" "$framesweep" run sweep.yaml -o out.h5 --workers 8
  says 'ulimit -v leaves .* of '
done
# shellcheck disable=SC2016
ends 0 bash -c 'ulimit -v 900000; exec "$@"' - "$framesweep" run sweep.yaml -o few.h5 --workers 64
says 'of 64 worker threads (is|are) started: ulimit -v leaves'

# shellcheck disable=SC2016
ends 70 bash -c 'launch 2 bash -c "ulimit -v 400000; exec \"$framesweep\" run sweep.yaml -o none.h5"'
says 'there is no room for a rank: ulimit -v leaves'

if ((EUID == 0)); then
  say "No threads, no processes"
  cp "$framesweep" program
  mkdir -m 777 user
  for count in 1 2 3; do
    user=$((60000 + RANDOM % 5000))
    alone=(setpriv "--reuid=$user" "--regid=$user" --clear-groups prlimit "--nproc=$count")
    ends 0 "${alone[@]}" "$scratch/program" verify good.h5
    ends 0 "${alone[@]}" "$scratch/program" inspect good.h5
    ends 0 "${alone[@]}" "$scratch/program" merge good.h5 -o "user/all-$count.h5"
    ends "0 70" "${alone[@]}" "$scratch/program" run sweep.yaml -o "user/out-$count.h5" --workers 4
    if ((count == 1)); then
      says 'no room for a worker'
      ends 0 "${alone[@]}" "$scratch/program" verify good.h5
      says 'warning: good.h5: no process of its own'
    else
      says 'of 4 worker threads (is|are) started'
    fi
  done
fi

# A pipe that nobody writes to stands for every long reading.
mkfifo pipe
exec 3<>pipe
for signal in TERM HUP INT; do
  say "$signal while inputs are read"
  # Whoever started this script may ignore HUP, and that is inherited.
  env --default-signal=HUP "$framesweep" run - -o none.h5 <&3 >said.txt 2>&1 &
  process=$!
  # Before the program, the shell that becomes it catches signals too.
  waits test "/proc/$process/exe" -ef "$framesweep"
  # It reads from the pipe when it has set its signals up.
  waits grep -q '^SigCgt:.*[4567cdef]...$' "/proc/$process/status"
  sleep 0.2
  kill "-$signal" "$process"
  code=0
  timeout 60 tail --pid="$process" -f /dev/null || fail "$signal did not end the reading"
  wait "$process" || code=$?
  ((code == 75)) || fail "$signal while inputs are read: code $code: $(cat said.txt)"
  says "signal $signal"
done

if [[ $(mpirun --version 2>&1) == *"Open MPI"* ]]; then
  say "TERM while ranks wait for the first of them, which reads"
  # The rank itself gets the signal; the launcher then ends the others.
  launch 2 bash -c 'exec "$1" run - -o none.h5 <"$0"' pipe "$framesweep" >said.txt 2>&1 &
  process=$!
  reads() { pgrep -f -- "$framesweep run - -o none.h5" >ranks.txt && (($(wc -l <ranks.txt) == 2)); }
  waits reads
  sleep 0.5
  kill -TERM "$(head -n 1 ranks.txt)"
  timeout 60 tail --pid="$process" -f /dev/null || fail "TERM did not end the ranks"
  wait "$process" && fail "ranks that were ended returned 0: $(cat said.txt)"
fi

# begin HUP WORDS...: starts a run in the background that takes a while, with HUP at its default or ignored,
# and waits until it computes.
begin() {
  local hangup=$1
  shift
  rm -f out.h5*
  FRAMESWEEP_FAULT="*=slow:1.2" env "--$hangup-signal=HUP" "$framesweep" run sweep.yaml -o out.h5 --workers 1 "$@" \
    >said.txt 2>&1 &
  process=$!
  waits test -s out.h5.journal
}

say "A job that is suspended"
begin default --point-timeout 5s
sleep 0.5
kill -STOP "$process"
sleep 6
kill -CONT "$process"
code=0
wait "$process" || code=$?
((code == 0)) || fail "a suspension became a timeout: $("$framesweep" inspect out.h5 --failed)"

say "The end of the session"
begin default
sleep 0.2
kill -HUP "$process"
code=0
wait "$process" || code=$?
((code == 75)) || fail "HUP returned $code: $(cat said.txt)"
says "signal HUP"
begin ignore
sleep 0.2
kill -HUP "$process"
sleep 0.5
kill -0 "$process" || fail "HUP ended a run that ignores it, as under nohup"
kill -TERM "$process"
wait "$process" || true
says "signal TERM"

core=$(grep -m1 Cpus_allowed_list /proc/self/status | grep -Eo '[0-9]+' | head -1)
say "Threads and ranks that are bound to one core"
ends 0 taskset -c "$core" "$framesweep" run sweep.yaml -o bound.h5
says '1 worker thread,'
ends 0 taskset -c "$core" "$framesweep" run sweep.yaml -o two.h5 --workers 2
says "warning: 2 worker threads share 1 core"
export core
# shellcheck disable=SC2016
ends 0 bash -c 'launch 2 taskset -c "$core" "$framesweep" run sweep.yaml -o ranks.h5'
says "warning: 2 ranks on .* are bound to 1 core \\($core\\)"

printf 'limits: all as expected\n'
