#include "bench/backends/one_bit/binary_weights.h"

#include <utility>

#include "bench/backends/one_bit/convolution.h"
#include "models/passes/layers.h"

namespace bench::one_bit {
namespace {

Tensor numbers_of(const Tensor& weight, const Grid& grid, const Node& node) {
  if (weight.type() == DType::i8) return weight;
  return quantize(grid, weight, DType::i8, describe(node) + ": weight");
}

template <class Layer>
BinaryWeights take(Layer& layer, const Node& node) {
  const Grid grid = *layer.weight_grid;
  const auto outputs = static_cast<std::size_t>(layer.weight.dim(0));
  Tensor weight = std::exchange(layer.weight, Tensor::without_elements(layer.weight));
  layer.weight_grid.reset();
  weight = numbers_of(weight, grid, node);
  BinaryWeights taken{pack_weights(weight), grid.scale};
  if (taken.scale.size() == 1) taken.scale.resize(outputs, taken.scale[0]);
  return taken;
}

}  // namespace

std::map<NodeId, BinaryWeights> take_binary_weights(Graph& graph) {
  std::map<NodeId, BinaryWeights> weights;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    if (weight_of(node.op) == nullptr) continue;
    const std::optional<Grid>& grid = weight_grid_of(node.op);
    if (!grid || !is_binary(*grid)) continue;
    const auto id = static_cast<NodeId>(i);
    if (auto* conv = std::get_if<Conv2d>(&node.op)) weights[id] = take(*conv, node);
    if (auto* linear = std::get_if<Linear>(&node.op)) weights[id] = take(*linear, node);
  }
  return weights;
}

std::vector<Word> by_pixels(const std::vector<Word>& rows, std::int64_t channels,
                            std::int64_t pixels) {
  const auto from_words = static_cast<std::size_t>(words_of(channels * pixels));
  const auto pixel_words = static_cast<std::size_t>(words_of(channels));
  const auto to_words = static_cast<std::size_t>(pixels) * pixel_words;
  std::vector<Word> result(rows.size() / from_words * to_words, 0);
  const Word* from = rows.data();
  for (Word* to = result.data(); to != result.data() + result.size(); to += to_words) {
    std::size_t bit = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
      for (std::size_t p = 0; p < static_cast<std::size_t>(pixels); ++p, ++bit) {
        to[p * pixel_words + c / 32] |= (from[bit / 32] >> bit % 32 & 1) << c % 32;
      }
    }
    from += from_words;
  }
  return result;
}

}  // namespace bench::one_bit
