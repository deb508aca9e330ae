#pragma once
// Which of an op's tensors are parameters, and its grids.

#include <string_view>
#include <vector>

#include "models/graph.h"

namespace bench {

struct Parameter {
  std::string_view name;       ///< "weight", "bias", "gamma", "beta", "mean", "variance", "slope"
  Tensor* tensor;              ///< in the op; empty for a bias that is not there
  const Grid* grid = nullptr;  ///< what it is put onto, if anything
  bool by_gradient = true;     ///< false for running statistics
};

/// In the order of the op's fields. None for an op without parameters; a Constant is none.
std::vector<Parameter> parameters_of(Op& op);

struct NamedGrid {
  std::string_view name;  ///< "weight", "bias", "edge"
  Grid* grid;             ///< in the op
};

/// The grids an op has; a dynamic one is none.
std::vector<NamedGrid> grids_of(Op& op);

}  // namespace bench
