#include <algorithm>

#include "models/formats/ncnn_ops.h"
#include "models/formats/reject.h"

namespace bench::ncnn {
namespace {

constexpr int same_upper = -233, same_lower = -234;

/// Padding for ceil(size / stride) results; the odd one behind, or in front if `lower`.
std::pair<int, int> same_padding(std::int64_t size, int stride, int dilation, int kernel,
                                 bool lower) {
  const std::int64_t span = std::int64_t{dilation} * (kernel - 1) + 1;
  const std::int64_t results = (size + stride - 1) / stride;
  const auto total =
      static_cast<int>(std::max<std::int64_t>((results - 1) * stride + span - size, 0));
  const int less = total / 2;
  return lower ? std::pair(total - less, less) : std::pair(less, total - less);
}

Padding same_padding(const NcnnNode& node, const Window& window, bool lower) {
  const Shape& in = node.shape(node.input());
  if (in.size() != 4) reject("over a blob that is no image");
  const auto [top, bottom] =
      same_padding(in[2], window.stride.h, window.dilation.h, window.kernel.h, lower);
  const auto [left, right] =
      same_padding(in[3], window.stride.w, window.dilation.w, window.kernel.w, lower);
  return {top, left, bottom, right};
}

/// A size along w, and along h, which is the same where it is not given.
Pair sizes(const NcnnNode& node, int key, int otherwise) {
  const int w = node.size(key, otherwise);
  return {node.size(key + 10, w), w};
}

}  // namespace

Window convolution_window(const NcnnNode& node) {
  Window window{sizes(node, 1, 0), sizes(node, 3, 1), sizes(node, 2, 1), {}};
  const int left = node.layer().integer(4);
  if (left == same_upper || left == same_lower) {
    window.pad = same_padding(node, window, left == same_lower);
    return window;
  }
  window.pad.left = node.size(4, 0, 0);
  window.pad.right = node.size(15, window.pad.left, 0);
  window.pad.top = node.size(14, window.pad.left, 0);
  window.pad.bottom = node.size(16, window.pad.top, 0);
  return window;
}

void pooling(NcnnNode& node) {
  enum { type, kernel, stride, pad, global, mode, counts_padding, adaptive };
  enum { full, valid, upper, lower };
  const bool average = node.layer().integer(type) == 1;
  if (!average && node.layer().integer(type) != 0) reject("is neither a maximum nor an average");
  if (node.rank(node.input()) != 4) reject("over a blob that is no image");
  if (node.layer().integer(adaptive) != 0) refuse("adaptive sizes");
  if (node.layer().integer(global) != 0) {
    const auto kind = average ? Reduce::Kind::mean : Reduce::Kind::max;
    return node.give(node.add(Reduce{kind, {2, 3}, false}, {node.input()}));
  }
  Window window{sizes(node, kernel, 0), sizes(node, stride, 1), {}, {}};
  const int pad_mode = node.layer().integer(mode);
  if (pad_mode < full || pad_mode > lower) reject("pad mode " + std::to_string(pad_mode));
  if (pad_mode == upper || pad_mode == lower) {
    window.pad = same_padding(node, window, pad_mode == lower);
  } else {
    window.pad.left = node.size(pad, 0, 0);
    window.pad.right = node.size(14, window.pad.left, 0);
    window.pad.top = node.size(13, window.pad.left, 0);
    window.pad.bottom = node.size(15, window.pad.top, 0);
  }
  const bool up = pad_mode == full;
  if (average) {
    const bool counts = node.layer().integer(counts_padding) != 0;
    const AveragePool op{window.kernel, window.stride, window.pad, up, counts};
    return node.give(node.add(op, {node.input()}));
  }
  node.give(node.add(MaxPool{window.kernel, window.stride, window.pad, {}, up}, {node.input()}));
}

}  // namespace bench::ncnn
