#pragma once
// Arrays of embeddings as numpy.save writes them.

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

struct FloatRows {
  std::size_t rows = 0, columns = 0;
  std::vector<float> values;  ///< row by row
};

/// A two-dimensional float32 or float64 array in C order, little-endian. Throws Error{missing} or
/// Error{bad_data} naming file and field, Error{unsupported} for other types and orders.
FloatRows read_npy(const std::string& path);

}  // namespace bench
