#pragma once
// What a quantised network takes up on disk: every number in as many bits as its grid has, and the
// scales of the grids.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/graph.h"

namespace bench {

/// Numbers of one precision, packed: the last byte is filled up.
struct Packed {
  std::int64_t numbers = 0;
  int bits = 32;
  std::int64_t bytes() const { return (numbers * bits + 7) / 8; }
};

struct LayerBits {
  std::string node{}, op{};
  Packed weights{}, biases{};
  std::int64_t others = 0;  ///< slopes, batch norm, constants: 32 bits
  /// Scales, offsets, and zero points where one is not 0, of static grids; 32 bits each. Not those
  /// of biases of 32 bits, which follow from others, nor the 1 of signs.
  std::int64_t scales = 0;
  std::int64_t bytes() const { return weights.bytes() + biases.bytes() + 4 * (others + scales); }
  std::int64_t bytes_in_float() const { return 4 * (weights.numbers + biases.numbers + others); }
};

struct SizeByBits {
  std::vector<LayerBits> layers;        ///< only nodes with any of this
  std::map<int, std::int64_t> numbers;  ///< by bits; without scales
  std::int64_t scales = 0;
  std::int64_t bytes = 0;
  std::int64_t bytes_in_float = 0;  ///< of the same network with 32 bits and no grids
  /// Bits that weights are shorter by than 32, in numbers of 32 bits. As a share of all numbers of
  /// the network in float: document 4's "weight compressing".
  double weights_saved = 0;
};

/// REQUIRES validate(graph).
SizeByBits size_by_bits(const Graph& graph);

}  // namespace bench
