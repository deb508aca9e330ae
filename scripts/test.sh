#!/usr/bin/env bash
# Builds and runs all tests. PRESET=asan|tsan|dev for another build; further arguments go to ctest.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${PRESET:-release}
scripts/install_packages.sh
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "$@"
