#pragma once
// How a feature map is cut into pieces whose tables fit into the cache.

#include <cstdint>

namespace bench::one_bit::real_input {

/// How many of at most `part` make up the whole.
constexpr std::int64_t pieces(std::int64_t whole, std::int64_t part) {
  return (whole + part - 1) / part;
}

/// One direction of a convolution.
struct Axis {
  std::int64_t input = 1, before = 0, after = 0;  ///< pixels, and padding
  std::int64_t kernel = 1, stride = 1, dilation = 1;

  /// Windows that fit.
  std::int64_t outputs() const {
    const std::int64_t last = input + before + after - dilation * (kernel - 1) - 1;
    return last < 0 ? 0 : last / stride + 1;
  }
};

/// `outputs` neighbouring outputs read every `step`-th pixel, `inputs` of them.
struct Extent {
  std::int64_t outputs = 1, step = 1, inputs = 1;
  std::int64_t between_outputs = 0, between_taps = 0;  ///< in steps
};
Extent extent(const Axis& axis, std::int64_t outputs);

/// What is computed at a time, from tables that stay in the cache.
struct Piece {
  std::int64_t images = 1;
  Extent rows{}, columns{};
  /// Of an input pixel: fewer than all only where the kernel is one pixel.
  std::int64_t tables = 0;

  std::int64_t inputs() const { return images * rows.inputs * columns.inputs; }
  std::int64_t outputs() const { return images * rows.outputs * columns.outputs; }
};

struct Work {
  std::int64_t images = 1;
  Axis rows{}, columns{};
  std::int64_t tables = 0;  ///< of one input pixel
  std::int64_t outputs = 0;
  std::int64_t table_bytes = 64;
};

/// The piece that should take the least time. Pieces of several images hold whole maps.
Piece best_piece(const Work& work);

}  // namespace bench::one_bit::real_input
