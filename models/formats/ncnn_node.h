#pragma once
// A network being read from an ncnn file, and one layer of it as the mapping of its type sees it.
// ncnn's blobs have no batch: axes c, h, w (or h, w or w) become 1 x C x H x W (1 x H x W, 1 x W).

#include <map>
#include <string>
#include <vector>

#include "models/formats/ncnn_param.h"
#include "models/formats/ncnn_weights.h"
#include "models/graph.h"

namespace bench {

/// What has been read so far.
struct NcnnNetwork {
  NcnnWeights weights;
  Graph graph = {};
  std::map<std::string, NodeId> blobs = {};  ///< the nodes that give them
  std::vector<std::size_t> ranks = {};       ///< of the nodes' results, batch included
  std::vector<Shape> shapes = {};            ///< of the same; empty where the Input leaves it open
  std::map<std::pair<NodeId, float>, NodeId> quantised = {};  ///< nodes put onto a grid of a scale
  bool int8 = false;                                          ///< whether there were int8 weights

  /// Adds a node. Throws Error{bad_data} if it does not fit its inputs.
  NodeId add(std::string name, Op op, std::vector<NodeId> inputs);
};

class NcnnNode {
 public:
  NcnnNode(const NcnnLayer& layer, NcnnNetwork& network);

  const NcnnLayer& layer() const { return layer_; }
  std::size_t input_count() const { return inputs_.size(); }
  /// Throws Error{bad_data} if there is no input i.
  NodeId input(std::size_t i = 0) const;
  std::size_t rank(NodeId node) const { return net_.ranks[static_cast<std::size_t>(node)]; }
  /// Throws Error{unsupported} unless it is known.
  const Shape& shape(NodeId node) const;
  /// The graph's axis for ncnn's, which may be negative: from the end.
  static int graph_axis(int axis, std::size_t rank);

  /// A whole number of the layer within bounds.
  int size(int key, int otherwise, int least = 1) const;

  NcnnWeights& weights() { return net_.weights; }
  void saw_int8() { net_.int8 = true; }

  /// Adds a node named after the layer and `suffix`.
  NodeId add(Op op, std::vector<NodeId> inputs, const std::string& suffix = "");
  /// `node` on the grid of int8 numbers x * scale, -127 .. 127. Throws Error{bad_data} unless the
  /// scale and its reciprocal are positive numbers.
  NodeId on_grid(NodeId node, float scale, const char* what);
  /// `node` as a row, 1 x N.
  NodeId flattened(NodeId node);
  /// `node` behind the function that keys 9 and 10 name.
  NodeId activated(NodeId node);

  /// `node` is the layer's result, under all names the layer gives it.
  void give(NodeId node);

 private:
  const NcnnLayer& layer_;
  NcnnNetwork& net_;
  std::vector<NodeId> inputs_;
};

}  // namespace bench
