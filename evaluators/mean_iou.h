#pragma once
// Segmentation: intersection over union of each class, over the pixels of all images together.
//
// With t, p and b the pixels that are of the class in truth, in the prediction, and in both
// (ground truth 255 is void and counts nowhere):   IoU = b / (t + p - b).
//
//     voc               mean over all 21 classes; a class in neither is 0/0 = NaN, and so is the
//                       mean. Source: VOCevalseg.m of the VOC2012 devkit.
//     absent-skipped    mean over the classes that are there
//     absent-zero       a class that is not there has IoU 0 and counts
//     foreground-20     absent-skipped without the background
//     per-image-mean    mean over images of each image's absent-skipped figure
//     voc2007-accuracy  b / t instead (0 where t = 0): what the VOC2007 devkit reported
//     deeplab-513-crop  absent-skipped on labels scaled (nearest neighbour, as PIL) to a shorter
//                       side of 513 and cropped to their central 513 x 513; labels beyond the
//                       classes are void. Predictions come as 513 x 513, or at label size and are
//                       then scaled and cropped alike. Source: jfzhang95/pytorch-deeplab-xception.

#include "evaluators/evaluator.h"
#include "evaluators/tally.h"

namespace bench {

EvaluatorInfo mean_iou_info();

/// Metrics: miou, iou.CLASS, pixel_accuracy, mean_class_accuracy (over classes in the ground
/// truth), fwiou (IoU weighted by t). Class names default to 21 numbers; index 0 is background.
/// REQUIRES options.protocol to be one of mean_iou_info().protocols.
std::unique_ptr<Evaluator> make_mean_iou(const EvaluatorOptions& options);

/// A tally names the classes; a row is a class that occurs in the image: its number, its pixels in
/// truth, in the prediction, in both.
TallyFigures mean_iou_figures(const Tally& tally);

}  // namespace bench
