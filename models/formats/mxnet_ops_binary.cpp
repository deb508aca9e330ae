// BMXNet's layers (github.com/hpi-xnor/BMXNet and BMXNet-v2). Signs are taken behind the padding,
// so that what is padded is 0 and becomes +1. A layer gives how many of its products are +1:
// (K + sum) / 2 with K = inputs x kernel. Packed weights are words whose bits, from the least
// significant on, are 1 for +1: those of a convolution follow the order of O x I x KH x KW, those
// of a dense layer stand in rows of O words, a row for every 32 (64) inputs.

#include "models/formats/mxnet_ops.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench::mxnet {
namespace {

constexpr std::int64_t most_products = (1 << 24) - 1;  // whose sum a float holds exactly

void require_one_bit(MxnetNode& node) {
  node.require("act_bit", "1");
  node.require("weight_bit", "1");
  node.require_flag("scaling_factor", false);
  if (node.text("scaling_mode", "none") != "backward") node.require("scaling_mode", "none");
}

/// The products in one of a layer's sums, from how many words its weight has.
std::int64_t products_of(const MxnetArray& words, const std::string& name, std::int64_t outputs) {
  const std::int64_t count = bench::count(words.shape), bits = bits_of_word(words);
  if (count % outputs != 0 || count / outputs > most_products / bits) {
    reject("array " + in_quotes(name) + " has " + std::to_string(count) + " words of " +
           std::to_string(bits) + " bits, which are no weights of " + std::to_string(outputs) +
           " outputs");
  }
  return count / outputs * bits;
}

/// The signs of a weight of floats: `outputs` x inputs, and behind them `kernel`.
Tensor signs_of(MxnetNode& node, std::int64_t outputs, const Shape& kernel) {
  const Tensor values = node.parameter(1);
  Shape wanted{outputs, values.rank() > 1 ? values.dim(1) : 1};
  wanted.insert(wanted.end(), kernel.begin(), kernel.end());
  if (values.shape() != wanted) {
    reject("array " + in_quotes(node.array_name(1)) + " has shape " + to_string(values.shape()) +
           "; the node takes " + to_string(wanted));
  }
  Tensor result(values.shape(), DType::i8);
  const auto from = values.data<float>();
  const auto to = result.data<std::int8_t>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i] < 0 ? -1 : 1;
  return result;
}

/// O x K from the words of a convolution.
Tensor unpacked_rows(const MxnetArray& words, Shape shape) {
  Tensor result(std::move(shape), DType::i8);
  const auto to = result.data<std::int8_t>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = bit_of(words, i) ? 1 : -1;
  return result;
}

/// O x K from the words of a dense layer.
Tensor unpacked_columns(const MxnetArray& words, std::int64_t outputs, std::int64_t products) {
  const auto bits = static_cast<std::uint64_t>(bits_of_word(words));
  const auto rows = static_cast<std::uint64_t>(outputs), k = static_cast<std::uint64_t>(products);
  Tensor result({outputs, products}, DType::i8);
  std::int8_t* to = result.data<std::int8_t>().data();
  for (std::uint64_t o = 0; o < rows; ++o) {
    for (std::uint64_t i = 0; i < k; ++i) {
      const std::uint64_t word = i / bits * rows + o;
      *to++ = bit_of(words, word * bits + i % bits) ? 1 : -1;
    }
  }
  return result;
}

template <class Layer>
Layer halved(Tensor weight, std::int64_t products) {
  Layer op;
  op.bias = Tensor({weight.dim(0)});
  for (float& b : op.bias.template data<float>()) b = static_cast<float>(products) / 2;
  op.weight = std::move(weight);
  op.weight_grid = Grid{.bits = 1, .is_signed = true, .scale = {0.5f}};
  return op;
}

/// The layer's own bias comes behind its sum.
NodeId with_bias(MxnetNode& node, Op op, NodeId input, std::int64_t outputs, bool has_bias) {
  node.saw_binary();
  if (!has_bias) return node.add(std::move(op), {input});
  const NodeId sum = node.add(std::move(op), {input}, ".sum");
  Shape shape(node.rank(sum), 1);
  shape[1] = outputs;
  Constant bias{node.parameter(2, {outputs}).reshaped(shape)};
  const NodeId operand = node.add(std::move(bias), {}, ".bias");
  return node.add(Arithmetic{Arithmetic::Kind::add}, {sum, operand});
}

Tensor packed_filters(MxnetNode& node, std::int64_t outputs, Pair kernel) {
  const std::string name = node.array_name(1);
  const MxnetArray& words = node.array(name);
  const std::int64_t products = products_of(words, name, outputs), bits = bits_of_word(words);
  const std::int64_t pixels = std::int64_t{kernel.h} * kernel.w, inputs = products / pixels;
  const bool whole = inputs > 0 && inputs * pixels == products && inputs % bits == 0;
  const Shape in_axes{outputs, inputs / bits, kernel.h, kernel.w};
  if (!whole || (words.shape.size() != 1 && words.shape != in_axes)) {
    reject("array " + in_quotes(name) + " has shape " + to_string(words.shape) + ", which is not " +
           std::to_string(outputs) + " filters of " + std::to_string(kernel.h) + "x" +
           std::to_string(kernel.w) + " in words of " + std::to_string(bits) + " channels");
  }
  return unpacked_rows(words, {outputs, inputs, kernel.h, kernel.w});
}

Tensor packed_matrix(MxnetNode& node, std::int64_t outputs) {
  const std::string name = node.array_name(1);
  const MxnetArray& words = node.array(name);
  const std::int64_t products = products_of(words, name, outputs);
  const Shape in_axes{outputs, products / bits_of_word(words)};
  if (words.shape.size() != 1 && words.shape != in_axes) {
    reject("array " + in_quotes(name) + " has shape " + to_string(words.shape) +
           "; the node takes " + to_string(in_axes));
  }
  return unpacked_columns(words, outputs, products);
}

void add_convolution(MxnetNode& node, bool packed, bool has_bias) {
  const Window window = window_of(node);
  node.require("num_group", "1");
  const std::int64_t outputs = node.integer("num_filter");
  Tensor weight = packed ? packed_filters(node, outputs, window.kernel)
                         : signs_of(node, outputs, {window.kernel.h, window.kernel.w});
  const std::int64_t inputs = weight.dim(1), products = weight.size() / outputs;
  if (products > most_products) refuse("sums of " + std::to_string(products) + " products");
  const NodeId input = node.input();
  if (node.rank(input) != 4) reject("its input has " + std::to_string(node.rank(input)) + " axes");
  node.require_channels(input, inputs);
  auto op = halved<Conv2d>(std::move(weight), products);
  op.stride = window.stride;
  op.dilation = window.dilation;
  node.give(with_bias(node, std::move(op), node.sign(input, window.pad), outputs, has_bias));
}

void add_fully_connected(MxnetNode& node, bool packed, bool has_bias) {
  node.require_flag("flatten", true);
  const std::int64_t outputs = node.integer("num_hidden");
  Tensor weight = packed ? packed_matrix(node, outputs) : signs_of(node, outputs, {});
  const std::int64_t products = weight.dim(1);
  if (products > most_products) refuse("sums of " + std::to_string(products) + " products");
  const NodeId input = node.flattened(node.input());
  node.require_channels(input, products);
  auto op = halved<Linear>(std::move(weight), products);
  node.give(with_bias(node, std::move(op), node.sign(input), outputs, has_bias));
}

}  // namespace

void det_sign(MxnetNode& node) { node.give(node.sign(node.input())); }

void q_activation(MxnetNode& node) {
  node.require("act_bit", "1");
  // The layer that reads it takes the signs itself.
  if (node.flag("backward_only", false)) return node.give(node.input());
  det_sign(node);
}

void q_convolution(MxnetNode& node) {
  require_one_bit(node);
  const bool packed = node.flag("binarized_weights_only", false);
  add_convolution(node, packed, !node.flag("no_bias", true));
}

void q_fully_connected(MxnetNode& node) {
  require_one_bit(node);
  const bool packed = node.flag("binarized_weights_only", false);
  add_fully_connected(node, packed, !node.flag("no_bias", true));
}

// The operators of BMXNet-v2 accept a bias and do not add it.

void binary_inference_convolution(MxnetNode& node) {
  node.require_flag("no_bias", true);
  add_convolution(node, true, false);
}

void binary_inference_fully_connected(MxnetNode& node) {
  node.require_flag("no_bias", true);
  add_fully_connected(node, true, false);
}

}  // namespace bench::mxnet
