#pragma once
// Grids over many numbers: plain loops that a compiler turns into vectors, built for several
// instruction sets and chosen when the program starts. The bits of models/grid.h's definitions, on
// every one. Results may lie where the values do.

#include <cstddef>
#include <string>
#include <vector>

#include "models/grid.h"

namespace bench::onednn {

/// "loop:avx512f": what runs here.
std::string loop_name();

/// A grid of at most 16 bits as the loops want it: bounds of the quotient, with the zero point
/// already taken off, an offset of 0 where there is none.
struct FloatGrid {
  explicit FloatGrid(const Grid& grid);
  std::vector<float> scale, low, high, offset;
  Rounding rounding;
  bool binary;  ///< the rest but the scales means nothing then
};

/// Puts values onto the grid of one scale and back.
void put_on_grid(const FloatGrid& grid, std::size_t index, const float* values, float* results,
                 std::size_t size);

/// The same where neighbours have neighbouring scales: for `rows` rows of as many values as scales.
void put_rows_on_grid(const FloatGrid& grid, const float* values, float* results, std::size_t rows);

struct Extremes {
  float least = 0, most = 0;
  bool finite = true;  ///< else the others mean nothing
};

/// REQUIRES size > 0.
Extremes extremes_of(const float* values, std::size_t size);

}  // namespace bench::onednn
