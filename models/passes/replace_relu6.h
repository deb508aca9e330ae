#pragma once
// ReLU6 -> ReLU: the one pass of data-free quantisation that changes what a float network answers.

#include <string>
#include <vector>

#include "models/graph.h"

namespace bench {

struct WithoutRelu6 {
  Graph graph;
  std::vector<std::string> replaced;  ///< names of the nodes
};

/// Every clip(0, 6) becomes a relu, or a clip(0, cap) where a cap above 0 is given. A relu, so that
/// a channel may be scaled through it (see equalize.h). Other clips stay. Source: Nagel et al. 2019
/// (arXiv 1906.04721), section 5.1.1.
WithoutRelu6 replace_relu6(Graph graph, float cap = 0);

}  // namespace bench
