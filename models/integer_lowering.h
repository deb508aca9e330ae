#pragma once
// How `lower` goes about it: node by node in the order of the graph, each in integers where that is
// possible, else in float.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/integer_graph.h"
#include "models/integer_wanted.h"

namespace bench::integer {

/// Why a node is not computed in integers; empty: it is.
using Reason = std::string;

/// What has become of a value of the graph.
struct Value {
  enum class Form { floats, numbers, dynamic_numbers };
  Form form = Form::floats;
  NodeId node = -1;                    ///< of the IntegerGraph; -1: a Constant nobody has read yet
  std::optional<Grid> grid;            ///< of numbers
  std::string problem = "on no grid";  ///< of floats: why they are no numbers
  /// Where floats come from: the image or a Constant, the sums of an integer layer, or an island.
  enum class Source { given, sums, island };
  Source source = Source::island;

  bool is_numbers() const { return form == Form::numbers; }
};

class Lowering {
 public:
  Lowering(Graph graph, Requantization mode);
  IntegerGraph run();

 private:
  /// A node and what it takes in after it, that nobody else sees, on the grid its readers want: a
  /// layer LeakyReLU or PRelu, any node clamps.
  struct Group {
    NodeId last = 0;              ///< the last of them
    std::vector<float> slopes{};  ///< above 0, of values below 0: one, or one per channel
    Clamp clamp{};
    std::string name, computes;
    std::optional<Grid> grid{};  ///< the wanted one
    TargetRange target{};        ///< of that grid, clamped
  };

  // Each computes node `id` in integers, or says why that cannot be.
  Reason lower(NodeId id, Input&);
  Reason lower(NodeId id, Constant&);
  Reason lower(NodeId id, FakeQuantize&);
  Reason lower(NodeId id, Conv2d&);
  Reason lower(NodeId id, Linear&);
  Reason lower(NodeId id, Activation&);
  Reason lower(NodeId id, PRelu&);
  Reason lower(NodeId id, Arithmetic&);
  Reason lower(NodeId id, Softmax&);
  Reason lower(NodeId id, AveragePool&);
  Reason lower(NodeId id, Reduce&);
  Reason lower(NodeId id, MaxPool&);
  Reason lower(NodeId id, RoiPool&);
  Reason lower(NodeId id, Resize&);
  Reason lower(NodeId id, Concat&);
  Reason lower(NodeId id, Pad&);
  Reason lower(NodeId id, Slice&) { return move(id); }
  Reason lower(NodeId id, Transpose&) { return move(id); }
  Reason lower(NodeId id, Reshape&) { return move(id); }
  Reason lower(NodeId, BatchNorm&) { return "integer arithmetic does not know it"; }
  Reason lower(NodeId, Proposals&) { return "its result is coordinates, not values"; }

  template <class T>
  Reason lower_layer(NodeId id, T& op);
  Reason move(NodeId id);
  Reason average(NodeId id, const AveragePool& window, bool flat);
  void compute_in_float(NodeId id, const Reason& reason);

  // FakeQuantize.
  Reason to_dynamic_grid(NodeId id, const DynamicGrid& rule);

  // Elements.
  /// A table for node `id`, whose operand number `variable` are numbers, the others constants.
  void tabulate(NodeId id, std::size_t variable, const Group& group);
  Reason pair(NodeId id, Arithmetic::Kind kind);
  std::optional<std::size_t> only_variable(NodeId id) const;

  void note_island(NodeId id, const Reason& reason);

  Group group_from(NodeId id) const;
  void take_slopes(Group& group) const;
  /// The only reader of a node's result; nobody if there are several, or the graph's outputs.
  std::optional<NodeId> only_reader(NodeId id) const;
  /// The group's value is that of a new node of the IntegerGraph.
  void finish(NodeId id, const Group& group, Op op, std::vector<NodeId> inputs);

  /// Why nodes that want numbers and a grid for their result are not computed in integers.
  Reason needs_numbers(NodeId id) const;
  Reason needs_numbers_and_grid(NodeId id) const;

  NodeId emit(const std::string& name, std::string computes, Op op, std::vector<NodeId> inputs,
              std::optional<Grid> grid = std::nullopt);
  NodeId as_floats(NodeId id);   ///< the node of the IntegerGraph with this value in f32
  NodeId as_numbers(NodeId id);  ///< ... with its numbers. REQUIRES value(id).is_numbers()
  /// The value of a Constant, or of one put onto a grid; nothing for other nodes.
  std::optional<Tensor> constant(NodeId id) const;
  /// A value brought to a grid and clamped, under this name. The node it has if that changes
  /// nothing.
  NodeId on_grid(NodeId id, const Grid& to, const TargetRange& target, const std::string& name);
  NodeId rescaled(NodeId numbers, const Grid& from, const Grid& to, const TargetRange& target,
                  const std::string& name);
  void note_split_sums(NodeId sums);

  bench::Node& node(NodeId id) { return graph_.nodes[static_cast<std::size_t>(id)]; }
  const bench::Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }
  Value& value(NodeId id) { return values_[static_cast<std::size_t>(id)]; }
  const Value& value(NodeId id) const { return values_[static_cast<std::size_t>(id)]; }
  const Value& input(NodeId id, std::size_t i) const { return value(node(id).inputs[i]); }
  Scaled scaled(const Grid& grid) const { return {grid.scale[0], grid.zero_point[0]}; }

  Graph graph_;
  Requantization mode_;
  std::vector<std::vector<NodeId>> readers_;
  std::vector<std::optional<Grid>> wanted_;
  std::vector<std::size_t> ranks_;
  std::vector<Value> values_;
  std::vector<bool> done_;                ///< part of a group
  std::map<NodeId, NodeId> dequantized_;  ///< by node of the IntegerGraph
  std::set<std::string> names_;
  IntegerGraph result_;
};

}  // namespace bench::integer
