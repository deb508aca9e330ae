#include "models/zoo/untrained.h"

#include <cmath>

namespace bench {

Untrained::Untrained(std::uint64_t seed, Shape image)
    : random_(seed), channels_(static_cast<int>(image[1])) {
  here_ = graph_.add("image", Input{std::move(image)});
}

NodeId Untrained::join(const std::string& name, Op op, std::vector<NodeId> inputs) {
  return here_ = graph_.add(name, std::move(op), std::move(inputs));
}

// Uniform with variance 2 / fan in. Source: He et al., ICCV 2015, equation 10.
Tensor Untrained::he(Shape shape) {
  const std::int64_t fan_in = count(shape) / shape[0];
  const float bound = std::sqrt(6.0f / static_cast<float>(fan_in));
  return random_.tensor(std::move(shape), -bound, bound);
}

NodeId Untrained::conv(const std::string& name, const ConvShape& s) {
  Conv2d op{.weight = he({s.outputs, channels_ / s.groups, s.kernel, s.kernel}),
            .stride = {s.stride, s.stride},
            .pad = {s.pad, s.pad, s.pad, s.pad},
            .groups = s.groups};
  if (s.bias) op.bias = random_.tensor({s.outputs}, -0.1f, 0.1f);
  channels_ = s.outputs;
  return append(name, std::move(op));
}

NodeId Untrained::linear(const std::string& name, int outputs) {
  Linear op{.weight = he({outputs, channels_}), .bias = random_.tensor({outputs}, -0.1f, 0.1f)};
  channels_ = outputs;
  return append(name, std::move(op));
}

NodeId Untrained::batch_norm(const std::string& name, float gain) {
  const Shape shape{channels_};
  return append(name, BatchNorm{.gamma = random_.tensor(shape, 0.8f * gain, 1.2f * gain),
                                .beta = random_.tensor(shape, -0.2f, 0.2f),
                                .mean = random_.tensor(shape, -0.2f, 0.2f),
                                .variance = random_.tensor(shape, 0.5f, 1.5f)});
}

NodeId Untrained::relu(const std::string& name) { return append(name, Activation{}); }

NodeId Untrained::relu6(const std::string& name) {
  return append(name, Activation{Activation::Kind::clip, 0, 6});
}

NodeId Untrained::max_pool(const std::string& name, int kernel, int stride, int pad) {
  return append(
      name,
      MaxPool{.kernel = {kernel, kernel}, .stride = {stride, stride}, .pad = {pad, pad, pad, pad}});
}

NodeId Untrained::global_average_pool(const std::string& name) {
  return append(name, Reduce{Reduce::Kind::mean, {2, 3}, false});
}

NodeId Untrained::flatten(const std::string& name, int pixels) {
  channels_ *= pixels;
  return append(name, Reshape{{{Dim::Kind::copy, 0, 0, 0}, {Dim::Kind::infer}}});
}

NodeId Untrained::add(const std::string& name, NodeId other) {
  return join(name, Arithmetic{}, {here_, other});
}

void Untrained::go_to(NodeId node, int channels) {
  here_ = node;
  channels_ = channels;
}

Graph Untrained::finish(const std::string& output) && {
  graph_.outputs = {{output, here_}};
  return std::move(graph_);
}

}  // namespace bench
