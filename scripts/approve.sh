#!/usr/bin/env bash
# Makes a run the new baseline of its suite, having shown what that changes.
#
#   scripts/approve.sh out/nightly/latest/mini
#   scripts/approve.sh RUN --because "rounding of int8's float-scale: half to even, as in the paper"
#
# The rule: a baseline is what the project vouches for. Accept a run that passed its gates whenever answers
# were meant to change; accept one that did not only with a reason, which a reader can check, for why each
# regressed case had to get worse. Never accept a run because it is red. The run is whole, made by a commit
# (not by changed files), and the new baseline is committed together with what changed the answers.
#
#   --because TEXT   why; kept in approved.json with date, commit, machine and digest of the answers
#   --insist         also a run whose commit is unknown, or that was made from changed files
#
# BENCH, NIGHTLY_OUT, BENCH_BASELINES: as for scripts/nightly.sh. Exit code: 0 it is the baseline now; 1 refused.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2; exit 2; }
refuse() { echo "approve: not accepted: $1" >&2; exit 1; }

run='' because='' insist=()
while [ $# -gt 0 ]; do
  case $1 in
    --because) [ $# -gt 1 ] || usage; because=$2; shift ;;
    --insist) insist=(--insist) ;;
    -*) usage ;;
    *) [ -z "$run" ] || usage; run=${1%/} ;;
  esac
  shift
done
[ -n "$run" ] || usage
bench=${BENCH:-build/release/bin/bench}

suite=$(python3 scripts/baseline.py suite "$run")
python3 scripts/baseline.py check "$run" "${insist[@]}" || refuse "$run cannot be a baseline"
baseline=$(python3 scripts/baseline.py where "$suite" "${NIGHTLY_OUT:-out/nightly}")
if [ -e "$baseline/result.json" ]; then
  gates=()
  [ ! -e "$baseline.gates.json" ] || gates=(--gates "$baseline.gates.json")
  code=0
  "$bench" compare "$baseline" "$run" "${gates[@]}" || code=$?
  [ $code -eq 0 ] || [ -n "$because" ] || refuse "it did not pass its gates; --because TEXT says why it should count"
  : "${because:=passed its gates}"
else
  echo "approve: $baseline: the first baseline of $suite" >&2
  : "${because:=the first baseline}"
fi
python3 scripts/baseline.py make "$run" "$baseline" "$because"
