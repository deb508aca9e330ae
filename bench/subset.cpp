#include "bench/subset.h"

#include <algorithm>
#include <numeric>

namespace bench {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the standard library's distributions differ by platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // Uniform below `bound`: the incomplete last stretch of 2^64 is thrown away.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t first = (0 - bound) % bound;
    std::uint64_t value = next();
    while (value < first) value = next();
    return value % bound;
  }

 private:
  std::uint64_t state_;
};

}  // namespace

std::vector<std::size_t> choose(std::size_t size, std::size_t limit, std::uint64_t seed) {
  std::vector<std::size_t> indices(size);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (limit == 0 || limit >= size) return indices;
  Random random(seed);
  for (std::size_t i = 0; i < limit; ++i) {
    std::swap(indices[i], indices[i + static_cast<std::size_t>(random.below(size - i))]);
  }
  indices.resize(limit);
  std::sort(indices.begin(), indices.end());
  return indices;
}

}  // namespace bench
