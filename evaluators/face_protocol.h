#pragma once
// The published ways of turning embeddings into a verification accuracy, as data.

#include <string_view>
#include <vector>

namespace bench {

/// How far apart two faces are. Always "the smaller the more alike", so that one search serves all:
/// a cosine is negated, and so are its thresholds.
enum class FaceMeasure {
  squared_distance,  ///< |a - b|^2 of unit vectors
  angle,             ///< arccos(cosine) / pi
  negated_cosine,
};

/// Which threshold the training folds choose.
enum class ThresholdChoice {
  first_best,      ///< the smallest distance of maximal accuracy
  mean_best,       ///< the mean of all thresholds of maximal accuracy
  until_decrease,  ///< the last before accuracy decreases for the first time
  in_sample,       ///< no folds: the best cut between the pairs judged
};

struct FaceProtocol {
  std::string_view name, about;
  FaceMeasure measure = FaceMeasure::squared_distance;
  ThresholdChoice choice = ThresholdChoice::first_best;
  bool unit_before_mean = true;  ///< embeddings become unit vectors before the mean is taken
  bool subtract_mean = false;    ///< of the training folds
  bool ties_fail = false;        ///< a distance equal to the threshold is wrong for every pair
  bool rates = false;            ///< also facenet's AUC, EER and TAR at FAR, on grids over 0..4
};

/// Throws Error{usage} naming the known ones.
const FaceProtocol& find_face_protocol(std::string_view name);

std::vector<std::string_view> face_protocol_names();

/// The thresholds tried, ascending. A pair is taken for the same person if its distance is less.
std::vector<double> accuracy_thresholds(const FaceProtocol& protocol);

/// 0, 0.001, ... 3.999: facenet's grid for TAR at FAR.
std::vector<double> rate_thresholds();

}  // namespace bench
