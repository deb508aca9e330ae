#pragma once
// Makes a Plan: keeps track of where every node's result lies, and reorders where a step wants it
// otherwise.

#include <map>
#include <string>
#include <vector>

#include "bench/backends/int8/network.h"
#include "bench/backends/int8/plan.h"

namespace bench::int8 {

class Planner {
 public:
  /// REQUIRES network to outlive the plan; shapes == network.shapes(...).
  Planner(const Network& network, const std::vector<Shape>& shapes);

  const Network& network() const { return network_; }
  const integer::Node& node(NodeId id) const { return network_.node(id); }
  const Shape& shape(NodeId id) const { return shapes_[static_cast<std::size_t>(id)]; }

  /// A node's result as it lies.
  const Place& place(NodeId id) const { return values_.at(id).front(); }
  /// A node's result in the order wanted, reordered first if need be.
  Place read(NodeId id, bool channels_last);
  /// Room for a node's result: channels last for numbers of four axes, else row-major.
  Place write(NodeId id);
  Place write(NodeId id, bool channels_last);
  /// A node's result that lies where another one is.
  void view(NodeId id, Place place, NodeId source);

  /// What is said of a node's step, part and MACs included.
  LayerFact fact(NodeId id, const std::string& implementation) const;

  /// A fact with what the products of a node make of it: a kernel, with their number added.
  LayerFact with_products(LayerFact fact, NodeId id) const;

  void add(Step step) { plan_.steps.push_back(std::move(step)); }
  /// A step that reads and writes these places and needs no scratch memory.
  void add(NodeId id, const std::string& implementation, std::vector<Place> reads, Place write,
           std::function<void(const Workspace&)> run);

  /// The finished plan. To be called once.
  Plan finish();

 private:
  int allocate(std::size_t bytes);
  int output_buffer(NodeId id) const;
  void place_buffers();

  const Network& network_;
  const std::vector<Shape>& shapes_;
  Plan plan_;
  std::vector<std::size_t> buffer_bytes_;
  std::map<NodeId, std::vector<Place>> values_;  // the result as computed, then reordered copies
};

}  // namespace bench::int8
