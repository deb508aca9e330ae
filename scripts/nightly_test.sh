#!/usr/bin/env bash
# Nights of a tiny suite: what nightly.sh and approve.sh say, and how they exit. BENCH names the program.
set -uo pipefail
cd "$(dirname "$0")/.."

: "${BENCH:?the program to test}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export BENCH NIGHTLY_OUT=$folder/nightly BENCH_BASELINES=$folder/baselines
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY BENCH_DATA BENCH_WEIGHTS
runs=$NIGHTLY_OUT/runs
failures=0

fail() { echo "FAILED: $1" >&2; failures=$((failures + 1)); }
# expect CODE COMMAND...: its output goes to $folder/said
expect() {
  local wanted=$1 code=0
  shift
  "$@" >"$folder/said" 2>&1 || code=$?
  [ "$code" -eq "$wanted" ] || { fail "exit code $code, wanted $wanted: $*"; cat "$folder/said" >&2; }
}
said() { grep -qF -- "$1" "${2:-$folder/said}" || { fail "'$1' was not said"; cat "${2:-$folder/said}" >&2; }; }
unsaid() { ! grep -qF -- "$1" "${2:-$folder/said}" || fail "'$1' was said"; }

# suite NAME BITS: one network in float and with weights of so many bits; with speed where asked for.
suite() {
  cat >"$folder/$1.json" <<EOF
{"name": "$1", "about": "of the test", "dataset": "imagenet", "data": "bundled:imagenet", "evaluator": "top-k"${3:-},
 "cases": [{"model": "mini-resnet", "backend": "float"},
           {"model": "mini-resnet", "backend": "fake-quant", "options": {"quantize": {"name": "q", "passes": [
             {"pass": "fold-batch-norm"}, {"pass": "quantize", "rules": [{"which": {"kind": "convolution"}, "weight":
               {"form": "symmetric", "bits": $2, "signed": true, "narrow": true}, "weight_per_channel": false}]}]}}}]}
EOF
}
night() { scripts/nightly.sh "$@" -- --limit 60 --bootstrap 20 --threads "${threads:-1}"; }
# rewrite FILE CODE: changes the JSON value d of a file.
rewrite() { python3 -c "import json,sys; d=json.load(open(sys.argv[1])); exec(sys.argv[2]); json.dump(d,open(sys.argv[1],'w'))" "$1" "$2"; }
newest() { find "$runs" -mindepth 1 -maxdepth 1 -type d | sort | tail -n 1; }

suite tiny 8
expect 3 night "$folder/tiny.json"
said "no baseline yet; to accept this run: scripts/approve.sh"
first=$(newest)
[ ! -e "$first/good" ] || fail "a night without baseline is called good"

# Accepting: not what nobody can find again, not what is not whole; with a history.
rewrite "$first/tiny/result.json" 'for r in d["records"]: r["environment"]["commit"] = "0123456789ab-dirty"'
expect 1 scripts/approve.sh "$first/tiny"
said "changed files"
[ ! -e "$BENCH_BASELINES/tiny" ] || fail "a refused run became the baseline"
rewrite "$first/tiny/result.json" 'for r in d["records"]: r["environment"]["commit"] = "0123456789ab"'
cp -r "$first/tiny" "$folder/part"
rewrite "$folder/part/result.json" 'd["records"][1]["status"] = "incomplete"'
expect 1 scripts/approve.sh "$folder/part" --insist --because "no reason counts here"
said "mini-resnet.q.fake-quant: incomplete"
expect 0 scripts/approve.sh "$first/tiny"
said "the first baseline"
said '"because": "the first baseline"' "$BENCH_BASELINES/tiny/approved.json"

# The same again, on another number of threads: identical.
threads=2 expect 0 night "$folder/tiny.json"
said "No worse. tiny: all 2 cases answer as before, bit for bit"
[ -e "$(newest)/good" ] || fail "a good night is not called so"
said "as before, bit for bit" "$(newest)/report.html"
said "history of top1"
said "<svg" "$(newest)/tiny.history/top1.svg"

# A worse one: named down to the images; the suite that fails beside it does not stop it.
suite tiny 2
suite broken 8
sed -i 's/mini-resnet"/mini-nothing"/' "$folder/broken.json"
expect 3 night "$folder/broken.json" "$folder/tiny.json"
said "Worse, and not all could be judged (exit code 3). broken: not compared, "
said "; tiny: worse in fake-quant (1 of 1 cases), surest mini-resnet.q.fake-quant: top"
GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$folder/job.md expect 1 night "$folder/tiny.json"
said "Worse. tiny: worse in fake-quant (1 of 1 cases), surest mini-resnet.q.fake-quant: top"
said "; float as before, bit for bit"
said "mini-resnet.q.fake-quant | fake-quant | top1"
said "mini_val_00000"
said "[pictures](tiny.flips/mini-resnet.q.fake-quant.html)"
said "::error title=mini-resnet.q.fake-quant%3A top1 regressed::"
said "Worse. tiny" "$folder/job.md"
worse=$(newest)
[ -e "$worse/tiny.flips/mini-resnet.q.fake-quant.html" ] || fail "no page of the changed images"
before=$(cat "$BENCH_BASELINES/tiny/result.json")
expect 1 scripts/approve.sh "$worse/tiny" --insist
said "did not pass its gates"
[ "$before" = "$(cat "$BENCH_BASELINES/tiny/result.json")" ] || fail "a refused run changed the baseline"

# Gates: what they allow passes; times count only where one names them, and never from another machine.
cat >"$BENCH_BASELINES/tiny.gates.json" <<'EOF'
{"suite": "tiny", "gates": [{"metric": "top1", "largest_drop": {"absolute": 1}},
  {"metric": "median_ms", "largest_drop": {"relative": 9}}]}
EOF
suite tiny 2 ', "speed": true'
expect 0 night "$folder/tiny.json"
said "No worse. tiny: no worse: 1 of 2 cases answer as before"
# What is slower beside the float case is; float itself has not become slower.
fast='for r in d["records"][1:]: r["speed_one_thread"].update(median_ms=1e-5, round_ms=[1e-5] * 7)'
other='for r in d["records"]: r["environment"]["machine"] = "elsewhere"'
good=$(newest)
rewrite "$good/tiny/result.json" "$fast"
expect 1 night "$folder/tiny.json"
said "slower in 1 case"
for run in "$good/tiny" "$BENCH_BASELINES/tiny"; do
  rewrite "$run/result.json" "$fast"
  rewrite "$run/result.json" "$other"
done
expect 0 night "$folder/tiny.json"
unsaid "slower"

# Accepted with a reason: the history of acceptances grows.
expect 0 scripts/approve.sh "$worse/tiny" --insist --because "two bits are what we want"
said "two bits are what we want" "$BENCH_BASELINES/tiny/approved.json"
said "the first baseline" "$BENCH_BASELINES/tiny/approved.json"

# A night without an end goes on, unless changed files make it uncertain that it is the same program's.
last=$(newest)
rm "$last/summary.md"
expect 0 night "$folder/tiny.json"
case $(scripts/commit.sh) in
  *-dirty) [ "$(newest)" != "$last" ] || fail "went on with another program's night" ;;
  *) [ "$(newest)" = "$last" ] || fail "began anew instead of going on" ;;
esac

# What is pruned, and what stays.
NIGHTLY_KEEP=1 expect 0 night "$folder/tiny.json"
[ ! -e "$first/tiny/mini-resnet.float.journal" ] || fail "an old night keeps its journals"
[ -e "$first/tiny/mini-resnet.float.tally" ] || fail "an old night lost its tallies"
[ -e "$first/summary.md" ] || fail "an old night lost its summary"
[ -e "$(newest)/tiny/mini-resnet.float.journal" ] || fail "tonight lost its journals"

[ $failures -eq 0 ] && echo "all passed" || exit 1
