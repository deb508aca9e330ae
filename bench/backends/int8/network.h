#pragma once
// An integer network compiled for any input size: weights in the kernels' form, and which nodes are
// computed together. Shared by all plans and sessions.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "bench/backend.h"
#include "bench/backends/int8/convolution.h"
#include "bench/backends/int8/onednn_convolution.h"
#include "models/integer_graph.h"

namespace bench::int8 {

/// Neighbouring Float nodes that the float engine computes in one go, from one value.
struct FloatPart {
  NodeId source = -1;
  std::vector<NodeId> nodes;           ///< in the order of the graph, constants among them
  std::vector<NodeId> results;         ///< those that others read, or that are outputs
  std::unique_ptr<Program> program{};  ///< made when the rank of the source is known
};

class Network {
 public:
  /// Packs the layers' weights one after the other, letting go of each original.
  Network(IntegerGraph graph, InstructionSet set, OneDnnUse onednn, int threads);

  const IntegerGraph& graph() const { return graph_; }
  const integer::Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }
  /// An order to compute the nodes in: that of the graph, but with the nodes of a FloatPart
  /// together.
  const std::vector<NodeId>& order() const { return order_; }
  /// How many nodes read each node's result; outputs count as readers.
  int readers(NodeId id) const { return readers_[static_cast<std::size_t>(id)]; }

  /// The oneDNN layer of a Layer, or null: then layer() computes it.
  const OneDnnConvolution* onednn_layer(NodeId id) const;
  /// The kernel of a Layer.
  const Convolution& layer(NodeId id) const { return layers_.at(id); }
  /// The Layer that computes an Add on the way, or -1.
  NodeId layer_of_add(NodeId add) const;
  /// Whether a Layer is computed where its Add is.
  bool is_fused(NodeId layer) const;

  /// The part a Float node belongs to (an index of float_parts()), or -1.
  int float_part(NodeId id) const { return part_of_[static_cast<std::size_t>(id)]; }
  const std::vector<FloatPart>& float_parts() const { return parts_; }
  /// Compiles it at the first call. Thread-safe.
  const Program& program(int part, std::size_t rank) const;

  /// infer_shapes() of the graph as it was. Throws as that does.
  std::vector<Shape> shapes(const Shape& input) const { return infer_shapes(graph_, input); }

  /// Held in memory: the layers', and those of the float parts for an input of this shape.
  std::int64_t weight_bytes(const std::vector<Shape>& shapes) const;

 private:
  void find_fused_adds();
  void find_float_parts();
  void pack(NodeId id, InstructionSet set, OneDnnUse onednn);
  bool pack_for_onednn(NodeId id, const integer::Layer& layer, const Convolution::Options& options);

  IntegerGraph graph_;
  int threads_;
  std::vector<NodeId> order_;
  std::vector<int> readers_, part_of_;
  std::map<NodeId, NodeId> layer_of_add_, add_of_layer_;
  std::map<NodeId, Convolution> layers_;
  std::map<NodeId, std::unique_ptr<OneDnnConvolution>> onednn_layers_;
  std::vector<Shape> some_shapes_;  // of some image's values; empty if none is known
  mutable std::mutex mutex_;
  mutable std::vector<FloatPart> parts_;
};

/// Whether a node's result is numbers, not f32.
bool gives_numbers(const integer::Node& node);

/// What is added to a node's numbers to make their bytes, and the byte of 0.
int byte_offset(const integer::Node& node);
int zero_byte(const integer::Node& node);

}  // namespace bench::int8
