#pragma once
// The binary half of a darknet network: a short header, then 32-bit floats in layer order.

#include <string>

#include "models/tensor.h"

namespace bench {

class DarknetWeights {
 public:
  /// `bytes` is the whole file, `path` its name for messages. Throws Error{bad_data} unless it
  /// starts with a header this reader knows.
  DarknetWeights(std::string bytes, std::string path);

  /// The next count(shape) numbers. Throws Error{bad_data} naming `layer` if the file ends before.
  Tensor take(Shape shape, const std::string& layer);

  /// Throws Error{bad_data} naming `last_layer` if anything is left.
  void check_all_taken(const std::string& last_layer) const;

 private:
  std::string bytes_, path_;
  std::size_t position_ = 0;
};

}  // namespace bench
