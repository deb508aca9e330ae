#pragma once
// Figures of a segmentation from the pixels of each class.

#include <cstdint>
#include <span>

namespace bench {

/// Pixels of one class: in truth, in the prediction, in both. Ratios are NaN where they are 0/0.
struct Pixels {
  std::int64_t truth = 0, predicted = 0, both = 0;

  bool present() const { return truth + predicted > 0; }
  void add(const Pixels& other, std::int64_t times) {
    truth += times * other.truth;
    predicted += times * other.predicted;
    both += times * other.both;
  }
  double iou() const;     ///< both / (truth + predicted - both)
  double recall() const;  ///< both / truth
};

/// How classes become one figure.
enum class Mean {
  strict,          ///< IoU of all classes; NaN if one is absent
  skip_absent,     ///< IoU of the classes present
  absent_as_zero,  ///< IoU of all classes, 0 if absent
  foreground,      ///< IoU of the classes present but the first
  per_image,       ///< skip_absent for each image, then the mean over images
  recall,          ///< recall of all classes, 0 if absent
};

/// REQUIRES at least one class, and mean != per_image.
double mean_over_classes(std::span<const Pixels> classes, Mean mean);

double pixel_accuracy(std::span<const Pixels> classes);
/// Mean recall of the classes in the ground truth.
double mean_class_accuracy(std::span<const Pixels> classes);
/// Mean IoU weighted by the pixels in the ground truth.
double frequency_weighted_iou(std::span<const Pixels> classes);

}  // namespace bench
