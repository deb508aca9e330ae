#include "evaluators/face_protocol.h"

#include <algorithm>

#include "models/registry.h"

namespace bench {
namespace {

constexpr FaceProtocol protocols[] = {
    {.name = "insightface",
     .about =
         "squared L2 of unit vectors, 0 to 3.99 in steps of 0.01, first maximum on the other folds",
     .rates = true},
    {.name = "facenet",
     .about = "as insightface; views are concatenated there, not summed: a matter of preparation",
     .rates = true},
    {.name = "facenet-cosine",
     .about = "facenet with distance metric 1: arccos(cosine) / pi on the same grid",
     .measure = FaceMeasure::angle,
     .rates = true},
    {.name = "facenet-subtract-mean",
     .about = "facenet-cosine after subtracting the mean of the training folds (squared L2 would "
              "not change)",
     .measure = FaceMeasure::angle,
     .subtract_mean = true,
     .rates = true},
    {.name = "sphereface",
     .about = "cosine after subtracting the mean of the training folds, -1 to 1 in steps of "
              "0.0001, mean of "
              "the best thresholds, ties wrong",
     .measure = FaceMeasure::negated_cosine,
     .choice = ThresholdChoice::mean_best,
     .unit_before_mean = false,
     .subtract_mean = true,
     .ties_fail = true},
    {.name = "cosface",
     .about = "cosine, -1 to 0.995 in steps of 0.005, last maximum on the other folds",
     .measure = FaceMeasure::negated_cosine},
    {.name = "openface",
     .about = "squared L2 of unit vectors, 0 to 3.99 in steps of 0.01, search stops at the first "
              "decrease",
     .choice = ThresholdChoice::until_decrease},
    {.name = "best-threshold",
     .about = "the best threshold for the very pairs judged, no folds: OPTIMISTIC",
     .choice = ThresholdChoice::in_sample},
};

std::vector<double> steps(int count, double step) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(i * step);  // not 0.35, but 35 * 0.01
  return values;
}

/// Thresholds of a cosine, ascending, as thresholds of the negated cosine, ascending. The last of
/// equal accuracy becomes the first.
std::vector<double> negated(std::vector<double> cosines) {
  std::reverse(cosines.begin(), cosines.end());
  for (double& value : cosines) value = -value;
  return cosines;
}

}  // namespace

const FaceProtocol& find_face_protocol(std::string_view name) {
  return find(protocols, "protocol of face-verification", name);
}

std::vector<std::string_view> face_protocol_names() {
  std::vector<std::string_view> names;
  for (const FaceProtocol& protocol : protocols) names.push_back(protocol.name);
  return names;
}

std::vector<double> accuracy_thresholds(const FaceProtocol& protocol) {
  if (protocol.measure != FaceMeasure::negated_cosine) return steps(400, 0.01);
  std::vector<double> cosines;
  if (protocol.choice == ThresholdChoice::mean_best) {
    for (int i = -10000; i <= 10000; ++i) cosines.push_back(i / 10000.0);
  } else {
    const double step = (-1 + 0.005) - -1;  // numpy.arange steps by what is left after rounding
    for (int i = 0; i < 400; ++i) cosines.push_back(-1 + i * step);
  }
  return negated(std::move(cosines));
}

std::vector<double> rate_thresholds() { return steps(4000, 0.001); }

}  // namespace bench
