#pragma once
// For tests only: an objective's gradients against finite differences.

#include <functional>

#include "bench/train/torch_tensor.h"

namespace bench {

/// Checks that the slope of `loss` along one direction through every element of `moved` is what its
/// gradient says. `loss` must not have a kink within `step` of where it stands.
/// In objectives_test.cpp.
void check_slope(const std::function<at::Tensor()>& loss, at::Tensor moved, double step = 1e-2);

}  // namespace bench
