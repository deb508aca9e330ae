#pragma once
// A convolution of signs with signs: what the planner sees of the two engines that compute it,
// popcounts of XORs (xnor_convolution.cpp) and dot products of -1 and +1 as bytes
// (expanded_convolution.cpp). A dense layer is a convolution whose kernel is the whole map.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "bench/backends/one_bit/bits.h"
#include "bench/backends/one_bit/tail.h"
#include "bench/backends/one_bit/targets.h"
#include "bench/backends/one_bit/thresholds.h"

namespace bench::one_bit {

/// What becomes of the sums.
struct ToSums {};  ///< int32, NHWC
struct ToFloat {
  Tail tail{};
};  ///< f32, NHWC: the sum as a float, then the tail
struct ToBits {
  std::vector<Threshold<std::int32_t>> thresholds{};
};  ///< one for each output
using Result = std::variant<ToSums, ToFloat, ToBits>;

struct BinaryLayer {
  /// Signs, row after row: O rows of KH * KW pixels, each words_of(I / groups) words.
  std::vector<Word> weights{};
  std::int64_t outputs = 0, inputs = 0;  ///< of all groups
  std::int64_t kernel_h = 1, kernel_w = 1;
  Pair stride{}, dilation{};
  std::int64_t groups = 1;
  /// Around the map, and part of the input given: what `lay_out` makes (glue.h). With zero padding
  /// its bits are 0 and the sums are corrected.
  Padding pad{};
  PadValue pad_value = PadValue::minus_one;
  Result result{};
};

/// Weight numbers -1 and +1 (i8, O x I/groups x KH x KW or O x I) as rows of BinaryLayer::weights.
std::vector<Word> pack_weights(const Tensor& numbers);

/// A convolution for maps of one size. Immutable.
class BoundConvolution {
 public:
  struct Arguments {
    const Word* input = nullptr;  ///< the map with its padding
    void* result = nullptr;       ///< as BinaryLayer::result says; bits: a BitMap of one group
    std::span<const float* const> operands{};  ///< of the tail
    std::byte* scratch = nullptr;              ///< scratch_bytes(), on a 64-byte boundary
  };
  virtual ~BoundConvolution() = default;
  virtual std::size_t scratch_bytes() const = 0;
  virtual std::string implementation() const = 0;  ///< "xnor:AVX3_DL", "expanded:brgconv:..."
  virtual void run(const Arguments& arguments) const = 0;
};

/// Its weights in one form, shared by everything bound to it. Thread-safe.
class Convolution {
 public:
  virtual ~Convolution() = default;
  /// `input`: with its padding, in the layer's groups. Throws Error{bad_data} where no window fits.
  virtual std::unique_ptr<const BoundConvolution> bind(const BitMap& input) const = 0;
  virtual std::int64_t weight_bytes() const = 0;  ///< as held in memory
};

/// REQUIRES inputs * kernel_h * kernel_w < 2^24, groups that divide inputs and outputs, and a
/// target of targets().
std::unique_ptr<Convolution> make_xnor_convolution(BinaryLayer layer,
                                                   Target target = best_target());
/// Throws Error{unsupported} without VNNI or AMX. engine_choice.h chooses between the two.
std::unique_ptr<Convolution> make_expanded_convolution(BinaryLayer layer);

}  // namespace bench::one_bit
