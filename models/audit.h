#pragma once
// Sizes and counts of a network: what documents print as "size", "parameters" and "MACs".

#include <cstdint>
#include <string>
#include <vector>

#include "models/graph.h"

namespace bench {

/// Multiply-accumulates of a node whose result has this many elements, those on padding included; 0
/// for all but convolutions and linear layers.
std::int64_t macs_of(const Op& op, std::int64_t elements);

struct LayerAudit {
  std::string node{}, op{};
  Shape output{};
  std::int64_t weights = 0;  ///< scalars of convolution and linear weights
  std::int64_t biases = 0;
  std::int64_t slopes = 0;      ///< of PRelu; never counted at the precision of weights
  std::int64_t batch_norm = 0;  ///< gamma, beta, mean and variance
  /// Multiply-accumulates of convolutions and linear layers, those on padding included.
  std::int64_t macs = 0;
  std::int64_t activation_elements = 0;  ///< elements of the result
};

struct Audit {
  std::vector<LayerAudit> layers;  ///< only nodes with parameters or MACs
  std::int64_t parameters =
      0;  ///< weights, biases, slopes, batch norm gamma and beta: what training learns
  std::int64_t weights = 0;
  std::int64_t scalars = 0;  ///< every stored scalar, batch norm statistics and constants included
  std::int64_t macs = 0;
  /// Largest sum of results alive at once when nodes run in order: the input, a node's result while
  /// it or a later reader runs, outputs to the end; constants are counted as scalars instead.
  std::int64_t peak_activation_elements = 0;

  /// Bytes of all stored scalars with weights at `weight_bits` and everything else at 32 bits.
  std::int64_t bytes(int weight_bits) const;
};

/// Throws as infer_shapes.
Audit audit(const Graph& graph, const Shape& input);

}  // namespace bench
