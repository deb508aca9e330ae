#pragma once
// Makes a Plan: keeps track of where every node's result lies, and reorders where a layer wants it
// otherwise.

#include <map>
#include <string>
#include <vector>

#include "bench/onednn/fuse.h"
#include "bench/onednn/plan.h"
#include "bench/onednn/weights.h"
#include "models/graph.h"

namespace bench::onednn {

/// An argument of a primitive: its DNNL_ARG_ number and its place.
struct Argument {
  int id = 0;
  Place place;
};

class Planner {
 public:
  /// REQUIRES graph and weights to outlive the plan.
  Planner(const Graph& graph, const std::vector<Shape>& shapes, Weights& weights,
          const dnnl::engine& engine, bool winograd = false);

  const Graph& graph() const { return graph_; }
  const std::vector<Shape>& shapes() const { return shapes_; }
  const Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }
  const Shape& shape(NodeId id) const { return shapes_[static_cast<std::size_t>(id)]; }
  const dnnl::engine& engine() const { return engine_; }
  Weights& weights() { return weights_; }
  /// Whether this network is one of those that run faster with channels in blocks.
  bool prefers_blocks() const { return prefers_blocks_; }
  /// Whether convolutions may be computed by Winograd's algorithm.
  bool winograd() const { return winograd_; }

  /// A node's layout as it is stored now.
  const Desc& layout(NodeId id) const { return values_.at(id).front().layout; }

  /// A node's result in the layout wanted, reordered first if need be.
  Place read(NodeId id, const Desc& wanted);
  /// The same elements in row-major order, described as having other dimensions.
  Place read_as(NodeId id, const Desc& wanted);
  /// A node's result in a layout with plain strides, as it lies or reordered.
  Place read_unblocked(NodeId id);

  /// Room for a node's result.
  Place write(NodeId id, const Desc& layout);
  /// Room for anything, from the first layer that writes it to the last that reads it.
  Place allocate(const Desc& layout);
  /// A node's result that lies where another one is.
  void view(NodeId id, const Place& place, NodeId source);

  /// The last step's node names and ops, for facts; part and MACs by its first node.
  LayerFact fact(const Step& step, const std::string& implementation, const Desc& layout) const;

  void add(Layer layer) { plan_.layers.push_back(std::move(layer)); }
  /// A layer that is one oneDNN primitive.
  void add(const dnnl::primitive& primitive, const Desc& scratchpad, LayerFact fact,
           const std::vector<Argument>& reads, const Argument& write);

  /// The finished plan. To be called once.
  Plan finish();

 private:
  void add_reorder(const Place& from, const Place& to, NodeId id);
  void place_buffers();

  const Graph& graph_;
  const std::vector<Shape>& shapes_;
  Weights& weights_;
  dnnl::engine engine_;
  bool prefers_blocks_, winograd_;
  Plan plan_;
  std::vector<std::size_t> buffer_bytes_;
  std::map<NodeId, std::vector<Place>> values_;  // the result as computed, then reordered copies
};

/// Plans a step, in pieces where it cannot be done as a whole.
void plan_step(Planner& planner, const Step& step);

}  // namespace bench::onednn
