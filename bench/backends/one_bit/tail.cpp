#include "bench/backends/one_bit/tail.h"

namespace bench::one_bit {
namespace {

// one(x, channel, index) for every element: `index` is where it lies in an operand.
template <class One>
void for_each(const Tile& tile, One one) {
  for (std::int64_t p = 0; p < tile.pixels; ++p) {
    float* values = tile.values + p * tile.step;
    const std::int64_t at = tile.at + p * tile.operand_step;
    for (std::int64_t c = 0; c < tile.channels; ++c) {
      values[c] = one(values[c], static_cast<std::size_t>(tile.first + c), at + c);
    }
  }
}

void apply(const tail::Scale& op, const Tile& tile) {
  for_each(tile, [&](float x, std::size_t c, std::int64_t) { return x * op.by[c]; });
}

void apply(const tail::Shift& op, const Tile& tile) {
  for_each(tile, [&](float x, std::size_t c, std::int64_t) { return x + op.by[c]; });
}

void apply(const tail::AddOperand& op, const Tile& tile) {
  const float* operand = tile.operands[op.number];
  for_each(tile, [&](float x, std::size_t, std::int64_t at) { return x + operand[at]; });
}

void apply(const tail::Clip& op, const Tile& tile) {
  for_each(tile, [&](float x, std::size_t, std::int64_t) {
    const float raised = x > op.low ? x : op.low;
    return raised < op.high ? raised : op.high;
  });
}

void apply(const tail::Slope& op, const Tile& tile) {
  for_each(tile, [&](float x, std::size_t c, std::int64_t) { return x > 0 ? x : x * op.below[c]; });
}

}  // namespace

void apply(const Tail& tail, const Tile& tile) {
  for (const TailOp& op : tail.ops) {
    std::visit([&](const auto& one) { apply(one, tile); }, op);
  }
}

}  // namespace bench::one_bit
