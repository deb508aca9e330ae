#pragma once
// Are two pictures of the same person? Accuracy over the folds of pairs.txt, and the rates around
// it.
//
// Protocols (see face_protocol.cpp): "insightface" is what most repositories call LFW accuracy;
// "facenet", "facenet-cosine", "facenet-subtract-mean", "sphereface", "cosface", "openface" are
// published variants; "best-threshold" picks its threshold on the pairs it is judged by, and
// flatters.
//
// Folds come from the data set, never from counting pairs. Unless options.partial says that only a
// part of the images was meant to be answered, result() throws Error{bad_data} naming an image that
// is missing; with it, pairs lacking an image are left out and a warning says how many.

#include <span>

#include "evaluators/evaluator.h"
#include "evaluators/tally.h"

namespace bench {

EvaluatorInfo face_verification_info();

/// REQUIRES options.protocol to be one of face_verification_info().protocols.
std::unique_ptr<Evaluator> make_face_verification(const EvaluatorOptions& options);

/// A pair that someone else has compared already.
struct ScoredPair {
  int fold = 0;  ///< from 0
  bool same = false;
  double distance = 0;  ///< squared L2 between unit vectors (0..4): 2 - 2 * cosine
};

/// The figures that the evaluator gives, from pairs in the order of pairs.txt. Throws Error{usage}
/// for an unknown protocol and for those that subtract a mean, which need the embeddings.
std::vector<Metric> verify(std::span<const ScoredPair> pairs, std::string_view protocol,
                           const Bootstrap& bootstrap);

/// Of the same pairs, which are called "pair 1", ...; throws alike.
Tally pairs_tally(std::span<const ScoredPair> pairs, std::string_view protocol);

/// A tally's items are pairs, its groups folds. A pair has one row: whether it shows one person,
/// and its distance; several, one for each fold tested, where the mean of the others is subtracted.
TallyFigures face_figures(const Tally& tally);

}  // namespace bench
