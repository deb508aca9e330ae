#include "models/size_by_bits.h"

#include <algorithm>

namespace bench {
namespace {

std::int64_t stored(const Grid& grid) {
  const auto moved = [](std::int32_t zero) { return zero != 0; };
  const bool zeros = std::ranges::any_of(grid.zero_point, moved);
  return static_cast<std::int64_t>(grid.scale.size() + grid.offset.size() +
                                   (zeros ? grid.zero_point.size() : 0));
}

struct Count {
  LayerBits& layer;

  template <class Layer>
  void parameters(const Layer& op) const {
    layer.weights.numbers = op.weight.size();
    layer.biases.numbers = op.bias.size();
    if (op.weight_grid) {
      layer.weights.bits = op.weight_grid->bits;
      layer.scales += stored(*op.weight_grid);
    }
    if (op.bias_grid && op.bias_grid->bits < 32) {
      layer.biases.bits = op.bias_grid->bits;
      layer.scales += stored(*op.bias_grid);
    }
  }
  void operator()(const Conv2d& op) const { parameters(op); }
  void operator()(const Linear& op) const { parameters(op); }
  void operator()(const BatchNorm& op) const { layer.others = 4 * op.gamma.size(); }
  void operator()(const PRelu& op) const { layer.others = op.slope.size(); }
  void operator()(const Constant& op) const { layer.others = op.value.size(); }
  void operator()(const FakeQuantize& op) const {
    const auto* grid = std::get_if<Grid>(&op.grid);
    const bool sign = grid && is_binary(*grid) && grid->scale == std::vector<float>{1};
    if (grid && !sign) layer.scales = stored(*grid);
  }
  template <class T>
  void operator()(const T&) const {}
};

}  // namespace

SizeByBits size_by_bits(const Graph& graph) {
  SizeByBits size;
  const auto add = [&](std::int64_t numbers, int bits) {
    if (numbers > 0) size.numbers[bits] += numbers;
  };
  for (const Node& node : graph.nodes) {
    LayerBits layer{node.name, std::string(name_of(node.op))};
    std::visit(Count{layer}, node.op);
    if (layer.bytes() == 0) continue;
    add(layer.weights.numbers, layer.weights.bits);
    add(layer.biases.numbers, layer.biases.bits);
    add(layer.others, 32);
    size.scales += layer.scales;
    size.bytes += layer.bytes();
    size.bytes_in_float += layer.bytes_in_float();
    size.weights_saved +=
        static_cast<double>(layer.weights.numbers) * (32 - layer.weights.bits) / 32;
    size.layers.push_back(std::move(layer));
  }
  return size;
}

}  // namespace bench
