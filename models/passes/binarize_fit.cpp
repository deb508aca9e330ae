#include "models/passes/binarize_fit.h"

#include <algorithm>

#include "models/error.h"
#include "models/passes/layers.h"
#include "models/passes/rewrite.h"

namespace bench {
namespace {

const Node& layer_of(const Graph& graph, const std::string& name) {
  return graph.nodes[static_cast<std::size_t>(find_node(graph, name))];
}

// Weights of later layers are not copied.
Graph up_to(const Graph& graph, const std::string& layer) {
  const NodeId id = find_node(graph, layer);
  Graph part{{graph.nodes.begin(), graph.nodes.begin() + id + 1}, {{layer, id}}};
  return remove_unread(std::move(part));
}

// Sums of products for each output channel: axis 1 for a Conv2d, the last for a Linear.
class ScaleSums {
 public:
  ScaleSums(const Op& layer, bool keeps_bias)
      : outputs_(size_of_layer(layer).outputs),
        is_map_(std::holds_alternative<Conv2d>(layer)),
        bias_(outputs_, 0.0),
        yz_(outputs_, 0.0),
        zz_(outputs_, 0.0) {
    const Tensor& bias = *bias_of(layer);
    if (!keeps_bias || bias.empty()) return;
    std::ranges::copy(bias.data<float>(), bias_.begin());
  }

  void add(const Tensor& exact, const Tensor& binary) {
    const auto y = exact.data<float>(), z = binary.data<float>();
    const std::size_t run = is_map_ ? static_cast<std::size_t>(exact.dim(2) * exact.dim(3)) : 1;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t o = i / run % outputs_;
      const double term = z[i] - bias_[o];
      yz_[o] += (y[i] - bias_[o]) * term;
      zz_[o] += term * term;
    }
    any_ = true;
  }

  std::vector<float> scales() const {
    if (!any_) throw Error(Fault::missing, "binarize: there are no images to fit scales on");
    std::vector<float> scales;
    for (std::size_t o = 0; o < outputs_; ++o) {
      const bool none = zz_[o] == 0 || yz_[o] <= 0;
      scales.push_back(none ? 0.0f : static_cast<float>(yz_[o] / zz_[o]));
    }
    return scales;
  }

 private:
  std::size_t outputs_;
  bool is_map_, any_ = false;
  std::vector<double> bias_, yz_, zz_;
};

bool keeps_bias(const Binarized& binary, const std::string& layer) {
  return std::ranges::find(binary.layers, layer, &BinarizedLayer::layer)->scheme.keeps_bias;
}

}  // namespace

LayerScales fit_scales(const Graph& original, std::span<const BinarizeRule> rules,
                       const ForEachImage& images, const PrepareGraph& prepare) {
  const std::vector<NodeId> learned = learned_layers(original, rules);
  LayerScales scales;
  for (const NodeId id : learned) {
    const Node& node = original.nodes[static_cast<std::size_t>(id)];
    scales[node.name].assign(size_of_layer(node.op).outputs, 1.0f);
  }
  for (const NodeId id : learned) {
    const std::string& name = original.nodes[static_cast<std::size_t>(id)].name;
    const Binarized binary = binarize(original, rules, scales);
    ScaleSums sums(layer_of(original, name).op, keeps_bias(binary, name));
    const RunGraph exact = prepare(up_to(original, name));
    const RunGraph signs = prepare(up_to(binary.graph, name));
    images([&](const Tensor& image) { sums.add(exact(image).at(0), signs(image).at(0)); });
    scales[name] = sums.scales();
  }
  return scales;
}

}  // namespace bench
