#!/usr/bin/env bash
# Installs what is needed, builds, and evaluates networks: a drawn demo everywhere, and real networks on
# real images where they lie under $QUANTBENCH_REAL (default: ../shared/real). Results go to out/.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh
cmake --preset release >/dev/null
cmake --build --preset release --target bench >&2

bench=build/release/bin/bench
real=${QUANTBENCH_REAL:-../shared/real}

echo "The drawn demo: 24 drawings in PASCAL VOC's layout and a network computed for them. It shows that"
echo "the path works; it says nothing about any real network."
echo
python3 scripts/draw_demo.py out/drawn
"$bench" run --suite voc-segmentation --data out/drawn/VOC2012 --model out/drawn/colours.onnx \
  --prepare rgb-255 --decode label-map --backend float --out out/demo --restart

if [ ! -d "$real" ]; then
  echo
  echo "Real data sets are not here ($real); README.md says how to point at them."
  exit 0
fi

export QUANTBENCH_WEIGHTS=$real/face/models:$real/voc_imagenet/models
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
