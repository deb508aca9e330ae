#pragma once
// Which activations share memory.

#include <cstddef>
#include <vector>

namespace bench::onednn {

/// A buffer and the steps between which its content is needed, both included.
struct Lifetime {
  std::size_t bytes = 0;
  int first = 0, last = 0;
};

struct ArenaPlan {
  std::vector<std::size_t> offsets;  ///< of each buffer, multiples of 64
  std::size_t bytes = 0;             ///< of the whole
};

/// Places the buffers so that no two alive at once overlap: largest first, each at the lowest gap
/// that holds it.
ArenaPlan plan_arena(const std::vector<Lifetime>& buffers);

}  // namespace bench::onednn
