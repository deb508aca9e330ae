#!/usr/bin/env bash
# Installs what is needed, builds, and runs the bundled suite: small networks trained here on images drawn
# here, five tasks, the tables of the five documents in small. Results go to out/mini; report.html is a page.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build_bench.sh
exec build/release/bin/bench run --suite mini --restart --out out/mini "$@"
