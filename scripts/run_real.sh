#!/usr/bin/env bash
# Runs published networks on the real data sets under $BENCH_REAL (default: ../shared/real), which are
# not in this repository; scripts/run.sh has built the program. Results go to out/.
set -euo pipefail
cd "$(dirname "$0")/.."

bench=build/release/bin/bench
real=${BENCH_REAL:-../shared/real}
if [ ! -d "$real" ]; then
  echo "Real data sets are not here ($real); README.md says how to point at them." >&2
  exit 3
fi

export BENCH_WEIGHTS=$real/face/models:$real/voc_imagenet/models
run() { echo; "$bench" run --restart "$@"; }
imagenet=$real/voc_imagenet/imagenet
voc=$real/voc_imagenet/voc
run --suite widerface --data "$real/face" --list "$real/face/wider_val_images.txt" --out out/widerface
run --suite lfw --model mobilefacenet --data "$real/face/lfw" --out out/lfw
run --suite imagenet --data "$imagenet/sample1000" --out out/imagenet
mkdir -p out/voc2012
ln -sfn "$(realpath "$voc/voc2012_trainval_100/JPEGImages")" out/voc2012/JPEGImages
ln -sfn "$(realpath "$voc/voc2012_seg_masks/SegmentationClass")" out/voc2012/SegmentationClass
run --suite voc-segmentation --data out/voc2012 --out out/voc-segmentation
run --suite voc-detection --data "$voc/voc2012_trainval_100" --out out/voc-detection
