#pragma once
// How the conformance cases with binary layers are written.

#include <string>
#include <utility>
#include <vector>

#include "models/conformance_list.h"

namespace bench::conformance {

inline Grid signs_times(float scale) { return Grid{.bits = 1, .scale = {scale}}; }

/// One scale for each output (axis 0).
inline Grid signs_per_output(Random& random, int outputs, bool powers_of_two) {
  Grid grid = signs_times(1);
  grid.axis = 0;
  grid.scale.clear();
  grid.zero_point.assign(static_cast<std::size_t>(outputs), 0);
  for (int o = 0; o < outputs; ++o) {
    grid.scale.push_back(powers_of_two ? (o % 3 == 0 ? 0.25f : 0.5f) : random.uniform(0.1f, 1));
  }
  return grid;
}

/// A layer with binary weights.
struct BinaryLayerShape {
  int outputs = 8, kernel = 3, stride = 1, dilation = 1, groups = 1;
  Padding pad{};
  bool bias = false, powers_of_two = true, per_output = false;
};

/// Writes a network with binary layers one after the other; the number of channels is followed
/// along.
class BinaryWriter {
 public:
  BinaryWriter(Random& random, int channels, bool open = true)
      : random_(random), channels_(channels) {
    graph_.add("image", Input{open ? Shape{-1, channels, -1, -1} : Shape{-1, channels}});
  }

  NodeId put(const std::string& name, Op op) { return put(name, std::move(op), {here_}); }
  NodeId put(const std::string& name, Op op, std::vector<NodeId> inputs) {
    return here_ = graph_.add(name, std::move(op), std::move(inputs));
  }
  NodeId sign(const std::string& name, float scale = 1) {
    return put(name, FakeQuantize{signs_times(scale)});
  }
  NodeId pad(const std::string& name, int size, float value) {
    return put(name, Pad{{0, 0, size, size}, {0, 0, size, size}, value});
  }
  NodeId conv(const std::string& name, const BinaryLayerShape& layer) {
    Conv2d conv;
    conv.weight = random_.tensor(
        {layer.outputs, channels_ / layer.groups, layer.kernel, layer.kernel}, -1, 1);
    if (layer.bias) conv.bias = bias(layer.outputs, layer.powers_of_two);
    conv.stride = {layer.stride, layer.stride};
    conv.dilation = {layer.dilation, layer.dilation};
    conv.groups = layer.groups;
    conv.pad = layer.pad;
    conv.weight_grid = grid(layer);
    channels_ = layer.outputs;
    return put(name, std::move(conv));
  }
  NodeId linear(const std::string& name, int inputs, const BinaryLayerShape& layer) {
    Linear linear;
    linear.weight = random_.tensor({layer.outputs, inputs}, -1, 1);
    if (layer.bias) linear.bias = bias(layer.outputs, layer.powers_of_two);
    linear.weight_grid = grid(layer);
    channels_ = layer.outputs;
    return put(name, std::move(linear));
  }
  NodeId float_conv(const std::string& name, int outputs) {
    Conv2d conv{random_.tensor({outputs, channels_, 3, 3}, -0.3f, 0.3f), Tensor()};
    conv.pad = {1, 1, 1, 1};
    channels_ = outputs;
    return put(name, std::move(conv));
  }
  /// `shrinks`: some of gamma are negative, and one is 0.
  NodeId batch_norm(const std::string& name, bool shrinks = false) {
    BatchNorm norm{random_.tensor({channels_}, 0.5f, 2), random_.tensor({channels_}, -1, 1),
                   random_.tensor({channels_}, -3, 3), random_.tensor({channels_}, 0.5f, 20)};
    if (shrinks) {
      const auto gamma = norm.gamma.data<float>();
      for (std::size_t c = 0; c < gamma.size(); c += 2) gamma[c] = -gamma[c];
      gamma[gamma.size() / 2] = 0;
    }
    return put(name, std::move(norm));
  }
  NodeId relu(const std::string& name) { return put(name, Activation{}); }
  NodeId max_pool(const std::string& name, int kernel, int stride, int padding = 0) {
    return put(name, MaxPool{{kernel, kernel},
                             {stride, stride},
                             {padding, padding, padding, padding},
                             {1, 1},
                             false});
  }
  NodeId flatten(const std::string& name) {
    return put(name, Reshape{{Dim{Dim::Kind::copy, 0, 0, 0}, Dim{Dim::Kind::infer}}});
  }
  NodeId constant(const std::string& name, Tensor value) {
    return graph_.add(name, Constant{std::move(value)});
  }
  NodeId here() const { return here_; }
  BinaryWriter& go_to(NodeId node, int channels) {
    here_ = node;
    channels_ = channels;
    return *this;
  }
  int channels() const { return channels_; }
  Random& random() { return random_; }

  Graph finish() && { return std::move(*this).finish({here_}); }
  Graph finish(std::vector<NodeId> outputs) && {
    for (const NodeId id : outputs) {
      graph_.outputs.push_back({graph_.nodes[static_cast<std::size_t>(id)].name, id});
    }
    return std::move(graph_);
  }

 private:
  Grid grid(const BinaryLayerShape& layer) {
    if (layer.per_output) return signs_per_output(random_, layer.outputs, layer.powers_of_two);
    return signs_times(layer.powers_of_two ? 0.5f : 0.3f);
  }
  Tensor bias(int outputs, bool powers_of_two) {
    Tensor bias = random_.tensor({outputs}, -4, 4);
    if (!powers_of_two) return bias;
    for (float& b : bias.data<float>()) b = static_cast<float>(static_cast<int>(b * 2)) / 2;
    return bias;
  }

  Random& random_;
  Graph graph_;
  NodeId here_ = 0;
  int channels_;
};

/// The same padding on all sides.
constexpr Padding all(int size) { return {size, size, size, size}; }

void add_binary_patterns(List& list);  // networks: what is fused, and what must not be

}  // namespace bench::conformance
