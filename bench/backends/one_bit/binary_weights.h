#pragma once
// The weights of binary layers, which leave the graph as soon as a program is made of it.

#include <map>
#include <vector>

#include "bench/backends/one_bit/bits.h"
#include "models/graph.h"

namespace bench::one_bit {

struct BinaryWeights {
  /// As pack_weights gives them for the weight's own shape, which the graph still tells.
  std::vector<Word> signs;
  std::vector<float> scale;  ///< one for each output
};

/// Takes the weights on binary grids out of the graph's layers: type, shape and bias stay.
std::map<NodeId, BinaryWeights> take_binary_weights(Graph& graph);

/// Rows of `pixels` * `channels` signs, channel after channel, as rows of pixels with their
/// channels side by side: what becomes of a dense layer's weights where its input was a feature
/// map. REQUIRES rows packed as of that many channels and one pixel.
std::vector<Word> by_pixels(const std::vector<Word>& rows, std::int64_t channels,
                            std::int64_t pixels);

}  // namespace bench::one_bit
