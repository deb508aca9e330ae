#include "models/passes/round_batch_norm.h"

namespace bench {

RoundedBatchNorm round_batch_norm(Graph graph, const Scheme& scheme) {
  RoundedBatchNorm result{std::move(graph), {}};
  for (Node& node : result.graph.nodes) {
    auto* norm = std::get_if<BatchNorm>(&node.op);
    if (!norm) continue;
    const std::string what = describe(node) + ": gamma";
    norm->gamma =
        fake_quantize(grid_for_weights(scheme, false, norm->gamma, what), norm->gamma, what);
    result.rounded.push_back(node.name);
  }
  return result;
}

}  // namespace bench
