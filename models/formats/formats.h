#pragma once
// Readers of strangers' network files. Everything read is checked before it is trusted.

#include <string>
#include <vector>

#include "models/graph.h"
#include "models/model.h"

namespace bench {

/// A network and the files it was read from (weights, configuration, external data), for hashing.
struct LoadedNetwork {
  Graph graph;
  DecodeFacts facts;
  std::vector<std::string> files;
  std::string format;  ///< "onnx opset 11", "darknet", "tflite, uint8 weights", ...
};

/// Reads a network by its content, not its ending: ONNX (.onnx, opset 6 to 18, external data,
/// quantised or not), TFLite (.tflite), darknet (.weights, with its .cfg of the same stem beside
/// it; or a .cfg, with its .weights), ncnn (.param, with its .bin; or a .bin, known by its
/// .param), MXNet and BMXNet (PREFIX-EPOCH.params, with its PREFIX-symbol.json; or that, if one
/// epoch lies beside it), or our own (.safetensors, models/formats/graph_file.h). The graph is
/// validated and, where its file fixes the input's size, sized. Shape arithmetic and what depends
/// on constants alone is computed and nodes that no output needs are left out; nothing else is
/// folded. Throws Error{missing}; Error{bad_data} for a damaged or hostile file (field and offset
/// or node named); Error{unsupported} naming operator and node.
LoadedNetwork load_network(const std::string& path);

/// For readers: a network whose file fixes its input must fit it. An open batch is taken as 1.
/// REQUIRES validate(graph). Throws as infer_shapes.
void check_at_declared_size(const Graph& graph);

}  // namespace bench
