// Matrix products and normalisation.

#include "models/formats/onnx_ops.h"

namespace bench::onnx {
namespace {

/// `factor` times b, or its transpose, as Linear wants it: O x I.
Tensor linear_weight(const Tensor& b, bool is_output_by_input, float factor) {
  if (b.rank() != 2) refuse("a right side of shape " + to_string(b.shape()) + "; it must be 2-D");
  const auto outputs = static_cast<std::size_t>(b.dim(is_output_by_input ? 0 : 1));
  const auto inputs = static_cast<std::size_t>(b.dim(is_output_by_input ? 1 : 0));
  Tensor weight({static_cast<std::int64_t>(outputs), static_cast<std::int64_t>(inputs)});
  const auto from = b.data<float>();
  const auto to = weight.data<float>();
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t i = 0; i < inputs; ++i) {
      to[o * inputs + i] = factor * from[is_output_by_input ? o * inputs + i : i * outputs + o];
    }
  }
  return weight;
}

void check_depth(const Sizes& in, const Tensor& weight) {
  if (in.empty()) reject("takes no scalar");
  if (in.back().is_constant() && !in.back().is(weight.dim(1))) {
    reject("a matrix of " + std::to_string(weight.dim(1)) + " rows does not fit " +
           std::to_string(*in.back().value) + " features");
  }
}

/// `factor` times c, repeated to `outputs` values.
Tensor linear_bias(const Tensor& c, std::int64_t outputs, float factor) {
  const bool one = c.size() == 1, each = c.size() == outputs;
  if ((!one && !each) || c.rank() > 2 || (c.rank() == 2 && c.dim(0) != 1)) {
    refuse("C of shape " + to_string(c.shape()) + "; one value per output is supported");
  }
  Tensor bias({outputs});
  const auto from = c.data<float>();
  const auto to = bias.data<float>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = factor * from[one ? 0 : i];
  return bias;
}

}  // namespace

void gemm(OnnxNode& node) {
  const NodeId input = node.input(0);
  const bool transposed = node.flag("transB");
  if (node.flag("transA")) refuse("transA = 1");
  node.ignore("broadcast");  // opset 6: what later is always allowed
  if (node.rank(input) != 2) {
    reject("its left side has " + std::to_string(node.rank(input)) + " dimensions, not 2");
  }
  Linear op;
  op.weight = linear_weight(node.parameter(1, "B"), transposed, node.real("alpha", 1));
  check_depth(node.sizes(input), op.weight);
  const float beta = node.real("beta", 1);
  if (node.has_input(2)) op.bias = linear_bias(node.parameter(2, "C"), op.weight.dim(0), beta);
  node.give(node.add(std::move(op), {input}));
}

void matmul(OnnxNode& node) {
  const NodeId input = node.input(0);
  Linear op;
  op.weight = linear_weight(node.parameter(1, "its right side"), false, 1);
  check_depth(node.sizes(input), op.weight);
  node.give(node.add(std::move(op), {input}));
}

void batch_normalization(OnnxNode& node) {
  const NodeId input = node.input(0);
  node.ignore("momentum");
  node.ignore("is_test");
  if (!node.flag("spatial", true)) refuse("spatial = 0");
  if (node.flag("training_mode")) refuse("training_mode = 1");
  BatchNorm op;
  op.gamma = node.parameter(1, "scale");
  op.beta = node.parameter(2, "B");
  op.mean = node.parameter(3, "mean");
  op.variance = node.parameter(4, "variance");
  op.epsilon = node.real("epsilon", 1e-5f);
  const Sizes& in = node.sizes(input);
  if (in.size() < 2) reject("over data without channels");
  for (const Tensor* tensor : {&op.gamma, &op.beta, &op.mean, &op.variance}) {
    const bool fits = tensor->rank() == 1 && tensor->size() == op.gamma.size() &&
                      (!in[1].is_constant() || in[1].is(tensor->size()));
    if (!fits) reject("a parameter of shape " + to_string(tensor->shape()) + " does not fit");
  }
  node.give(node.add(std::move(op), {input}));
}

}  // namespace bench::onnx
