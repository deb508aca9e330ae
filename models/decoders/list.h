#pragma once
// One function per decoder; decoders.cpp lists them by name.

#include "models/graph.h"
#include "models/model.h"

namespace bench {

/// Logits or probabilities [1, C] (or [1, C, 1, 1]) -> the best ClassScores.
Decode decode_classifier(const Graph& graph, const DecodeFacts& facts);
/// The same for networks with a background class in front: class 0 is dropped, the others move up.
Decode decode_classifier_1001(const Graph& graph, const DecodeFacts& facts);

/// UltraFace: `scores` [1, N, 2] (background, face) and `boxes` [1, N, 4], corners as fractions of
/// the input. Score above 0.11, best 800, NMS at IoU 0.3 on those fractions with 1e-5 added to the
/// union, at most 400; x and y floored, width and height rounded up, scores to 3 decimals.
/// Source: Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB, its WIDER FACE evaluation.
Decode decode_ultraface(const Graph& graph, const DecodeFacts& facts);

/// YuNet: cls, obj, bbox and kps at strides 8, 16 and 32, [1, cells, 1 1 4 10]. Score cls * obj
/// above 0.02, NMS at IoU 0.45, nothing rounded. Source: libfacedetection.train.
Decode decode_yunet(const Graph& graph, const DecodeFacts& facts);

/// Raw darknet [yolo] heads, one output each. Everything in double: score objectness * class above
/// 0.005, NMS per class at IoU 0.45, clipped to the image, 1-based corners; scores to 6 decimals,
/// boxes to 3. Results stand class by class, best first.
Decode decode_yolo_darknet(const Graph& graph, const DecodeFacts& facts);

/// SSD-Lite: `boxes` [1, A, 4] and `logits` [1, A, C], background first, of the A anchors of
/// ssd_lite_anchors (models/anchors.h). Softmax above 0.01, per class the best 200, NMS at IoU
/// 0.45, of the image the best 100; clipped to the image, 1-based corners; scores to 6 decimals,
/// boxes to 3. Results stand class by class, best first. Source: qfgaohao/pytorch-ssd's predictor;
/// the 100 are those of TensorFlow's Object Detection API (max_total_detections).
Decode decode_ssd(const Graph& graph, const DecodeFacts& facts);

/// DSFD: `boxes` [1, A, 4] and `logits` [1, A, 2] (background, face) of the A anchors of
/// dsfd_anchors. Clipped to the network's input, softmax of at least 0.05, NMS at IoU 0.3, at most
/// 1500, nothing rounded. At one scale. Source: 610265158/DSFD-tensorflow.
Decode decode_dsfd(const Graph& graph, const DecodeFacts& facts);

/// Faster R-CNN: `rois` [R, 5], `logits` [R, C] (background first) and `deltas` [R, 4C] of the
/// region's own box for each class, in parts of region_deviations. Boxes, pixels counted, are
/// clipped to the network's input and divided by its scale; softmax above 0.001, per class NMS at
/// IoU 0.3; then as VOC has them: clipped to the image, 1-based; scores to 6 decimals, boxes to 3.
/// Results stand class by class, best first. Source: ijkguo/mx-rcnn's im_detect.
Decode decode_faster_rcnn(const Graph& graph, const DecodeFacts& facts);

/// One output of D numbers -> Embedding; several views are summed.
Decode decode_embedding(const Graph& graph, const DecodeFacts& facts);

/// Logits [1, C, h, w] -> LabelMap at the image's size: logits resampled bilinearly (half-pixel
/// centres, edges repeated), then the largest; the first of equals.
Decode decode_label_map(const Graph& graph, const DecodeFacts& facts);
/// The largest at the network's size, then the nearest cell (by pixel centres).
Decode decode_label_map_nearest(const Graph& graph, const DecodeFacts& facts);

}  // namespace bench
