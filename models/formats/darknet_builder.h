#pragma once
// From the sections of a darknet .cfg to a Graph, layer by layer, taking weights as they come.

#include <string>
#include <vector>

#include "models/formats/darknet_cfg.h"
#include "models/formats/darknet_weights.h"
#include "models/formats/formats.h"

namespace bench {

class DarknetBuilder {
 public:
  DarknetBuilder(std::vector<DarknetSection> sections, DarknetWeights weights)
      : sections_(std::move(sections)), weights_(std::move(weights)) {}

  /// The network, all but `files`. Throws as load_network. To be called once.
  LoadedNetwork build();

 private:
  void add_input();
  NodeId add_layer(DarknetSection& section);
  /// Shapes of what the last layer added, at the size that [net] gives.
  void check_sizes(const DarknetSection& section);

  // One per kind of section: adds the layer's nodes and gives the one that is its result.
  NodeId convolution(DarknetSection& section);
  NodeId connected(DarknetSection& section);
  NodeId max_pool(DarknetSection& section);
  NodeId average_pool(DarknetSection& section);
  NodeId pass(DarknetSection& section);
  NodeId route(DarknetSection& section);
  NodeId shortcut(DarknetSection& section);
  NodeId upsample(DarknetSection& section);
  NodeId softmax(DarknetSection& section);
  NodeId yolo(DarknetSection& section);

  Tensor take(Shape shape);
  BatchNorm take_batch_norm(const DarknetSection& section, std::int64_t n, Tensor beta);
  NodeId activate(DarknetSection& section, NodeId node, const std::string& otherwise);
  /// The last layer's result as a matrix, one row per image.
  NodeId flattened();

  /// Adds a node called after the layer and `suffix`.
  NodeId add(const std::string& suffix, Op op, std::vector<NodeId> inputs);
  NodeId last() const { return layers_.empty() ? 0 : layers_.back(); }
  /// The layer a section names: an index, or if negative, counted back from the section.
  NodeId layer_at(const DarknetSection& section, int index) const;
  const Shape& shape(NodeId node) const { return shapes_[static_cast<std::size_t>(node)]; }
  std::int64_t channels(NodeId node) const { return shape(node)[1]; }

  std::vector<DarknetSection> sections_;
  DarknetWeights weights_;
  Graph graph_;
  DecodeFacts facts_;
  std::vector<Shape> shapes_;   // of graph_.nodes, for one image
  std::vector<NodeId> layers_;  // each layer's result: what [route] and [shortcut] count
  std::string name_;            // of the layer being read
  std::string last_with_weights_ = "none";
};

}  // namespace bench
