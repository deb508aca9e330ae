#pragma once
// Drawn persons in LFW's layout: who is fixed per person, how they are seen varies from picture to
// picture.

#include "datasets/mini/face.h"
#include "datasets/mini/output.h"

namespace bench::mini {

/// Pictures of one person: 4 in the validation split, 20 in the train split.
int pictures_of_one(bool train);

/// 112 x 112 pixels around the face, as if roughly aligned.
Picture draw_portrait(const FaceTraits& traits, Random& random);

/// pairs.txt: 10 folds of persons of their own, each with as many pairs of one person as of two.
/// No pair is listed twice. REQUIRES persons a multiple of 10 and at least 20, pictures >= 2.
std::string choose_pairs(int persons, int pictures, Random& random);

/// Draws whole persons: the largest multiple of ten of them that `images` allows.
/// Throws Error{usage} for too few images.
Statistics draw_lfw(const DrawOptions& options);

}  // namespace bench::mini
