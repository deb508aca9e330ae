#!/usr/bin/env bash
# Trains the networks of the bundled suite into models/mini: all of them, or those named, each after
# what it starts from. Training images are drawn into out/train first. DATA and OUT name other folders.
#
#   scripts/train_mini.sh                                  all recipes
#   scripts/train_mini.sh mini-vgg mini-mobilenet-v2-qat   these
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh train
scripts/build_bench.sh -DBENCH_TRAIN=ON

# Names in an order in which each comes after the recipe it starts from.
mapfile -t recipes < <(python3 - "$@" <<'PYTHON'
import json, pathlib, sys

recipes = {r["name"]: r for r in map(json.loads, (p.read_text() for p in sorted(pathlib.Path("bench/train/recipes").glob("*.json"))))}
wanted = sys.argv[1:] or list(recipes)
unknown = [name for name in wanted if name not in recipes]
if unknown:
    sys.exit(f"no recipe called {', '.join(unknown)}; see bench list recipes")
done = []


def add(name):
    start = recipes[name]["network"].get("from")
    if start in wanted and start not in done:
        add(start)
    if name not in done:
        done.append(name)


for name in wanted:
    add(name)
print("\n".join(done))
PYTHON
)
[ ${#recipes[@]} -gt 0 ] || exit 2

for recipe in "${recipes[@]}"; do
  build/release/bin/bench train --recipe "$recipe" ${DATA:+--data "$DATA"} ${OUT:+--out "$OUT"}
done
