#!/usr/bin/env bash
# Draws the bundled validation sets anew: datasets/mini/data/{imagenet,voc,widerface,lfw}, or below the
# folder given. The same bytes every time; datasets/mini/bundled_test.cpp holds their digests.
set -euo pipefail
cd "$(dirname "$0")/.."

draw=${DRAW_MINI:-build/release/bin/draw_mini}
out=${1:-datasets/mini/data}
for set in imagenet:classification:960 voc:voc:300 widerface:widerface:150 lfw:lfw:480; do
  IFS=: read -r folder task images <<<"$set"
  rm -rf "${out:?}/$folder"
  "$draw" "$task" --out "$out/$folder" --seed 1 --images "$images" >/dev/null
done
