// Convolution and pooling. Fields: 0 padding, 1 stride_w, 2 stride_h, then each its own.

#include <algorithm>
#include <cstring>

#include "models/formats/tflite_ops.h"

namespace bench::tflite {
namespace {

constexpr int same = 0, valid = 1;

NodeId image(TfliteNode& node) {
  const NodeId input = node.input(0);
  if (node.rank(input) != 4) reject("over data of shape " + to_string(node.shape(input)));
  return input;
}

Pair strides(const TfliteNode& node) { return {node.size(2), node.size(1)}; }

/// Padding before and after on one axis, so that the result has ceil(size / stride) elements; the
/// odd one behind. Source: ComputePadding of TFLite's kernels/padding.h.
std::pair<int, int> same_padding(std::int64_t size, std::int64_t stride, std::int64_t window) {
  const std::int64_t results = (size + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>((results - 1) * stride + window - size, 0);
  if (total > 1 << 24) reject("a window of " + std::to_string(window));
  return {static_cast<int>(total / 2), static_cast<int>(total - total / 2)};
}

Padding padding(const TfliteNode& node, NodeId input, Pair kernel, Pair stride, Pair dilation) {
  const int rule = node.enumerator(0);
  if (rule == valid) return {};
  if (rule != same) reject("padding " + std::to_string(rule));
  const Shape& in = node.shape(input);
  const auto [top, bottom] =
      same_padding(in[2], stride.h, std::int64_t{dilation.h} * (kernel.h - 1) + 1);
  const auto [left, right] =
      same_padding(in[3], stride.w, std::int64_t{dilation.w} * (kernel.w - 1) + 1);
  return {top, left, bottom, right};
}

/// A x H x W x B -> A x B x H x W, or where it has to become the first axis B x A x H x W.
void set_weight(Conv2d& op, TfliteNode& node, bool last_first) {
  TfliteParameter stored = node.weight(last_first ? 3 : 0);
  const Tensor& from = stored.values;
  if (from.rank() != 4) reject("weight has shape " + to_string(from.shape()));
  const std::int64_t a = from.dim(0), h = from.dim(1), w = from.dim(2), b = from.dim(3);
  if (std::max(h, w) > 1 << 16) reject("weight has shape " + to_string(from.shape()));
  op.weight = Tensor(last_first ? Shape{b, a, h, w} : Shape{a, b, h, w}, from.type());
  const std::size_t width = size_of(from.type());
  const std::byte* in = from.bytes().data();
  std::byte* out = op.weight.bytes().data();
  for (std::int64_t i = 0; i < a; ++i) {
    for (std::int64_t p = 0; p < h * w; ++p) {
      for (std::int64_t j = 0; j < b; ++j, in += width) {
        const std::int64_t at = (last_first ? j * a + i : i * b + j) * h * w + p;
        std::memcpy(out + static_cast<std::size_t>(at) * width, in, width);
      }
    }
  }
  op.weight_grid = std::move(stored.grid);
}

void finish(TfliteNode& node, Conv2d op, NodeId input, int fused) {
  TfliteParameter bias = node.bias();
  op.bias = std::move(bias.values);
  op.bias_grid = std::move(bias.grid);
  const Pair kernel{static_cast<int>(op.weight.dim(2)), static_cast<int>(op.weight.dim(3))};
  op.stride = strides(node);
  op.pad = padding(node, input, kernel, op.stride, op.dilation);
  node.give(node.add(std::move(op), {input}), fused);
}

template <class Pool>
void pool(TfliteNode& node) {
  const NodeId input = image(node);
  Pool op;
  op.stride = strides(node);
  op.kernel = {node.size(4), node.size(3)};
  op.pad = padding(node, input, op.kernel, op.stride, {1, 1});
  node.give(node.add(op, {input}), node.enumerator(5));
}

}  // namespace

void conv(TfliteNode& node) {
  const NodeId input = image(node);
  Conv2d op;
  set_weight(op, node, false);
  op.dilation = {node.size(5, 1), node.size(4, 1)};
  const std::int64_t channels = node.shape(input)[1], taken = op.weight.dim(1);
  if (channels % taken != 0 || channels / taken > op.weight.dim(0)) {
    reject("weight " + to_string(op.weight.shape()) + " does not fit " + std::to_string(channels) +
           " channels");
  }
  op.groups = static_cast<int>(channels / taken);
  finish(node, std::move(op), input, node.enumerator(3));
}

/// Weight 1 x H x W x C * multiplier: channel c gives results c * multiplier and following.
void depthwise_conv(TfliteNode& node) {
  const NodeId input = image(node);
  Conv2d op;
  set_weight(op, node, true);
  op.dilation = {node.size(6, 1), node.size(5, 1)};
  const std::int64_t channels = node.shape(input)[1], results = op.weight.dim(0);
  if (op.weight.dim(1) != 1 || results % channels != 0) {
    reject("weight " + to_string(op.weight.shape()) + " does not fit " + std::to_string(channels) +
           " channels");
  }
  op.groups = static_cast<int>(channels);
  finish(node, std::move(op), input, node.enumerator(4));
}

void average_pool(TfliteNode& node) { pool<AveragePool>(node); }

void max_pool(TfliteNode& node) { pool<MaxPool>(node); }

}  // namespace bench::tflite
