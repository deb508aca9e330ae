#pragma once
// The images a recipe's passes look at: drawn from a case's own data set, or a folder of one's own.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "bench/recipe.h"
#include "datasets/dataset.h"
#include "datasets/prepare.h"
#include "reports/run_record.h"

namespace bench {

struct CalibrationChoice {
  std::int64_t images = 64;
  std::int64_t seed = 1;
  std::string data = {};  ///< a folder of images, or a list of their paths; empty: the case's data
  std::string rule = {};  ///< by name, instead of the recipe's
  friend bool operator==(const CalibrationChoice&, const CalibrationChoice&) = default;
};

/// The recipe with the choice's rule in all its `calibrate` passes, and a name that says what is
/// not as usual: "int8-kl-16images". Throws Error{usage} for an unknown rule.
Recipe calibrated_by(Recipe recipe, const CalibrationChoice& choice);

/// Images are read when asked for. May be used by several threads at once.
class CalibrationImages {
 public:
  /// Draws the images and hashes their bytes. `dataset`, null if the choice names images of its
  /// own, and `preparation` must outlive it. Throws Error{missing} for a folder, list or image that
  /// is not there, Error{usage} for a number below 0.
  CalibrationImages(const CalibrationChoice& choice, const Dataset* dataset,
                    const Preparation& preparation);

  std::size_t size() const { return read_.size(); }
  /// Prepared views of one image. Throws as decode_image.
  std::vector<Tensor> load(std::size_t image) const;

  /// Where from, how many, which seed, and a digest over their bytes.
  RunRecord::Calibration facts() const { return facts_; }
  bool holds(const std::string& image_sha256) const { return hashes_.contains(image_sha256); }

 private:
  const Preparation& preparation_;
  std::vector<std::function<EncodedImage()>> read_;
  RunRecord::Calibration facts_;
  std::set<std::string> hashes_;
};

/// What passes are shown: these images, if any, by the fastest backend that heeds a graph's grids.
/// `shape`: a typical input's.
CalibrationInputs inputs_for(const CalibrationImages* images, const Shape& shape);

}  // namespace bench
