#include "bench/backends/one_bit/real_input_pieces.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

namespace bench::one_bit::real_input {
namespace {

// Tables beyond this many bytes leave the cache of a core (1 or 2 MB) before they are used again.
constexpr std::int64_t cache_bytes = 672 << 10;

// Pixels are computed by six, two and one; fewer at a time are a little slower.
double lookups_of(std::int64_t pixels) {
  constexpr double rest[] = {0, 1.5, 2.3, 3.8, 4.6, 6};
  return static_cast<double>(pixels / 6 * 6) + rest[pixels % 6];
}

// The most tables of a pixel that fit. Whole words of weights.
std::int64_t fitting_tables(const Work& work, const Piece& piece) {
  const std::int64_t fit = cache_bytes / (piece.inputs() * work.table_bytes) / 8 * 8;
  const bool divisible = work.rows.kernel * work.columns.kernel == 1 && fit >= 64;
  return divisible ? std::min(fit, work.tables) : work.tables;
}

// Cycles, roughly: what matters is which piece has the fewest.
double cost(const Work& work, const Piece& piece) {
  const double count = static_cast<double>(pieces(work.images, piece.images) *
                                           pieces(work.rows.outputs(), piece.rows.outputs) *
                                           pieces(work.columns.outputs(), piece.columns.outputs));
  const double products =
      static_cast<double>(work.rows.kernel * work.columns.kernel * work.tables * work.outputs);
  const double making = 6.0 * static_cast<double>(piece.inputs() * work.tables);
  const double looking_up = products / 10 * lookups_of(piece.outputs());
  const double reading_weights = products / 16;
  const std::int64_t bytes = piece.inputs() * piece.tables * work.table_bytes;
  const double reading_tables =
      bytes <= cache_bytes ? 0 : static_cast<double>(bytes / 16 * pieces(work.outputs, 64));
  return count * (making + looking_up + reading_weights + reading_tables);
}

// Sizes of pieces as even as can be.
std::vector<std::int64_t> even_sizes(std::int64_t whole) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t count = 1; count <= whole; ++count) {
    const std::int64_t size = pieces(whole, count);
    if (sizes.empty() || size < sizes.back()) sizes.push_back(size);
    if (size == 1) break;
  }
  return sizes;
}

}  // namespace

Extent extent(const Axis& axis, std::int64_t outputs) {
  // Pixels between those that any window reads need no tables.
  const std::int64_t step = std::max<std::int64_t>(
      1, std::gcd(outputs > 1 ? axis.stride : 0, axis.kernel > 1 ? axis.dilation : 0));
  const std::int64_t last = (outputs - 1) * axis.stride + (axis.kernel - 1) * axis.dilation;
  return {.outputs = outputs,
          .step = step,
          .inputs = last / step + 1,
          .between_outputs = axis.stride / step,
          .between_taps = axis.dilation / step};
}

Piece best_piece(const Work& work) {
  std::optional<Piece> best;
  const auto consider = [&](std::int64_t images, std::int64_t rows, std::int64_t columns) {
    Piece piece{.images = images,
                .rows = extent(work.rows, rows),
                .columns = extent(work.columns, columns)};
    piece.tables = fitting_tables(work, piece);
    if (!best || cost(work, piece) < cost(work, *best)) best = piece;
  };
  for (const std::int64_t rows : even_sizes(work.rows.outputs())) {
    for (const std::int64_t columns : even_sizes(work.columns.outputs())) {
      consider(1, rows, columns);
    }
  }
  for (const std::int64_t images : even_sizes(work.images)) {
    consider(images, work.rows.outputs(), work.columns.outputs());
  }
  return *best;
}

}  // namespace bench::one_bit::real_input
