#!/usr/bin/env bash
# Is tonight worse than last night? Builds, runs the bundled suite and every suite whose data $BENCH_DATA
# holds, compares each with its baseline, and says so in summary.md and report.html.
#
#   scripts/nightly.sh                             all of it
#   scripts/nightly.sh mini own.json               these suites (names, or suite files)
#   scripts/nightly.sh mini -- --limit 100         what follows goes to every `bench run`
#
#   BENCH            a program built already; the build is left out
#   BENCH_DATA       real data sets, BENCH_WEIGHTS their networks: as for `bench`
#   NIGHTLY_OUT      where nights are kept (out/nightly): runs/UTC-COMMIT/, history.sqlite, latest
#   NIGHTLY_KEEP     how many nights keep journals and pages (7). Older ones keep result.json, tallies,
#                    comparisons and summary.md. The last good night keeps everything.
#   BENCH_BASELINES  baselines that are not in the repository (NIGHTLY_OUT/baselines)
#
# A suite's baseline is the folder SUITE, its gates SUITE.gates.json beside it: in baselines/ (the bundled
# suite's, committed), else in BENCH_BASELINES. scripts/approve.sh makes a run the new baseline. Times are
# compared with the last good night instead, if that was on this machine, and count where a gate names them.
#
# A suite that fails does not stop the others. A night that was interrupted goes on when the same commit is
# run again. Exit code: the largest of
#   0  every gate held                   3  a suite has no baseline yet, or its data or weights are missing
#   1  a gate was missed, a case failed or is not comparable           others: as `bench --help` lists them
set -euo pipefail
cd "$(dirname "$0")/.."
{  # read to its end before anything runs: a night may outlive an update of this file

suites=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do suites+=("$1"); shift; done
[ $# -eq 0 ] || shift
more=("$@")

out=${NIGHTLY_OUT:-out/nightly}
keep=${NIGHTLY_KEEP:-7}
mkdir -p "$out/runs"
exec 9>"$out/lock"
flock -n 9 || { echo "nightly: another night is being run in $out" >&2; exit 6; }

if [ -z "${BENCH:-}" ]; then
  scripts/build_bench.sh
  BENCH=build/release/bin/bench
fi
export BENCH
commit=$(scripts/commit.sh)

# The newest night, if it is of this commit and was not ended; else a new one.
last=$(find "$out/runs" -mindepth 1 -maxdepth 1 -type d | sort | tail -n 1)
if [ -n "$last" ] && [ ! -e "$last/summary.md" ] && [[ $last == *-"${commit:-unknown}" && $last != *-dirty ]]; then
  night=$last
  echo "nightly: going on with $night" >&2
else
  new_night() { night=$out/runs/$(date -u +%Y%m%dT%H%M%SZ)-${commit:-unknown}; }
  new_night
  while [ -e "$night" ]; do sleep 1; new_night; done  # the last one took less than a second
  mkdir "$night"
fi
good=$(find "$out/runs" -mindepth 2 -maxdepth 2 -name good | sort | tail -n 1)
good=${good%/good}
ln -sfn "runs/${night##*/}" "$out/latest"
: >"$night/codes.tsv"  # suite, step, exit code, in words

note() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>"$night/codes.tsv"; }

# Suites of the program whose data are there; why others are not run.
if [ ${#suites[@]} -eq 0 ]; then
  suites=(mini)
  "$BENCH" list suites --format json >"$night/suites.json"
  "$BENCH" list data --format json >"$night/data.json"
  while IFS=$'\t' read -r suite state; do
    if [[ $state == *" images in "* && $state != *"but not all"* ]]; then
      suites+=("$suite")
    else
      note "$suite" skipped 0 "its data: $state"
    fi
  done < <(python3 scripts/nightly_suites.py states "$night/suites.json" "$night/data.json")
fi

baseline_of() { python3 scripts/baseline.py where "$1" "$out"; }

compare() {  # SUITE: tonight's run with its baseline, and with the last good night
  local suite=$1 code=0 baseline format=json gates=() allow=()
  baseline=$(baseline_of "$suite")
  if [ ! -e "$baseline/result.json" ]; then
    note "$suite" compare 3 "no baseline yet; to accept this run: scripts/approve.sh $night/$suite"
    return
  fi
  [ ! -e "$baseline.gates.json" ] || gates=(--gates "$baseline.gates.json")
  [ "${GITHUB_ACTIONS:-}" != true ] || format=github
  # The job's summary is written below, in one piece.
  env -u GITHUB_STEP_SUMMARY "$BENCH" compare "$baseline" "$night/$suite" "${gates[@]}" --format $format \
    --out "$night/$suite.compare" --flips "$night/$suite.flips" >"$night/$suite.compare.txt" \
    2>>"$night/$suite.log" || code=$?
  [ $format = json ] || cat "$night/$suite.compare.txt"
  note "$suite" compare $code "against $baseline"
  if [ -n "$good" ] && [ -e "$good/$suite/result.json" ]; then
    "$BENCH" compare "$good/$suite" "$night/$suite" "${gates[@]}" --top 0 --out "$night/$suite.since" \
      >/dev/null 2>>"$night/$suite.log" || true  # only its times count, in the summary
  fi
}

keep_history() {  # SUITE: tonight's figures, and a chart of each headline's last 60 nights
  local suite=$1 code=0 metric
  "$BENCH" record "$night/$suite" --to "$out/history.sqlite" >>"$night/$suite.log" 2>&1 || code=$?
  [ $code -eq 0 ] || { note "$suite" history $code "not recorded in $out/history.sqlite"; return; }
  mkdir -p "$night/$suite.history"
  python3 scripts/nightly_suites.py headlines "$night/$suite/result.json" | while read -r metric; do
    "$BENCH" history --from "$out/history.sqlite" --suite "$suite" --metric "$metric" --limit 60 --format svg \
      >"$night/$suite.history/$metric.svg" 2>>"$night/$suite.log" || true
  done
}

for given in "${suites[@]}"; do
  suite=$(basename "$given" .json)
  code=0
  echo "nightly: $suite" >&2
  "$BENCH" run --suite "$given" --out "$night/$suite" "${more[@]}" >"$night/$suite.txt" \
    2> >(tee -i "$night/$suite.log" >&2) || code=$?
  if [ $code -eq 130 ]; then
    echo "nightly: interrupted; the same command goes on with $night" >&2
    exit 130
  fi
  note "$suite" run $code "$(grep '^bench: ' "$night/$suite.log" | grep -v 'warning\|results go to' | tail -n 1)"
  [ -e "$night/$suite/result.json" ] || continue
  compare "$suite"
  keep_history "$suite"
done

# Writes summary.md and report.html, prunes, and gives the exit code.
code=0
python3 scripts/nightly_summary.py "$night" "$out" "$keep" || code=$?
cat "$night/summary.md"
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$night/summary.md" >>"$GITHUB_STEP_SUMMARY"
exit $code
}
