#pragma once
// Readers of strangers' network files. Everything read is checked before it is trusted.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/graph.h"
#include "models/grid.h"
#include "models/model.h"

namespace bench {

/// What a quantised file says of the tensors of one node. The node's own weights are the numbers
/// they stand for.
struct TensorGrids {
  std::optional<Grid> output;       ///< of the node's result
  std::optional<Grid> weight;       ///< Conv2d, Linear; along axis 0 if per channel
  std::vector<float> bias_scale{};  ///< its zero points are 0, its numbers 32 bits wide
};

/// A network and the files it was read from (weights, configuration, external data), for hashing.
struct LoadedNetwork {
  Graph graph;
  DecodeFacts facts;
  std::vector<std::string> files;
  std::string format;  ///< "onnx opset 11", "darknet", "tflite, uint8 weights dequantised", ...
  std::map<std::string, TensorGrids> grids = {};  ///< by name of the node; empty for a float file
};

/// Reads a network by its content, not its ending: ONNX (.onnx, opset 6 to 18, external data,
/// quantised or not), TFLite (.tflite), or darknet (.weights, with its .cfg of the same stem beside
/// it; or a .cfg, with its .weights). The graph is validated and, where its file fixes the input's
/// size, sized. Shape arithmetic and what depends on constants alone is computed and nodes that no
/// output needs are left out; nothing else is folded. Throws Error{missing}; Error{bad_data} for a
/// damaged or hostile file (field and offset or node named); Error{unsupported} naming operator and
/// node.
LoadedNetwork load_network(const std::string& path);

}  // namespace bench
