#include "bench/recipe_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/error.h"

namespace bench {

std::string count(std::size_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

void add_left(Notes& notes, const std::vector<LeftLayer>& left) {
  for (const LeftLayer& layer : left) notes.emplace_back(layer.layer, "left: " + layer.why);
}

double moved(const std::vector<Tensor>& before, const std::vector<Tensor>& after) {
  double most = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto a = before[i].data<float>(), b = after[i].data<float>();
    double largest = 0, difference = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
      largest = std::max(largest, std::abs(double{a[k]}));
      difference = std::max(difference, std::abs(double{a[k]} - b[k]));
    }
    if (difference > 0) most = std::max(most, difference / std::max(largest, 1e-30));
    if (std::isnan(difference)) return difference;
  }
  return most;
}

void need_images(const CalibrationInputs& inputs, const char* pass) {
  if (inputs.images > 0) return;
  throw Error(Fault::missing, std::string(pass) +
                                  ": there are no calibration images; give "
                                  "--calibration-images N with a data set, or --calibration-data");
}

}  // namespace bench
