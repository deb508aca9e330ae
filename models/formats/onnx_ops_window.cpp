// Convolution and pooling: operators that slide a window over the image.

#include <algorithm>

#include "models/formats/onnx_ops.h"

namespace bench::onnx {
namespace {

constexpr std::int64_t largest_window = 1
                                        << 16;  // strides, pads, kernels: keeps int arithmetic safe

int bounded(std::int64_t value, std::int64_t least, std::string_view what) {
  if (value < least || value > largest_window) {
    reject(std::string(what) + " of " + std::to_string(value));
  }
  return static_cast<int>(value);
}

/// A list attribute of two positive numbers, one per spatial axis.
Pair pair_of(OnnxNode& node, std::string_view name, Pair otherwise) {
  const auto list = node.integers(name);
  if (!list) return otherwise;
  if (list->size() != 2) {
    refuse(std::string(name) + " has " + std::to_string(list->size()) +
           " entries; only two spatial axes are supported");
  }
  return {bounded((*list)[0], 1, name), bounded((*list)[1], 1, name)};
}

struct Window {
  Pair kernel, stride, dilation;
};

/// Padding before and after on one axis, so that the result has ceil(size / stride) elements.
std::pair<int, int> same_padding(const Size& size, int kernel, int stride, int dilation,
                                 bool more_at_end) {
  std::int64_t total = std::int64_t{dilation} * (kernel - 1);
  if (stride > 1) {
    if (!size.value) {
      refuse("auto_pad with a stride needs an input of known size; export with explicit pads");
    }
    const std::int64_t result = (*size.value + stride - 1) / stride;
    total = std::max<std::int64_t>((result - 1) * stride + total + 1 - *size.value, 0);
  }
  const int less = bounded(total / 2, 0, "padding"), more = bounded(total - less, 0, "padding");
  return more_at_end ? std::pair(less, more) : std::pair(more, less);
}

Padding padding_of(OnnxNode& node, NodeId input, const Window& window) {
  const std::string rule = node.text("auto_pad", "NOTSET");
  const auto pads = node.integers("pads");
  if (rule == "VALID") return {};
  if (rule == "SAME_UPPER" || rule == "SAME_LOWER") {
    const bool upper = rule == "SAME_UPPER";
    const Sizes& in = node.sizes(input);
    const auto [top, bottom] =
        same_padding(in[2], window.kernel.h, window.stride.h, window.dilation.h, upper);
    const auto [left, right] =
        same_padding(in[3], window.kernel.w, window.stride.w, window.dilation.w, upper);
    return {top, left, bottom, right};
  }
  if (rule != "NOTSET") reject("auto_pad is " + rule);
  if (!pads) return {};
  if (pads->size() != 4) reject("pads has " + std::to_string(pads->size()) + " entries, not 4");
  const auto at = [&](std::size_t i) { return bounded((*pads)[i], 0, "pads"); };
  return {at(0), at(1), at(2), at(3)};
}

void want_image(OnnxNode& node, NodeId input) {
  if (node.rank(input) != 4) {
    refuse("over " + std::to_string(node.rank(input)) +
           "-dimensional data; only N x C x H x W is supported");
  }
}

Window window_of_pool(OnnxNode& node, NodeId input) {
  want_image(node, input);
  if (!node.integers("kernel_shape")) reject("has no kernel_shape");
  return {pair_of(node, "kernel_shape", {}), pair_of(node, "strides", {1, 1}),
          pair_of(node, "dilations", {1, 1})};
}

}  // namespace

NodeId convolution(OnnxNode& node, NodeId input, LayerParameter weight, LayerParameter bias) {
  Conv2d op;
  op.weight = std::move(weight.values);
  op.weight_grid = along_outputs(std::move(weight.grid), 0);
  op.bias = std::move(bias.values);
  op.bias_grid = std::move(bias.grid);
  if (op.weight.rank() != 4) {
    refuse("a " + std::to_string(static_cast<int>(op.weight.rank()) - 2) +
           "-dimensional convolution (weight " + to_string(op.weight.shape()) + ")");
  }
  want_image(node, input);
  const Pair kernel{bounded(op.weight.dim(2), 1, "kernel"), bounded(op.weight.dim(3), 1, "kernel")};
  if (pair_of(node, "kernel_shape", kernel) != kernel) {
    reject("kernel_shape is not that of the weight " + to_string(op.weight.shape()));
  }
  op.stride = pair_of(node, "strides", {1, 1});
  op.dilation = pair_of(node, "dilations", {1, 1});
  op.groups = static_cast<int>(node.integer("group", 1));
  op.pad = padding_of(node, input, {kernel, op.stride, op.dilation});

  const std::int64_t outputs = op.weight.dim(0), group_inputs = op.weight.dim(1);
  if (op.groups < 1 || outputs < 1 || outputs % op.groups != 0) {
    reject(std::to_string(outputs) + " filters in " + std::to_string(op.groups) + " groups");
  }
  const Size& channels = node.sizes(input)[1];
  if (channels.is_constant() && !channels.is(group_inputs * op.groups)) {
    reject("weight " + to_string(op.weight.shape()) + " in " + std::to_string(op.groups) +
           " groups does not fit " + std::to_string(*channels.value) + " channels");
  }
  if (!op.bias.empty() && op.bias.shape() != Shape{outputs}) {
    reject("bias " + to_string(op.bias.shape()) + " for " + std::to_string(outputs) + " filters");
  }
  return node.add(std::move(op), {input});
}

void conv(OnnxNode& node) {
  const NodeId input = node.input(0);
  LayerParameter weight = node.layer_parameter(1, "weight"), bias;
  if (node.has_input(2)) bias = bias_of(node.layer_parameter(2, "bias"));
  node.give(convolution(node, input, std::move(weight), std::move(bias)));
}

NodeId average_pool(OnnxNode& node, NodeId input) {
  const Window window = window_of_pool(node, input);
  if (window.dilation != Pair{1, 1}) refuse("dilations other than 1");
  const Padding pad = padding_of(node, input, window);
  const bool ceil_mode = node.flag("ceil_mode"), counts = node.flag("count_include_pad");
  return node.add(AveragePool{window.kernel, window.stride, pad, ceil_mode, counts}, {input});
}

void pool(OnnxNode& node) {
  const NodeId input = node.input(0);
  if (node.type() != "MaxPool") return node.give(average_pool(node, input));
  const Window window = window_of_pool(node, input);
  const Padding pad = padding_of(node, input, window);
  node.ignore("storage_order");  // of the second result, which is not supported
  node.give(
      node.add(MaxPool{window.kernel, window.stride, pad, window.dilation, node.flag("ceil_mode")},
               {input}));
}

void max_roi_pool(OnnxNode& node) {
  const NodeId features = node.input(0), regions = node.input(1);
  want_image(node, features);
  if (node.rank(regions) != 2) reject("its regions are not a table of R x 5");
  if (!node.integers("pooled_shape")) reject("has no pooled_shape");
  const RoiPool op{pair_of(node, "pooled_shape", {}), node.real("spatial_scale", 1)};
  node.give(node.add(op, {features, regions}));
}

NodeId global_pool(OnnxNode& node, NodeId input, Reduce::Kind kind) {
  if (node.rank(input) < 3) reject("over data without spatial axes");
  Reduce op{kind, {}};
  for (std::size_t i = 2; i < node.rank(input); ++i) op.axes.push_back(static_cast<int>(i));
  return node.add(std::move(op), {input});
}

void global_pool(OnnxNode& node) {
  const bool largest = node.type() == "GlobalMaxPool";
  node.give(global_pool(node, node.input(0), largest ? Reduce::Kind::max : Reduce::Kind::mean));
}

}  // namespace bench::onnx
