#pragma once
// The binary half of an ncnn network: the weights of the layers, one after another, little-endian.

#include <string_view>

#include "models/tensor.h"

namespace bench {

class NcnnWeights {
 public:
  /// `bytes` must outlive this.
  explicit NcnnWeights(std::string_view bytes) : bytes_(bytes) {}

  // Both throw Error{bad_data} naming `what` and the offset if the file ends before.

  /// A tensor behind a tag that says how it is kept: f32, or i8; half floats become f32. Throws
  /// Error{unsupported} naming an unknown tag.
  Tensor tagged(Shape shape, const char* what);
  /// f32 without a tag: biases, scales, batch norms.
  Tensor plain(Shape shape, const char* what);

  std::size_t left() const { return bytes_.size() - position_; }

 private:
  std::string_view take(std::uint64_t size, const char* what);

  std::string_view bytes_;
  std::size_t position_ = 0;
};

}  // namespace bench
