#include <algorithm>

#include "models/formats/mxnet_ops.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench::mxnet {
namespace {

void require_image(const MxnetNode& node, NodeId input) {
  if (node.rank(input) != 4) reject("its input has " + std::to_string(node.rank(input)) + " axes");
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const auto axes = static_cast<std::int64_t>(rank);
  if (axis < -axes || axis >= axes) {
    reject("axis " + std::to_string(axis) + " of a tensor with " + std::to_string(rank));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + axes : axis);
}

/// MXNet rounds a size up wherever a window is left over; a Graph (as PyTorch and ONNX) only if it
/// starts before the padding behind the image. One that starts there exists only for some sizes,
/// and only if stride + padding > kernel.
void require_same_rounding(const Window& window) {
  if (window.stride.h + window.pad.h > window.kernel.h ||
      window.stride.w + window.pad.w > window.kernel.w) {
    refuse("attribute 'pooling_convention' is 'full' and windows may start behind the image");
  }
}

}  // namespace

void pooling(MxnetNode& node) {
  const std::string type = node.text("pool_type", "max");
  if (type != "max" && type != "avg") {
    refuse("attribute 'pool_type' is " + in_quotes(type) + "; max and avg are supported");
  }
  const bool average = type == "avg";
  const NodeId input = node.input();
  require_image(node, input);
  node.ignore({"p_value"});
  const bool full = node.text("pooling_convention", "valid") == "full";
  if (!full) node.require("pooling_convention", "valid");
  const bool counts = node.flag("count_include_pad", true);
  if (node.flag("global_pool", false)) {
    node.ignore({"kernel", "stride", "pad", "layout"});
    const auto kind = average ? Reduce::Kind::mean : Reduce::Kind::max;
    return node.give(node.add(Reduce{kind, {2, 3}, true}, {input}));
  }
  const Window window = window_of(node);
  if (full) require_same_rounding(window);
  const Padding pad{window.pad.h, window.pad.w, window.pad.h, window.pad.w};
  if (average) {
    const AveragePool op{window.kernel, window.stride, pad, full, counts};
    return node.give(node.add(op, {input}));
  }
  node.give(node.add(MaxPool{window.kernel, window.stride, pad, {}, full}, {input}));
}

void flatten(MxnetNode& node) {
  node.give(node.add(Reshape{{{Dim::Kind::copy, 0, 0, 0}, {Dim::Kind::infer}}}, {node.input()}));
}

/// 0 keeps a size, -1 is what is left.
void reshape(MxnetNode& node) {
  node.require_flag("reverse", false);
  node.ignore({"keep_highest"});
  if (!node.tuple("target_shape").empty()) refuse("attribute 'target_shape' is not supported");
  const NodeId input = node.input();
  const auto rank = static_cast<int>(node.rank(input));
  std::vector<Dim> dims;
  for (const std::int64_t size : node.tuple("shape")) {
    const auto axis = static_cast<int>(dims.size());
    if (size < -1) refuse("a reshape to " + std::to_string(size));
    if (size == 0 && axis >= rank) reject("keeps an axis that its input has not");
    dims.push_back(size > 0    ? Dim{Dim::Kind::fixed, size}
                   : size == 0 ? Dim{Dim::Kind::copy, 0, 0, axis}
                               : Dim{Dim::Kind::infer});
  }
  if (dims.empty()) reject("has no attribute 'shape'");
  node.give(node.add(Reshape{std::move(dims)}, {input}));
}

void concat(MxnetNode& node) {
  std::vector<NodeId> inputs;
  for (std::size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  if (inputs.empty()) reject("joins nothing");
  for (const NodeId id : inputs) {
    if (node.rank(id) != node.rank(inputs[0])) reject("joins tensors of unlike axes");
  }
  const std::size_t axis = axis_of(node.integer("dim", 1, -64), node.rank(inputs[0]));
  node.give(node.add(Concat{static_cast<int>(axis)}, std::move(inputs)));
}

void transpose(MxnetNode& node) {
  const NodeId input = node.input();
  const std::size_t rank = node.rank(input);
  Transpose op;
  for (const std::int64_t axis : node.tuple("axes")) {
    op.order.push_back(static_cast<int>(axis_of(axis, rank)));
  }
  if (op.order.empty()) {
    for (std::size_t i = rank; i-- > 0;) op.order.push_back(static_cast<int>(i));
  }
  std::vector<int> sorted = op.order;
  std::ranges::sort(sorted);
  if (sorted.size() != rank || std::ranges::adjacent_find(sorted) != sorted.end()) {
    reject("attribute 'axes' is no order of " + std::to_string(rank) + " axes");
  }
  node.give(node.add(std::move(op), {input}));
}

/// Before and after each axis in turn.
void pad(MxnetNode& node) {
  constexpr std::int64_t most = 1 << 20;
  node.require("mode", "constant");
  const NodeId input = node.input();
  const std::vector<std::int64_t> widths = node.tuple("pad_width");
  if (widths.size() != 2 * node.rank(input)) {
    reject("attribute 'pad_width' has " + std::to_string(widths.size()) + " numbers for " +
           std::to_string(node.rank(input)) + " axes");
  }
  Pad op;
  op.value = node.real("constant_value", 0);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] < 0 || widths[i] > most) reject("pads by " + std::to_string(widths[i]));
    (i % 2 == 0 ? op.before : op.after).push_back(widths[i]);
  }
  node.give(node.add(std::move(op), {input}));
}

void up_sampling(MxnetNode& node) {
  node.require("sample_type", "nearest");
  node.ignore({"num_filter", "multi_input_mode"});
  if (node.input_count() != 1) refuse("has " + std::to_string(node.input_count()) + " inputs");
  const std::int64_t scale = node.integer("scale");
  if (scale > 1024) reject("attribute 'scale' is " + std::to_string(scale));
  const NodeId input = node.input();
  require_image(node, input);
  Resize op;
  op.coordinates = Resize::Coordinates::asymmetric;
  op.rounding = Resize::Rounding::floor;
  op.scale_h = op.scale_w = static_cast<float>(scale);
  node.give(node.add(op, {input}));
}

void pass_on(MxnetNode& node) {
  node.ignore({"p", "mode", "axes"});  // Dropout's
  node.give(node.input());
}

}  // namespace bench::mxnet
