// Matrix products and normalisation.

#include "models/formats/onnx_ops.h"

namespace bench::onnx {
namespace {

template <class T>
Tensor transposed(const Tensor& b) {
  const auto rows = static_cast<std::size_t>(b.dim(0)),
             columns = static_cast<std::size_t>(b.dim(1));
  Tensor result({b.dim(1), b.dim(0)}, b.type());
  const auto from = b.data<T>();
  const auto to = result.data<T>();
  for (std::size_t o = 0; o < columns; ++o) {
    for (std::size_t i = 0; i < rows; ++i) to[o * rows + i] = from[i * columns + o];
  }
  return result;
}

/// b, which is I x O, as Linear wants it: O x I.
Tensor transposed(const Tensor& b) {
  switch (b.type()) {
    case DType::f32: return transposed<float>(b);
    case DType::u8: return transposed<std::uint8_t>(b);
    default: return transposed<std::int8_t>(b);
  }
}

void scale_by(float factor, LayerParameter& parameter, std::string_view attribute) {
  if (factor == 1 || parameter.values.empty()) return;
  if (parameter.grid) {
    refuse(std::string(attribute) + " of " + std::to_string(factor) + " with quantised numbers");
  }
  for (float& x : parameter.values.data<float>()) x *= factor;
}

void check_depth(const Sizes& in, const Tensor& weight) {
  if (in.empty()) reject("takes no scalar");
  if (in.back().is_constant() && !in.back().is(weight.dim(1))) {
    reject("a matrix of " + std::to_string(weight.dim(1)) + " rows does not fit " +
           std::to_string(*in.back().value) + " features");
  }
}

/// c repeated to `outputs` values.
Tensor linear_bias(Tensor c, std::int64_t outputs) {
  const bool one = c.size() == 1, each = c.size() == outputs;
  if ((!one && !each) || c.rank() > 2 || (c.rank() == 2 && c.dim(0) != 1)) {
    refuse("C of shape " + to_string(c.shape()) + "; one value per output is supported");
  }
  if (each) return std::move(c).reshaped({outputs});
  Tensor bias({outputs}, c.type());
  const auto from = c.bytes(), to = bias.bytes();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i % from.size()];
  return bias;
}

}  // namespace

std::optional<Grid> along_outputs(std::optional<Grid> grid, int axis) {
  if (!grid || grid->axis < 0) return grid;
  if (grid->axis != axis) {
    refuse("a weight with scales along axis " + std::to_string(grid->axis) +
           "; one scale per output, axis " + std::to_string(axis) + ", is supported");
  }
  grid->axis = 0;
  return grid;
}

LayerParameter bias_of(LayerParameter bias) {
  if (!bias.grid) return bias;
  if (bias.grid->axis > 0) refuse("a bias of several axes");
  if (bias.values.type() != DType::i32) {
    bias.values = dequantize(*bias.grid, bias.values, "bias");
  }
  return bias;
}

NodeId linear(OnnxNode& node, NodeId input, LayerParameter b, bool is_output_by_input,
              LayerParameter c) {
  if (b.values.rank() != 2) {
    refuse("a right side of shape " + to_string(b.values.shape()) + "; it must be 2-D");
  }
  Linear op;
  op.weight_grid = along_outputs(std::move(b.grid), is_output_by_input ? 0 : 1);
  op.weight = is_output_by_input ? std::move(b.values) : transposed(b.values);
  check_depth(node.sizes(input), op.weight);
  if (!c.values.empty()) op.bias = linear_bias(std::move(c.values), op.weight.dim(0));
  op.bias_grid = std::move(c.grid);
  return node.add(std::move(op), {input});
}

void gemm(OnnxNode& node) {
  const NodeId input = node.input(0);
  const bool is_output_by_input = node.flag("transB");
  if (node.flag("transA")) refuse("transA = 1");
  node.ignore("broadcast");  // opset 6: what later is always allowed
  if (node.rank(input) != 2) {
    reject("its left side has " + std::to_string(node.rank(input)) + " dimensions, not 2");
  }
  LayerParameter b = node.layer_parameter(1, "B"), c;
  if (node.has_input(2)) c = bias_of(node.layer_parameter(2, "C"));
  scale_by(node.real("alpha", 1), b, "alpha");
  scale_by(node.real("beta", 1), c, "beta");
  node.give(linear(node, input, std::move(b), is_output_by_input, std::move(c)));
}

void matmul(OnnxNode& node) {
  const NodeId input = node.input(0);
  node.give(linear(node, input, node.layer_parameter(1, "its right side"), false, {}));
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
