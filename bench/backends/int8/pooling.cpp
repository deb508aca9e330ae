#include "bench/backends/int8/pooling.h"

#include <algorithm>

#include "models/every_isa.h"

namespace bench::int8 {
namespace {

// The part of a window that lies on the map: first, first + step, ... below end.
struct Reach {
  std::int64_t first = 0, end = 0, step = 1;
  std::int64_t count() const { return first < end ? (end - first - 1) / step + 1 : 0; }
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
void add_pixels(const std::uint8_t* first, std::int64_t pixels, std::int64_t step,
                std::int64_t channels, std::int32_t* sums) {
  for (std::int64_t i = 0; i < pixels; ++i) {
    const std::uint8_t* pixel = first + i * step;
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += pixel[c];
  }
}

// Calls visit(the image's bytes, rows reached, columns reached) for every window in order.
template <class Visit>
void for_each_window(const Windows& w, const Map& from, const std::uint8_t* bytes, Visit visit) {
  for (std::int64_t n = 0; n < from.batch; ++n) {
    const std::uint8_t* image = bytes + n * from.height * from.width * from.channels;
    for (std::int64_t row = 0; row < w.rows; ++row) {
      const Reach y = reach(row, w.stride.h, w.top, w.kernel.h, w.dilation.h, from.height);
      for (std::int64_t column = 0; column < w.columns; ++column) {
        const Reach x = reach(column, w.stride.w, w.left, w.kernel.w, w.dilation.w, from.width);
        visit(image, y, x);
      }
    }
  }
}

}  // namespace

void max_pool(const Windows& windows, const Map& from, const std::uint8_t* bytes,
              std::uint8_t* result) {
  const std::int64_t channels = from.channels, row_bytes = from.width * channels;
  for_each_window(windows, from, bytes, [&](const std::uint8_t* image, Reach y, Reach x) {
    largest_of_window(image, row_bytes, channels, y, x, result);
    result += channels;
  });
}

void average_pool(const Windows& windows, const Map& from, const std::uint8_t* bytes,
                  const Average& average, std::int32_t* sums, std::uint8_t* result) {
  const std::int64_t channels = from.channels, row_bytes = from.width * channels;
  for_each_window(windows, from, bytes, [&](const std::uint8_t* image, Reach y, Reach x) {
    std::fill_n(sums, channels, 0);
    for (std::int64_t i = y.first; i < y.end; i += y.step) {
      add_pixels(image + i * row_bytes + x.first * channels, x.count(), x.step * channels, channels,
                 sums);
    }
    average(static_cast<std::int32_t>(y.count() * x.count()),
            {sums, static_cast<std::size_t>(channels)}, result);
    result += channels;
  });
}

}  // namespace bench::int8
