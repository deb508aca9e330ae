#include "bench/backends/one_bit/binary_layers.h"

#include <set>

#include "bench/backends/one_bit/engine_choice.h"
#include "bench/backends/one_bit/follow.h"
#include "models/passes/layers.h"

namespace bench::one_bit {
namespace {

class Maker {
 public:
  Maker(const Graph& graph, const std::vector<Shape>& shapes, const Forms& forms,
        BinaryEngine engine)
      : graph_(graph), shapes_(shapes), forms_(forms), engine_(engine) {}

  // Layers have to come in the order of their nodes.
  MadeLayer make(NodeId id, BinaryWeights& weights) {
    MadeLayer made;
    made.input = forms_.input_of(id);
    made.nodes = {id};
    BinaryLayer layer = geometry(id, made.input);
    layer.weights = std::move(weights.signs);
    weights.signs = {};
    if (made.input.is_bits && std::holds_alternative<Linear>(node(id).op)) {
      made.pixels = view_as_map(layer, made.input.value);
    }
    const SumScale sums = sum_scale(id, weights, made.input);
    if (const auto end = forms_.only_signs_of(id)) {
      made.gives_bits = true;
      const std::vector<NodeId>& path = forms_.sign_path(*end).nodes;
      made.nodes.insert(made.nodes.end(), path.begin(), path.end());
      layer.result = ToBits{thresholds(layer, sums, path)};
    } else {
      Followers behind = follow(graph_, shapes_, forms_, id, sums, taken_);
      taken_.insert(behind.nodes.begin(), behind.nodes.end());
      made.nodes.insert(made.nodes.end(), behind.nodes.begin(), behind.nodes.end());
      made.operands = std::move(behind.operands);
      layer.result = ToFloat{std::move(behind.tail)};
    }
    if (made.input.is_bits) {
      made.signs = make_convolution(std::move(layer), engine_);
    } else {
      made.real = make_real_input_convolution(std::move(layer));
    }
    return made;
  }

 private:
  const Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }

  BinaryLayer geometry(NodeId id, const LayerInput& input) const {
    BinaryLayer layer;
    layer.pad = input.pad;
    layer.pad_value = input.around;
    const Op& op = node(id).op;
    const Tensor& weight = *weight_of(op);
    layer.outputs = weight.dim(0);
    layer.inputs = weight.dim(1);
    if (const auto* conv = std::get_if<Conv2d>(&op)) {
      layer.inputs *= conv->groups;
      layer.groups = conv->groups;
      layer.kernel_h = weight.dim(2);
      layer.kernel_w = weight.dim(3);
      layer.stride = conv->stride;
      layer.dilation = conv->dilation;
    }
    return layer;
  }

  // A dense layer's row that is a feature map: its pixels become a kernel of one line.
  std::int64_t view_as_map(BinaryLayer& layer, NodeId value) const {
    const BitMap map = bit_map(graph_, shapes_, forms_, value);
    const std::int64_t pixels = map.height * map.width;
    if (pixels == 1) return 1;
    layer.weights = by_pixels(layer.weights, map.channels, pixels);
    layer.inputs = map.channels;
    layer.kernel_w = pixels;
    return pixels;
  }

  SumScale sum_scale(NodeId id, const BinaryWeights& weights, const LayerInput& input) const {
    SumScale sums{weights.scale, {}};
    for (float& scale : sums.scale) scale *= input.scale;
    const auto bias = bias_of(node(id).op)->data<float>();
    sums.bias.assign(bias.begin(), bias.end());
    return sums;
  }

  std::vector<Threshold<std::int32_t>> thresholds(const BinaryLayer& layer, const SumScale& sums,
                                                  const std::vector<NodeId>& path) const {
    Chain chain;
    chain.append_scale(sums.scale);
    if (!sums.bias.empty()) chain.append_shift(sums.bias);
    chain = forms_.continued(std::move(chain), path);
    const auto most =
        static_cast<std::int32_t>(layer.inputs / layer.groups * layer.kernel_h * layer.kernel_w);
    return chain.of_sums(static_cast<std::size_t>(layer.outputs), -most, most);
  }

  const Graph& graph_;
  const std::vector<Shape>& shapes_;
  const Forms& forms_;
  BinaryEngine engine_;
  std::set<NodeId> taken_;  // as followers
};

}  // namespace

std::int64_t BinaryLayers::weight_bytes() const {
  std::int64_t bytes = 0;
  for (const auto& [id, layer] : made) {
    bytes += layer.signs ? layer.signs->weight_bytes() : layer.real->weight_bytes();
  }
  return bytes;
}

BinaryLayers make_binary_layers(const Graph& graph, const std::vector<Shape>& shapes,
                                std::map<NodeId, BinaryWeights>& weights, BinaryEngine engine) {
  BinaryLayers layers{Forms(graph, shapes, weights), {}};
  Maker maker(graph, shapes, layers.forms, engine);
  for (auto& [id, taken] : weights) layers.made[id] = maker.make(id, taken);
  return layers;
}

BitMap bit_map(const Graph& graph, const std::vector<Shape>& shapes, const Forms& forms,
               NodeId id) {
  const auto op = [&](NodeId i) -> const Op& {
    return graph.nodes[static_cast<std::size_t>(i)].op;
  };
  while (forms.passes_signs(id) && (std::holds_alternative<FakeQuantize>(op(id)) ||
                                    std::holds_alternative<Reshape>(op(id)))) {
    id = graph.nodes[static_cast<std::size_t>(id)].inputs[0];
  }
  const Shape& shape = shapes[static_cast<std::size_t>(id)];
  if (shape.size() == 2) return {.batch = shape[0], .channels = shape[1]};
  return {shape[0], shape[2], shape[3], shape[1], 1};
}

}  // namespace bench::one_bit
