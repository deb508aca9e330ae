#include "bench/train/easy_start.h"

#include <algorithm>

namespace bench {
namespace {

constexpr float shift = 1, identity = 0.8f;

void towards_identity(Tensor& weight) {
  const auto pixels = static_cast<std::size_t>(weight.dim(2) * weight.dim(3));
  const auto values = weight.data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = (1 - identity) * values[i] + (i % pixels == pixels / 2 ? identity : 0);
  }
}

bool has_middle(const Tensor& weight) { return weight.dim(2) % 2 == 1 && weight.dim(3) % 2 == 1; }

}  // namespace

Graph easy_start(Graph graph) {
  for (Node& node : graph.nodes) {
    if (auto* conv = std::get_if<Conv2d>(&node.op)) {
      const bool depthwise = conv->weight.dim(1) == 1 && conv->groups > 1;
      if (depthwise && has_middle(conv->weight)) towards_identity(conv->weight);
    } else if (std::holds_alternative<Activation>(node.op)) {
      auto& before = graph.nodes[static_cast<std::size_t>(node.inputs[0])].op;
      if (auto* norm = std::get_if<BatchNorm>(&before)) {
        std::ranges::fill(norm->beta.data<float>(), shift);
      }
    }
  }
  return graph;
}

}  // namespace bench
