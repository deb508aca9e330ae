#pragma once
// A network's binary layers, each in the form that an engine wants its weights in, with what is
// computed together with it. Made for the first input shape that comes, and used for all.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "bench/backend.h"
#include "bench/backends/one_bit/convolution.h"
#include "bench/backends/one_bit/forms.h"
#include "bench/backends/one_bit/real_input.h"

namespace bench::one_bit {

struct MadeLayer {
  LayerInput input;
  /// The layer and what is computed with it: the nodes whose last one's floats are the result, or,
  /// if it gives bits, those on a SignPath.
  std::vector<NodeId> nodes;
  std::vector<NodeId> operands;  ///< feature maps added on the way
  bool gives_bits = false;
  std::int64_t pixels = 1;             ///< of the feature map that is a row to a dense layer
  std::unique_ptr<Convolution> signs;  ///< if input.is_bits, else
  std::unique_ptr<RealInputConvolution> real;
};

struct BinaryLayers {
  Forms forms;
  std::map<NodeId, MadeLayer> made;

  std::int64_t weight_bytes() const;
};

/// REQUIRES shapes == infer_shapes(graph, ...), graph and weights to outlive the result. The signs
/// of `weights` are moved from.
BinaryLayers make_binary_layers(const Graph& graph, const std::vector<Shape>& shapes,
                                std::map<NodeId, BinaryWeights>& weights, BinaryEngine engine);

/// How the signs of a value lie in memory, without padding. REQUIRES them to be wanted.
BitMap bit_map(const Graph& graph, const std::vector<Shape>& shapes, const Forms& forms, NodeId id);

}  // namespace bench::one_bit
