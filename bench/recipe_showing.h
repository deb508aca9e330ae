#pragma once
// Calibration inputs in the forms that passes ask for.

#include <functional>

#include "bench/recipe.h"

namespace bench {

/// How this graph is run with its values shown.
RunShowing runner(const CalibrationInputs& inputs, const Graph& graph);

/// The same, for outputs alone. `inputs` must outlive it.
PrepareGraph as_prepare(const CalibrationInputs& inputs);

/// Every view of every image.
void for_each(const CalibrationInputs& inputs, const std::function<void(const Tensor&)>& take);

/// The first calibration image, or random numbers.
Tensor any_input(const Graph& graph, const CalibrationInputs& inputs);

}  // namespace bench
