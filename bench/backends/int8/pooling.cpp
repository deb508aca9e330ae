#include "bench/backends/int8/pooling.h"

#include <algorithm>

#include "models/every_isa.h"
#include "models/pool_window.h"

namespace bench::int8 {
namespace {

// The part of a window that lies on the map: first, first + step, ... below end.
struct Reach {
  std::int64_t first = 0, end = 0, step = 1;
};

Reach reach(std::int64_t position, int stride, int pad, int kernel, int dilation,
            std::int64_t size) {
  const std::int64_t begin = position * stride - pad, step = dilation;
  const std::int64_t skipped = begin < 0 ? (-begin + step - 1) / step : 0;
  return {begin + skipped * step, std::min(begin + step * (kernel - 1) + 1, size), step};
}

// N bytes as one value of the compiler's: on every instruction set as few registers as it takes.
template <int N>
struct Chunk {
  typedef std::uint8_t Type __attribute__((vector_size(N), aligned(1), may_alias));
};

template <int N>
[[gnu::always_inline]] inline void largest(const std::uint8_t* map, std::int64_t row_bytes,
                                           std::int64_t pixel_bytes, const Reach& y, const Reach& x,
                                           std::uint8_t* result) {
  using Bytes = typename Chunk<N>::Type;
  Bytes most = {};
  for (std::int64_t i = y.first; i < y.end; i += y.step) {
    for (std::int64_t j = x.first; j < x.end; j += x.step) {
      const Bytes here = *reinterpret_cast<const Bytes*>(map + i * row_bytes + j * pixel_bytes);
      most = here > most ? here : most;
    }
  }
  *reinterpret_cast<Bytes*>(result) = most;
}

BENCH_FOR_EVERY_ISA
void largest_of_window(const std::uint8_t* map, std::int64_t row_bytes, std::int64_t channels,
                       const Reach& y, const Reach& x, std::uint8_t* result) {
  std::int64_t c = 0;
  for (; c + 64 <= channels; c += 64) {
    largest<64>(map + c, row_bytes, channels, y, x, result + c);
  }
  for (; c + 16 <= channels; c += 16) {
    largest<16>(map + c, row_bytes, channels, y, x, result + c);
  }
  for (; c < channels; ++c) {
    std::uint8_t most = 0;
    for (std::int64_t i = y.first; i < y.end; i += y.step) {
      for (std::int64_t j = x.first; j < x.end; j += x.step) {
        most = std::max(most, map[i * row_bytes + j * channels + c]);
      }
    }
    result[c] = most;
  }
}

BENCH_FOR_EVERY_ISA
void add_pixels(const std::uint8_t* pixel, std::int64_t pixels, std::int64_t channels,
                std::int32_t* sums) {
  for (std::int64_t i = 0; i < pixels; ++i, pixel += channels) {
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += pixel[c];
  }
}

}  // namespace

void max_pool(const MaxPool& window, const Map& from, const std::uint8_t* bytes, std::int64_t rows,
              std::int64_t columns, std::uint8_t* result) {
  const auto& [kernel, stride, pad, dilation, ceil_mode] = window;
  const std::int64_t channels = from.channels, row_bytes = from.width * channels;
  for (std::int64_t n = 0; n < from.batch; ++n, bytes += from.height * row_bytes) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const Reach y = reach(row, stride.h, pad.top, kernel.h, dilation.h, from.height);
      for (std::int64_t column = 0; column < columns; ++column, result += channels) {
        const Reach x = reach(column, stride.w, pad.left, kernel.w, dilation.w, from.width);
        largest_of_window(bytes, row_bytes, channels, y, x, result);
      }
    }
  }
}

void average_pool(const AveragePool& window, const Map& from, const std::uint8_t* bytes,
                  std::int64_t rows, std::int64_t columns, const Average& average,
                  std::int32_t* sums, std::uint8_t* result) {
  const std::int64_t channels = from.channels, row_bytes = from.width * channels;
  for (std::int64_t n = 0; n < from.batch; ++n, bytes += from.height * row_bytes) {
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column, result += channels) {
        const PoolWindow seen = pool_window(window, from.height, from.width, row, column);
        const std::int64_t width = seen.x_end - seen.x_begin;
        std::fill_n(sums, channels, 0);
        for (std::int64_t y = seen.y_begin; y < seen.y_end; ++y) {
          add_pixels(bytes + y * row_bytes + seen.x_begin * channels, width, channels, sums);
        }
        average(static_cast<std::int32_t>((seen.y_end - seen.y_begin) * width),
                static_cast<std::int32_t>(seen.divisor), {sums, static_cast<std::size_t>(channels)},
                result);
      }
    }
  }
}

}  // namespace bench::int8
