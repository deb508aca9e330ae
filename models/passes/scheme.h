#pragma once
// How a range of values, or a layer's weights, become a grid.

#include <optional>
#include <string_view>

#include "models/grid.h"
#include "models/passes/histogram.h"
#include "models/tensor.h"

namespace bench {

/// How a range becomes a grid.
struct Scheme {
  enum class Form {
    symmetric,  ///< zero point 0; scale = max(|min|, |max|) / highest
    affine,     ///< with a zero point; the range is first widened to hold 0
    offset,     ///< from the minimum, which is on the grid; 0 need not be. Never signed
  };
  Form form = Form::symmetric;
  int bits = 8;
  bool is_signed = true;
  bool narrow = true;         ///< without the lowest number: -127 .. 127
  bool power_of_two = false;  ///< the scale is rounded up to a power of two
  Rounding rounding = Rounding::half_even;
  /// A range that starts at 0 or above gets unsigned numbers, all of them: 0 .. 2^bits - 1.
  bool unsigned_if_positive = false;
  std::optional<Range> range = {};  ///< of activations: this, whatever was calibrated
  friend bool operator==(const Scheme&, const Scheme&) = default;
};

/// The grid with one scale that covers `range`. A range of zeros gets scale 1.
/// Throws Error{bad_data} naming `what` for a range that is not finite, or min > max.
Grid grid_for_range(const Scheme& scheme, const Range& range, std::string_view what);

/// The grid for a parameter tensor: one scale, or one for each index of axis 0.
Grid grid_for_weights(const Scheme& scheme, bool per_channel, const Tensor& weights,
                      std::string_view what);

/// Raises the scales of channels whose weights are so small that their bias would be beyond 2^30
/// steps of input scale * weight scale: channels that a batch norm has all but switched off, whose
/// weights then become 0, as they nearly were. TFLite's converter does the same. Nothing happens to
/// one scale for all. REQUIRES a bias as long as the scales.
void make_room_for_bias(const Grid& input, Grid& weight, const Tensor& bias);

/// The grid for a bias in the unit of integer sums: signed, 32 bits, scale = input scale * weight
/// scale, per channel as the weights. Throws Error{bad_data} naming `what` and the value that is
/// beyond 32 bits, or the scale that is no number above 0.
Grid grid_for_sums(const Grid& input, const Grid& weight, Rounding rounding, const Tensor& bias,
                   std::string_view what);

}  // namespace bench
