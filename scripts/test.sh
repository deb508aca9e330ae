#!/usr/bin/env bash
# Builds and runs all tests. PRESET=asan|tsan|dev for another build; BENCH_TRAIN=OFF leaves training and its
# libtorch out; further arguments go to ctest.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${PRESET:-release}
train=${BENCH_TRAIN:-ON}
scripts/install_packages.sh $([ "$train" = OFF ] || echo train)
cmake --preset "$preset" -DBENCH_TRAIN="$train" >/dev/null
cmake --build --preset "$preset"
ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "$@"
