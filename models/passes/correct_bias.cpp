#include "models/passes/correct_bias.h"

#include <algorithm>

#include "models/error.h"
#include "models/passes/channel_moments.h"
#include "models/passes/layers.h"
#include "models/passes/rewrite.h"

namespace bench {
namespace {

// The layer of `original` that became `node`.
NodeId original_of(const Graph& original, const Node& node) {
  const NodeId id = find_node(original, node.name);
  if (id < 0)
    throw Error(Fault::bad_data, describe(node) + ": the original graph has no such node");
  const Node& before = original.nodes[static_cast<std::size_t>(id)];
  const Tensor* weight = weight_of(before.op);
  if (!weight || weight->shape() != weight_of(node.op)->shape()) {
    throw Error(Fault::bad_data, describe(node) + ": its weight has another shape in the original");
  }
  require_changeable(before);
  require_changeable(node);
  return id;
}

// What the error of the weights adds to the mean of each output. REQUIRES that every mean in
// `inputs` is that of as many of the layer's inputs.
std::vector<double> shift_of_means(const Op& before, const Op& after,
                                   const std::vector<double>& inputs) {
  const LayerSize size = size_of_layer(before);
  const Tensor on_grid = weight_in_use(after);
  const auto weights = weight_of(before)->data<float>(), quantized = on_grid.data<float>();
  const std::size_t per_channel = size.all_inputs() / inputs.size();
  std::vector<double> result(size.outputs, 0.0);
  for (std::size_t at = 0; at < weights.size(); ++at) {
    const std::size_t o = at / (size.inputs * size.kernel), j = at / size.kernel % size.inputs;
    const double error = double{quantized[at]} - double{weights[at]};
    result[o] += error * inputs[size.input_of(o, j) / per_channel];
  }
  return result;
}

// Takes `shift` off the layer's bias and writes that down.
void take_off(CorrectedBias& result, std::size_t number, std::vector<double> shift) {
  for (double& x : shift) x = -x;
  Node& node = result.graph.nodes[number];
  add_to_bias(node.op, shift);
  require_changeable(node);
  result.corrected.push_back({node.name, std::move(shift)});
}

// Sums over everything but the channels, which are axis 1 for a Conv2d and the last for a Linear.
class ChannelMeans {
 public:
  explicit ChannelMeans(const Op& layer)
      : sums_(size_of_layer(layer).outputs, 0.0), conv_(std::holds_alternative<Conv2d>(layer)) {}

  void add(const Tensor& values) {
    const auto data = values.data<float>();
    const auto run = conv_ ? static_cast<std::size_t>(values.dim(2) * values.dim(3)) : 1;
    for (std::size_t i = 0; i < data.size(); ++i) sums_[i / run % sums_.size()] += data[i];
    count_ += data.size() / sums_.size();
  }

  bool empty() const { return count_ == 0; }

  std::vector<double> means() const {
    std::vector<double> result;
    for (const double sum : sums_) result.push_back(sum / static_cast<double>(count_));
    return result;
  }

 private:
  std::vector<double> sums_;
  bool conv_;
  std::size_t count_ = 0;
};

// Of what these layers give, over all images.
std::vector<std::vector<double>> measure(const Graph& graph, const std::vector<NodeId>& layers,
                                         const ForEachImage& images, const PrepareGraph& prepare) {
  Graph shortened = graph;
  shortened.outputs.clear();
  std::vector<ChannelMeans> sums;
  for (const NodeId id : layers) {
    const Node& node = graph.nodes[static_cast<std::size_t>(id)];
    shortened.outputs.push_back({node.name, id});
    sums.emplace_back(node.op);
  }
  shortened = remove_unread(std::move(shortened));
  const RunGraph run = prepare(shortened);
  images([&](const Tensor& image) {
    const std::vector<Tensor> results = run(image);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i].add(results[i]);
  });
  if (!sums.empty() && sums.front().empty()) {
    throw Error(Fault::missing, "bias correction: there are no images");
  }
  std::vector<std::vector<double>> means;
  for (const ChannelMeans& sum : sums) means.push_back(sum.means());
  return means;
}

}  // namespace

CorrectedBias correct_bias(const Graph& original, Graph quantized,
                           const BatchStatistics& statistics,
                           const std::optional<ChannelStatistics>& image) {
  const auto moments = channel_moments(original, statistics, image);
  CorrectedBias result{std::move(quantized), {}, {}};
  for (std::size_t i = 0; i < result.graph.nodes.size(); ++i) {
    const Node& node = result.graph.nodes[i];
    if (!weight_of(node.op)) continue;
    const NodeId id = original_of(original, node);
    const Node& before = original.nodes[static_cast<std::size_t>(id)];
    const auto input = static_cast<std::size_t>(before.inputs[0]);
    const std::size_t inputs = size_of_layer(before.op).all_inputs();
    const auto& known = moments[input];
    if (!known || known->mean.empty() || inputs % known->mean.size() != 0) {
      result.left.push_back(
          {node.name, "the mean of " + describe(original.nodes[input]) + " is not known"});
    } else {
      take_off(result, i, shift_of_means(before.op, node.op, known->mean));
    }
  }
  return result;
}

CorrectedBias correct_bias_on(const Graph& original, Graph quantized, const ForEachImage& images,
                              const PrepareGraph& prepare) {
  CorrectedBias result{std::move(quantized), {}, {}};
  std::vector<NodeId> layers, originals;
  for (std::size_t i = 0; i < result.graph.nodes.size(); ++i) {
    if (!weight_of(result.graph.nodes[i].op)) continue;
    layers.push_back(static_cast<NodeId>(i));
    originals.push_back(original_of(original, result.graph.nodes[i]));
  }
  const auto wanted = measure(original, originals, images, prepare);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    std::vector<double> shift = measure(result.graph, {layers[i]}, images, prepare).front();
    for (std::size_t o = 0; o < shift.size(); ++o) shift[o] -= wanted[i][o];
    take_off(result, static_cast<std::size_t>(layers[i]), std::move(shift));
  }
  return result;
}

}  // namespace bench
