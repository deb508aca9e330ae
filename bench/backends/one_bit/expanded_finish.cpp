#include "bench/backends/one_bit/expanded_finish.h"

#include <algorithm>
#include <utility>

#include "models/every_isa.h"

namespace bench::one_bit {
namespace {

BENCH_FOR_EVERY_ISA
void subtract(const std::int32_t* sums, const std::int32_t* offsets, std::size_t pixels,
              std::size_t channels, std::int32_t* result) {
  for (std::size_t p = 0; p < pixels; ++p, sums += channels, result += channels) {
    for (std::size_t c = 0; c < channels; ++c) result[c] = sums[c] - offsets[c];
  }
}

BENCH_FOR_EVERY_ISA
void subtract(const std::int32_t* sums, const std::int32_t* offsets, std::size_t pixels,
              std::size_t channels, float* result) {
  for (std::size_t p = 0; p < pixels; ++p, sums += channels, result += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      result[c] = static_cast<float>(sums[c] - offsets[c]);
    }
  }
}

std::variant<ToSums, ToFloat, SignRule> prepared(Result result,
                                                 std::span<const std::int32_t> offsets) {
  if (const auto* signs = std::get_if<ToBits>(&result)) return SignRule(signs->thresholds, offsets);
  if (auto* floats = std::get_if<ToFloat>(&result)) return std::move(*floats);
  return ToSums{};
}

// A few pixels at a time, so that they stay in the first cache from one operation to the next.
void to_floats(const std::int32_t* sums, const std::vector<std::int32_t>& offsets,
               std::size_t pixels, std::size_t pixel, const Tail& tail,
               const BoundConvolution::Arguments& arguments) {
  const std::size_t channels = offsets.size();
  const std::size_t at_once = std::max<std::size_t>(1, 2048 / channels);
  for (std::size_t p = 0; p < pixels; p += at_once) {
    Tile tile;
    tile.at = static_cast<std::int64_t>((pixel + p) * channels);
    tile.values = static_cast<float*>(arguments.result) + tile.at;
    tile.pixels = static_cast<std::int64_t>(std::min(at_once, pixels - p));
    tile.channels = tile.step = tile.operand_step = static_cast<std::int64_t>(channels);
    tile.operands = arguments.operands;
    subtract(sums + p * channels, offsets.data(), static_cast<std::size_t>(tile.pixels), channels,
             tile.values);
    one_bit::apply(tail, tile);
  }
}

}  // namespace

ExpandedFinish::ExpandedFinish(Result result, std::vector<std::int32_t> offsets)
    : offsets_(std::move(offsets)), result_(prepared(std::move(result), offsets_)) {}

void ExpandedFinish::apply(const std::int32_t* sums, std::size_t pixels, std::size_t pixel,
                           const BoundConvolution::Arguments& arguments) const {
  const std::size_t channels = offsets_.size();
  if (const auto* signs = std::get_if<SignRule>(&result_)) {
    const auto words = static_cast<std::size_t>(words_of(static_cast<std::int64_t>(channels)));
    signs->apply(sums, pixels, static_cast<Word*>(arguments.result) + pixel * words, best_target());
  } else if (const auto* floats = std::get_if<ToFloat>(&result_)) {
    to_floats(sums, offsets_, pixels, pixel, floats->tail, arguments);
  } else {
    subtract(sums, offsets_.data(), pixels, channels,
             static_cast<std::int32_t*>(arguments.result) + pixel * channels);
  }
}

std::int64_t ExpandedFinish::bytes() const {
  const auto* signs = std::get_if<SignRule>(&result_);
  return static_cast<std::int64_t>(offsets_.size() * sizeof(std::int32_t)) +
         (signs ? signs->bytes() : 0);
}

}  // namespace bench::one_bit
