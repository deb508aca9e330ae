#pragma once
// What is computed with a binary layer whose sums become floats.

#include <set>
#include <vector>

#include "bench/backends/one_bit/forms.h"
#include "bench/backends/one_bit/tail.h"

namespace bench::one_bit {

struct Followers {
  std::vector<NodeId> nodes;     ///< one after the other
  std::vector<NodeId> operands;  ///< the feature maps added by the way
  Tail tail{};
};

/// A layer's sum as its result: sum * scale + bias.
///
/// The scale of each output is that of its weights times that of the input's values, rounded once.
/// A simulation in float sums products of these two: the same bits where scales are powers of two,
/// the same but for rounding where they are not.
struct SumScale {
  std::vector<float> scale, bias;  ///< one for each output; no bias: empty
};

/// The nodes behind `layer` that can be computed on its sums, and how, up to those `taken` by other
/// layers. REQUIRES shapes == infer_shapes(graph, ...).
Followers follow(const Graph& graph, const std::vector<Shape>& shapes, const Forms& forms,
                 NodeId layer, const SumScale& sums, const std::set<NodeId>& taken);

}  // namespace bench::one_bit
