#include "bench/train/rounded_factors.h"

#include <ATen/ATen.h>

#include "models/passes/round_batch_norm.h"

namespace bench {
namespace {

void set(TrainableGraph& net, const std::string& parameter, const Tensor& value) {
  const at::NoGradGuard without_gradients;
  at::Tensor tensor = net.parameter(parameter);
  tensor.copy_(to_torch(value));
}

}  // namespace

RoundedFactors::RoundedFactors(const Recipe& recipe) {
  for (const Pass& one : recipe.passes) {
    if (const auto* rounding = std::get_if<pass::RoundBatchNorm>(&one)) grid_ = rounding->grid;
  }
}

void RoundedFactors::put_into(TrainableGraph& net) {
  if (!grid_) return;
  const Graph all_rounded = rounded(net.result());
  for (const Node& node : all_rounded.nodes) {
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    if (!norm) continue;
    const std::string parameter = node.name + ".gamma";
    real_[parameter] = from_torch(net.parameter(parameter));
    set(net, parameter, norm->gamma);
  }
}

void RoundedFactors::take_back(TrainableGraph& net) {
  for (const auto& [parameter, value] : real_) set(net, parameter, value);
  real_.clear();
}

Graph RoundedFactors::rounded(Graph graph) const {
  return grid_ ? round_batch_norm(std::move(graph), *grid_).graph : graph;
}

}  // namespace bench
