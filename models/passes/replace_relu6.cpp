#include "models/passes/replace_relu6.h"

namespace bench {

WithoutRelu6 replace_relu6(Graph graph, float cap) {
  WithoutRelu6 result{std::move(graph), {}};
  for (Node& node : result.graph.nodes) {
    auto* op = std::get_if<Activation>(&node.op);
    if (!op || op->kind != Activation::Kind::clip || op->alpha != 0 || op->beta != 6) continue;
    *op = cap > 0 ? Activation{Activation::Kind::clip, 0, cap} : Activation{};
    result.replaced.push_back(node.name);
  }
  return result;
}

}  // namespace bench
