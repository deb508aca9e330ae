#pragma once
// What follows a binary layer's sums before they are stored: element by element, in f32, one
// operation after the other, none contracted. So a simulation in float gives the same bits.

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "bench/backends/one_bit/targets.h"

namespace bench::one_bit {

namespace tail {
struct Scale {
  std::vector<float> by;
};  ///< x * by[channel]
struct Shift {
  std::vector<float> by;
};  ///< x + by[channel]
struct AddOperand {
  std::size_t number;
};  ///< x + that operand's element
struct Clip {
  float low, high;
};  ///< min(max(x, low), high), NaN becomes `low`; ReLU is Clip(0, infinity)
struct Slope {
  std::vector<float> below;
};  ///< x > 0 ? x : x * below[channel]
}  // namespace tail

using TailOp = std::variant<tail::Scale, tail::Shift, tail::AddOperand, tail::Clip, tail::Slope>;

struct Tail {
  std::vector<TailOp> ops{};
};

/// Some channels of some neighbouring pixels: channel `first` + c of pixel p is
/// values[p * step + c]. Operands are whole feature maps of the same shape, f32 NHWC; `at` is the
/// offset in them of values[0], and `operand_step` that from one pixel to the next.
struct Tile {
  float* values = nullptr;
  std::int64_t pixels = 0, channels = 0, step = 0;
  std::int64_t first = 0;
  std::span<const float* const> operands{};
  std::int64_t at = 0, operand_step = 0;
};

/// In place. The same bits on every instruction set, and those of bench/onednn's post-operations.
/// Reads and writes nothing beside the tile's own elements.
void apply(const Tail& tail, const Tile& tile, Target target = best_target());

}  // namespace bench::one_bit
