#include "bench/backends/int8/resize.h"

#include <utility>

#include "models/every_isa.h"

namespace bench::int8 {
namespace {

constexpr std::int32_t whole = 1 << 10;

// One row of the map stretched to the result's width: numbers times 2^10.
BENCH_FOR_EVERY_ISA
void stretch_row(const integer::LinearTap* x, std::int64_t width, std::int64_t channels,
                 const std::uint8_t* row, std::int32_t offset, std::int32_t* result) {
  for (std::int64_t i = 0; i < width; ++i, result += channels) {
    const std::uint8_t *first = row + x[i].first * channels, *second = row + x[i].second * channels;
    const std::int32_t weight = x[i].second_weight;
    for (std::int64_t c = 0; c < channels; ++c) {
      result[c] = (std::int32_t{first[c]} - offset) * (whole - weight) +
                  (std::int32_t{second[c]} - offset) * weight;
    }
  }
}

// Half away from 0: for a negative s, floor((s + half - 1) / 2^20).
BENCH_FOR_EVERY_ISA
void blend_rows(const std::int32_t* first, const std::int32_t* second, std::int32_t weight,
                std::int64_t size, std::int32_t offset, std::uint8_t* result) {
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int32_t s = first[i] * (whole - weight) + second[i] * weight;
    result[i] = static_cast<std::uint8_t>(((s + (1 << 19) + (s >> 31)) >> 20) + offset);
  }
}

}  // namespace

void resize_linear(std::span<const integer::LinearTap> y, std::span<const integer::LinearTap> x,
                   const Map& from, const std::uint8_t* bytes, int offset, std::int32_t* scratch,
                   std::uint8_t* result) {
  const auto width = static_cast<std::int64_t>(x.size());
  const std::int64_t row_size = width * from.channels,
                     image = from.height * from.width * from.channels;
  for (std::int64_t n = 0; n < from.batch; ++n, bytes += image) {
    std::int32_t *first = scratch, *second = scratch + row_size;
    std::int64_t in_first = -1, in_second = -1;  // the rows stretched last
    const auto stretch = [&](std::int64_t row, std::int32_t* to) {
      stretch_row(x.data(), width, from.channels, bytes + row * from.width * from.channels, offset,
                  to);
    };
    for (const integer::LinearTap& tap : y) {
      if (in_second == tap.first) {
        std::swap(first, second);
        std::swap(in_first, in_second);
      }
      if (in_first != tap.first) stretch(in_first = tap.first, first);
      if (in_second != tap.second) stretch(in_second = tap.second, second);
      blend_rows(first, second, tap.second_weight, row_size, offset, result);
      result += row_size;
    }
  }
}

}  // namespace bench::int8
