#include <algorithm>

#include "models/formats/ncnn_ops.h"
#include "models/formats/reject.h"

namespace bench::ncnn {
namespace {

// Keys that Convolution and ConvolutionDepthWise share; InnerProduct counts from 1.
enum { outputs = 0, bias_term = 5, weight_count = 6, group_count = 7, int8_term = 8, dynamic = 19 };

Tensor weight_of_shape(NcnnNode& node, Shape shape, int count_key) {
  const std::int64_t stored = node.layer().integer(count_key);
  if (count(shape) != stored) {
    reject("has " + std::to_string(stored) + " weights, not " + to_string(shape));
  }
  return node.weights().tagged(std::move(shape), "weight");
}

/// The inputs each output sees, from the number of weights.
std::int64_t inputs_of(const NcnnNode& node, int count_key, std::int64_t of_one_input) {
  const std::int64_t stored = node.layer().integer(count_key);
  if (stored < of_one_input || stored % of_one_input != 0) {
    reject("has " + std::to_string(stored) + " weights, which do not divide into " +
           std::to_string(of_one_input));
  }
  return stored / of_one_input;
}

/// How an int8 layer's numbers are scaled. `term`: 1 and 2 as ncnn writes them; 100 more if its
/// result is put onto a grid, too.
struct Scales {
  std::vector<float> weight;
  float input = 0, output = 0;

  Scales(NcnnNode& node, int term, std::int64_t weight_scales) {
    const Tensor of_weight = node.weights().plain({weight_scales}, "weight scales");
    const auto values = of_weight.data<float>();
    weight.assign(values.begin(), values.end());
    input = node.weights().plain({1}, "input scale").data<float>()[0];
    if (term > 100) output = node.weights().plain({1}, "output scale").data<float>()[0];
  }

  /// Along the outputs: as many scales as groups or outputs, or one.
  Grid grid(std::int64_t layer_outputs) const {
    Grid result;
    result.narrow = true;
    result.rounding = Rounding::half_away;
    result.scale.clear();
    const auto n = static_cast<std::size_t>(layer_outputs);
    for (std::size_t o = 0; o < n; ++o) result.scale.push_back(1 / weight[o * weight.size() / n]);
    if (std::ranges::all_of(result.scale, [&](float s) { return s == result.scale[0]; })) {
      result.scale.resize(1);
    } else {
      result.axis = 0;
    }
    result.zero_point.resize(result.scale.size());
    validate(result, "weight scales");
    return result;
  }
};

/// The layer and what its int8 form puts around it.
template <class Layer>
void give(NcnnNode& node, Layer op, NodeId input, int term, std::int64_t weight_scales) {
  const bool numbers = op.weight.type() == DType::i8;
  if (numbers != (term != 0)) {
    reject(numbers ? "has int8 weights and no scales" : "has int8 scales and weights of floats");
  }
  if (!numbers) return node.give(node.activated(node.add(std::move(op), {input})));
  node.saw_int8();
  const Scales scales(node, term, weight_scales);
  op.weight_grid = scales.grid(op.weight.dim(0));
  const auto data = op.weight.template data<std::int8_t>();
  if (std::ranges::count(data, -128) > 0) reject("has a weight of -128; ncnn's end at -127");
  input = node.on_grid(input, scales.input, "input");
  NodeId result = node.activated(node.add(std::move(op), {input}));
  if (term > 100) result = node.on_grid(result, scales.output, "output");
  node.give(result);
}

void add_convolution(NcnnNode& node, int groups) {
  const Window window = convolution_window(node);
  if (node.layer().integer(dynamic) != 0) refuse("weights that are computed");
  if (node.layer().real(18, 0) != 0) refuse("padding with another value than 0");
  const std::int64_t n = node.size(outputs, 0);
  const std::int64_t taps = std::int64_t{window.kernel.h} * window.kernel.w;
  const std::int64_t inputs = inputs_of(node, weight_count, n * taps);
  if (node.rank(node.input()) != 4) reject("over a blob that is no image");
  Conv2d op;
  op.weight = weight_of_shape(node, {n, inputs, window.kernel.h, window.kernel.w}, weight_count);
  if (node.layer().integer(bias_term) != 0) op.bias = node.weights().plain({n}, "bias");
  op.stride = window.stride;
  op.pad = window.pad;
  op.dilation = window.dilation;
  op.groups = groups;
  const int term = node.layer().integer(int8_term);
  // A depthwise layer has a scale for each group (1) or one for all (2).
  const bool of_groups = node.layer().type == "ConvolutionDepthWise";
  const std::int64_t weight_scales = !of_groups ? n : term % 100 == 2 ? 1 : groups;
  give(node, std::move(op), node.input(), term, weight_scales);
}

}  // namespace

void convolution(NcnnNode& node) { add_convolution(node, 1); }

void depthwise(NcnnNode& node) {
  const int groups = node.size(group_count, 1);
  if (node.size(outputs, 0) % groups != 0) {
    reject("its outputs do not divide into " + std::to_string(groups) + " groups");
  }
  add_convolution(node, groups);
}

void inner_product(NcnnNode& node) {
  constexpr int count_key = 2, bias_key = 1;
  const std::int64_t n = node.size(outputs, 0);
  Linear op;
  op.weight = weight_of_shape(node, {n, inputs_of(node, count_key, n)}, count_key);
  if (node.layer().integer(bias_key) != 0) op.bias = node.weights().plain({n}, "bias");
  give(node, std::move(op), node.flattened(node.input()), node.layer().integer(int8_term), n);
}

void batch_norm(NcnnNode& node) {
  const std::int64_t n = node.size(0, 0);
  BatchNorm op;
  op.gamma = node.weights().plain({n}, "slope");
  op.mean = node.weights().plain({n}, "mean");
  op.variance = node.weights().plain({n}, "variance");
  op.beta = node.weights().plain({n}, "bias");
  op.epsilon = node.layer().real(1, 0);
  node.give(node.add(std::move(op), {node.input()}));
}

/// x * scale + bias, per channel.
void scale(NcnnNode& node) {
  if (node.layer().integer(0) == -233) refuse("scales that are computed");
  const std::int64_t n = node.size(0, 0);
  NodeId result = node.input();
  Shape per_channel(node.rank(result), 1);
  if (per_channel.size() < 2) reject("over a blob without axes");
  per_channel[1] = n;
  const auto then = [&](Arithmetic::Kind kind, const char* what) {
    Tensor values = node.weights().plain({n}, what).reshaped(per_channel);
    const NodeId operand = node.add(Constant{std::move(values)}, {}, std::string(".") + what);
    result = node.add(Arithmetic{kind}, {result, operand}, std::string(".") + what + "d");
  };
  then(Arithmetic::Kind::mul, "scale");
  if (node.layer().integer(1) != 0) then(Arithmetic::Kind::add, "bias");
  node.give(result);
}

void prelu(NcnnNode& node) {
  PRelu op{node.weights().plain({node.size(0, 0)}, "slope")};
  node.give(node.add(std::move(op), {node.input()}));
}

}  // namespace bench::ncnn
