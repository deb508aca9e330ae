#include "models/zoo/untrained.h"

#include <cmath>

#include "models/passes/quantize.h"

namespace bench {

Padding same_padding(Pair size, int kernel, int stride, int dilation) {
  const auto missing = [&](int n) {
    const int results = (n + stride - 1) / stride;
    return std::max(0, (results - 1) * stride + (kernel - 1) * dilation + 1 - n);
  };
  const int rows = missing(size.h), columns = missing(size.w);
  return {rows / 2, columns / 2, rows - rows / 2, columns - columns / 2};
}

Untrained::Untrained(const Build& build, Shape image)
    : random_(build.seed), parameters_(build.parameters), channels_(static_cast<int>(image[1])) {
  here_ = graph_.add("image", Input{std::move(image)});
}

NodeId Untrained::join(const std::string& name, Op op, std::vector<NodeId> inputs) {
  return here_ = graph_.add(name, std::move(op), std::move(inputs));
}

namespace {

// Half the width of the uniform distribution with variance 2 / fan in.
// Source: He et al., ICCV 2015, equation 10.
float he_bound(const Shape& shape) {
  const std::int64_t fan_in = count(shape) / shape[0];
  return std::sqrt(6.0f / static_cast<float>(fan_in));
}

}  // namespace

Tensor Untrained::he(Shape shape) {
  if (parameters_ == Parameters::floats) {
    const float bound = he_bound(shape);
    return random_.tensor(std::move(shape), -bound, bound);
  }
  Tensor numbers(std::move(shape), DType::i8);
  for (std::int8_t& x : numbers.data<std::int8_t>()) {
    x = static_cast<std::int8_t>(static_cast<int>(random_.next() >> 56) - 128);
    x = x == -128 ? std::int8_t{0} : x;
  }
  return numbers;
}

Grid Untrained::he_grid(const Shape& shape) const {
  Grid grid{.narrow = true, .axis = 0};
  const auto channels = static_cast<std::size_t>(shape[0]);
  grid.scale.assign(channels, he_bound(shape) / 127);
  grid.zero_point.assign(channels, 0);
  return grid;
}

template <class Layer>
NodeId Untrained::add_layer(const std::string& name, Layer layer, Shape weight, bool has_bias) {
  channels_ = static_cast<int>(weight[0]);
  if (parameters_ == Parameters::numbers) {
    layer.weight_grid = he_grid(weight);
    has_bias = true;  // batch norm's
  }
  layer.weight = he(std::move(weight));
  if (has_bias) layer.bias = random_.tensor({channels_}, -0.1f, 0.1f);
  return append(name, std::move(layer));
}

NodeId Untrained::conv(const std::string& name, const ConvShape& s) {
  Conv2d op{.stride = {s.stride, s.stride},
            .pad = {s.pad + s.extra.top, s.pad + s.extra.left, s.pad + s.extra.bottom,
                    s.pad + s.extra.right},
            .dilation = {s.dilation, s.dilation},
            .groups = s.groups};
  return add_layer(name, std::move(op), {s.outputs, channels_ / s.groups, s.kernel, s.kernel},
                   s.bias);
}

NodeId Untrained::linear(const std::string& name, int outputs) {
  return add_layer(name, Linear{}, {outputs, channels_}, true);
}

NodeId Untrained::batch_norm(const std::string& name, float gain, float epsilon) {
  Op& before = graph_.nodes.back().op;
  if (parameters_ == Parameters::numbers) {
    if (auto* conv = std::get_if<Conv2d>(&before)) {
      for (float& scale : conv->weight_grid->scale) scale *= gain;
      return here_;
    }
    if (std::holds_alternative<Linear>(before)) return here_;
  }
  const Shape shape{channels_};
  return append(name, BatchNorm{.gamma = random_.tensor(shape, 0.8f * gain, 1.2f * gain),
                                .beta = random_.tensor(shape, -0.2f, 0.2f),
                                .mean = random_.tensor(shape, -0.2f, 0.2f),
                                .variance = random_.tensor(shape, 0.5f, 1.5f),
                                .epsilon = epsilon});
}

NodeId Untrained::relu(const std::string& name) { return append(name, Activation{}); }

NodeId Untrained::relu6(const std::string& name) {
  return append(name, Activation{Activation::Kind::clip, 0, 6});
}

NodeId Untrained::prelu(const std::string& name) {
  return append(name, PRelu{random_.tensor({channels_}, 0.1f, 0.4f)});
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
  return std::move(*this).finish(std::vector<Output>{{output, here_}});
}

Graph Untrained::finish(std::vector<Output> outputs) && {
  graph_.outputs = std::move(outputs);
  if (parameters_ == Parameters::floats) return std::move(graph_);
  Scheme scheme{.form = Scheme::Form::affine, .is_signed = false, .narrow = false};
  scheme.range = {-4, 4};
  const NodeScheme edges{.output = scheme}, layers{.bias = AtSumScale{}, .output = scheme};
  const QuantizeRule rules[] = {{{.kind = NodeFilter::Kind::any}, edges}, {{}, layers}};
  return quantize(std::move(graph_), rules);
}

}  // namespace bench
