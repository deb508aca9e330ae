#pragma once
// A number that is scaled, shifted, clipped, ... and then reduced to its sign need not be: all of
// that is monotone, so the sign says on which side of a threshold the number was. The threshold is
// found by trying, with the very float operations that a simulation does: the bits are the same.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/graph.h"

namespace bench::one_bit {

/// +1 where x >= limit, or where x <= limit if `at_most`. NaN gives +1. A limit that is NaN: +1
/// nowhere.
template <class Number>
struct Threshold {
  Number limit{};
  bool at_most = false;

  /// Whether x gives +1.
  bool operator()(Number x) const {
    if (limit != limit) return false;
    return at_most ? !(x > limit) : !(x < limit);
  }
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

/// What becomes of a number of one channel on the way to its sign: f32 operations one after the
/// other, with the bits that bench/onednn gives them, but for one thing: an infinity times a factor
/// of 0 is 0 here, where it is NaN there (so that a factor of 0 makes everything the same). Signs
/// of zeros mean nothing.
class Chain {
 public:
  /// Appends what a node does; false, and nothing is appended, if that is not a monotone function
  /// of each channel's numbers, or not one whose bits are known here: of Activations only relu,
  /// clip and leaky_relu; PRelu; BatchNorm; Arithmetic with `operand`, one number or one for each
  /// channel. Parameters have to be finite (bounds only no NaN), slopes not negative, divisors not
  /// 0. REQUIRES the number to be the first input of a sub or div, `operand` the second.
  bool append(const Node& node, const Tensor* operand = nullptr);
  /// REQUIRES finite numbers, one or one for each channel.
  void append_scale(std::vector<float> by);
  void append_shift(std::vector<float> by);

  float operator()(float x, std::size_t channel) const;

  /// Thresholds of sign(chain(x)): of every float, and of sums between `lowest` and `highest`
  /// (whose neighbours of the same parity are all that occurs). REQUIRES a range below 2^24.
  std::vector<Threshold<float>> of_floats(std::size_t channels) const;
  std::vector<Threshold<std::int32_t>> of_sums(std::size_t channels, std::int32_t lowest,
                                               std::int32_t highest) const;

 private:
  struct Link {
    enum class Kind { scale, shift, subtract, divide, slope, at_least, at_most };
    Kind kind;
    std::vector<float> by;  ///< one, or one for each channel
    float operator()(float x, std::size_t channel) const;
  };
  static Link::Kind link_of(Arithmetic::Kind kind);  ///< REQUIRES kind != pow
  bool append_norm(const BatchNorm& norm);
  bool append_activation(const Activation& activation);
  bool append_arithmetic(Arithmetic::Kind kind, const Tensor& operand);
  bool append_slopes(std::vector<float> slopes);

  std::vector<Link> links_;
};

}  // namespace bench::one_bit
