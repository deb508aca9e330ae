#pragma once
// What the reports of passes are written with.

#include <string>
#include <utility>
#include <vector>

#include "bench/recipe.h"
#include "models/passes/layer_pairs.h"

namespace bench {

/// PassReport::nodes.
using Notes = std::vector<std::pair<std::string, std::string>>;

/// "1 layer", "2 layers".
std::string count(std::size_t n, const char* what);

/// "left: WHY" for each.
void add_left(Notes& notes, const std::vector<LeftLayer>& left);

/// The largest difference of all answers, as a share of the largest answer; NaN if one is NaN.
double moved(const std::vector<Tensor>& before, const std::vector<Tensor>& after);

/// Throws Error{missing} if there are none.
void need_images(const CalibrationInputs& inputs, const char* pass);

}  // namespace bench
