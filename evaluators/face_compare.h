#pragma once
// From embeddings, or from distances measured by others, to pairs compared as a protocol does it.

#include <vector>

#include "evaluators/face_protocol.h"
#include "evaluators/face_thresholds.h"
#include "evaluators/face_verification.h"

namespace bench {

using FaceVector = std::vector<double>;

/// Of length 1; zeros stay zeros.
FaceVector unit_vector(FaceVector vector);

struct VectorPair {
  int fold = 0;
  bool same = false;
  const FaceVector *first = nullptr, *second = nullptr;  ///< of one length
};

/// Sorted by fold, in their given order within each. A distance that is not a number becomes
/// infinite: never taken for the same person.
ComparedPairs compare_faces(std::vector<VectorPair> pairs, const FaceProtocol& protocol);

/// REQUIRES a protocol that subtracts no mean.
ComparedPairs compare_faces(std::vector<ScoredPair> pairs, const FaceProtocol& protocol);

}  // namespace bench
