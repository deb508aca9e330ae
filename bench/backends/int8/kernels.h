#pragma once
// The inner loops, one set for each instruction set. See convolution.cpp for what surrounds them.

#include <cstdint>

#include "bench/backends/int8/finish.h"
#include "bench/backends/int8/instruction_set.h"

namespace bench::int8 {

/// Dot products: the windows of some pixels with the weights of up to 64 output channels.
///
/// A window is a number of runs of neighbouring bytes: the bytes of window p are
/// input[offsets[p] + runs[r] + i], r < run_count, i < 4 * quads, and
///   weights[((r * quads + i / 4) * 16 * vectors + channel) * 4 + i % 4]
/// are what they are multiplied by; 0 where a run goes on past the window.
struct Panel {
  const std::uint8_t* input = nullptr;
  const std::int32_t* offsets = nullptr;
  std::int64_t pixels = 0;
  const std::int32_t* runs = nullptr;
  std::int64_t run_count = 0, quads = 0;
  const std::int8_t* weights = nullptr;
  int vectors = 1;                     ///< of 16 channels, 1 .. 4
  const std::int32_t* bias = nullptr;  ///< of every channel
  /// With weight zero points, else null: those, and the sum of each window's bytes. What is
  /// finished is bias + dot product - zero point * window sum.
  const std::int32_t* weight_zero_points = nullptr;
  const std::int32_t* window_sums = nullptr;
  const Finish* finish = nullptr;
  Target target{};
};

/// Every channel by itself: its own weights over its own window. Windows in rows and columns.
struct Depthwise {
  const std::uint8_t* input = nullptr;  ///< the first window's first byte
  std::int64_t rows = 0, columns = 0;
  std::int64_t row_step = 0, column_step = 0;  ///< bytes from one window to the next
  const std::int32_t* taps = nullptr;          ///< byte offset of each tap in a window
  std::int64_t tap_count = 0;                  ///< a multiple of 4; those too many have weight 0
  /// Of `weights`: as many, or all taps once more behind the others, with the second halves of
  /// weights that are too large for a byte.
  std::int64_t byte_tap_count = 0;
  bool three_by_three = false;  ///< taps are rows of three neighbouring pixels and a fourth, of
                                ///< weight 0, and row_step is stride times one line of the input
  int stride = 1;               ///< with three_by_three: in both directions
  std::int64_t channels = 0;    ///< rounded up to 64 can be read of every pixel
  /// Weight - its zero point: weights[(tap / 4 * padded + channel) * 4 + tap % 4], padded being
  /// channels rounded up to 64; as bytes, where they fit (else null), and as 16 bits.
  const std::int8_t* weights = nullptr;
  const std::int16_t* wide_weights = nullptr;
  const std::int32_t* bias = nullptr;
  const Finish* finish = nullptr;
  Target target{};              ///< of the first window; neighbours in a row follow each other
  std::int64_t result_row = 0;  ///< pixels from one row of results to the next
};

struct Kernels {
  void (*dot)(const Panel&);
  void (*depthwise)(const Depthwise&);
};

Kernels portable_kernels();
Kernels avx2_kernels();
Kernels avx512_vnni_kernels();

}  // namespace bench::int8
