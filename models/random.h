#pragma once
// Random numbers that are the same on every machine and with every C++ library: for untrained
// networks and for tests.

#include <cstdint>

#include "models/tensor.h"

namespace bench {

/// The splitmix64 generator (Steele, Lea, Flood, OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// Uniform in [low, high), in steps of 2^-24 of the range.
  float uniform(float low, float high) {
    return low + (high - low) * (static_cast<float>(next() >> 40) * 0x1p-24f);
  }

  /// Uniform among low, low + 1, ..., high.
  int integer(int low, int high) {
    return low + static_cast<int>(next() % static_cast<std::uint64_t>(high - low + 1));
  }

  Tensor tensor(Shape shape, float low, float high) {
    Tensor t(std::move(shape));
    for (float& x : t.data<float>()) x = uniform(low, high);
    return t;
  }

 private:
  std::uint64_t state_;
};

}  // namespace bench
