#include "evaluators/face_compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

namespace bench {
namespace {

// Sums run from the first element to the last: xtensor is used without xsimd.
double dot(const FaceVector& a, const FaceVector& b) {
  return xt::sum(xt::adapt(a) * xt::adapt(b))();
}

double squared_distance(const FaceVector& a, const FaceVector& b) {
  return xt::sum(xt::square(xt::adapt(a) - xt::adapt(b)))();
}

FaceVector minus(FaceVector a, const FaceVector& b) {
  xt::adapt(a) -= xt::adapt(b);
  return a;
}

double angle(double cosine) { return std::acos(std::clamp(cosine, -1.0, 1.0)) / std::numbers::pi; }

double measure_vectors(const FaceVector& a, const FaceVector& b, FaceMeasure measure) {
  switch (measure) {
    case FaceMeasure::squared_distance: return squared_distance(a, b);
    case FaceMeasure::angle: return angle(dot(unit_vector(a), unit_vector(b)));
    case FaceMeasure::negated_cosine: return -dot(unit_vector(a), unit_vector(b));
  }
  return 0;
}

double from_squared_distance(double distance, FaceMeasure measure) {
  switch (measure) {
    case FaceMeasure::squared_distance: return distance;
    case FaceMeasure::angle: return angle(1 - distance / 2);
    case FaceMeasure::negated_cosine: return distance / 2 - 1;
  }
  return 0;
}

/// What is not a number is as far away as can be: never taken for the same person.
double comparable(double distance) {
  return std::isnan(distance) ? std::numeric_limits<double>::infinity() : distance;
}

/// Sorts pairs by fold, in their given order within each, and takes down folds and truth.
template <class Pair>
ComparedPairs sort_into_folds(std::vector<Pair>& pairs) {
  std::ranges::stable_sort(pairs, {}, &Pair::fold);
  ComparedPairs compared;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    if (p == 0 || pairs[p].fold != pairs[p - 1].fold) compared.fold_sizes.push_back(0);
    ++compared.fold_sizes.back();
    compared.same.push_back(pairs[p].same);
  }
  return compared;
}

/// For each fold the mean over both vectors of every pair of all other folds.
std::vector<FaceVector> training_means(const std::vector<VectorPair>& pairs,
                                       const std::vector<std::size_t>& fold_sizes) {
  const std::size_t width = pairs.empty() ? 0 : pairs.front().first->size();
  xt::xtensor<double, 2> sums = xt::zeros<double>({fold_sizes.size(), width});
  for (std::size_t p = 0, fold = 0; fold < fold_sizes.size(); ++fold) {
    auto sum = xt::row(sums, static_cast<std::ptrdiff_t>(fold));
    for (const std::size_t end = p + fold_sizes[fold]; p < end; ++p) {
      sum += xt::adapt(*pairs[p].first) + xt::adapt(*pairs[p].second);
    }
  }
  std::vector<FaceVector> means;
  for (std::size_t fold = 0; fold < fold_sizes.size(); ++fold) {
    FaceVector& mean = means.emplace_back(width);
    auto others = xt::adapt(mean);
    for (std::size_t other = 0; other < fold_sizes.size(); ++other) {
      if (other != fold) others += xt::row(sums, static_cast<std::ptrdiff_t>(other));
    }
    const auto count = static_cast<double>(2 * (pairs.size() - fold_sizes[fold]));
    others /= std::max(count, 1.0);
  }
  return means;
}

}  // namespace

FaceVector unit_vector(FaceVector vector) {
  const double length = std::sqrt(dot(vector, vector));
  if (length == 0) return vector;
  xt::adapt(vector) /= length;
  return vector;
}

ComparedPairs compare_faces(std::vector<VectorPair> pairs, const FaceProtocol& protocol) {
  ComparedPairs compared = sort_into_folds(pairs);
  if (!protocol.subtract_mean) {
    FaceVector& distances = compared.distances.emplace_back();
    for (const VectorPair& pair : pairs) {
      distances.push_back(comparable(measure_vectors(*pair.first, *pair.second, protocol.measure)));
    }
    return compared;
  }
  for (const FaceVector& mean : training_means(pairs, compared.fold_sizes)) {
    FaceVector& distances = compared.distances.emplace_back();
    for (const VectorPair& pair : pairs) {
      distances.push_back(comparable(
          measure_vectors(minus(*pair.first, mean), minus(*pair.second, mean), protocol.measure)));
    }
  }
  return compared;
}

ComparedPairs compare_faces(std::vector<ScoredPair> pairs, const FaceProtocol& protocol) {
  ComparedPairs compared = sort_into_folds(pairs);
  FaceVector& distances = compared.distances.emplace_back();
  for (const ScoredPair& pair : pairs) {
    distances.push_back(comparable(from_squared_distance(pair.distance, protocol.measure)));
  }
  return compared;
}

}  // namespace bench
