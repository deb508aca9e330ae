#pragma once
// In which form every value of a network with binary layers is wanted, and what becomes of the
// nodes in between: found from the outputs backwards, because who reads a value decides.
//
// The signs of a value are asked of the value itself: a FakeQuantize onto a binary grid has the
// signs of its input, a MaxPool the largest of theirs, a Pad theirs and some more around them.
// Where monotone nodes lead from a value to signs, none of them is computed: thresholds on the
// value do it all (thresholds.h). What is wanted as floats and as signs is computed as both.

#include <map>
#include <optional>
#include <vector>

#include "bench/backends/one_bit/binary_weights.h"
#include "bench/backends/one_bit/thresholds.h"
#include "models/graph.h"

namespace bench::one_bit {

/// How the signs of a value come about: `nodes` applied, one after the other, to what `source`
/// gives. They are monotone functions of elements, or a MaxPool; there may be none.
struct SignPath {
  NodeId source = 0;
  std::vector<NodeId> nodes;
};

/// What a binary layer reads, and all that stands around it.
struct LayerInput {
  NodeId value = 0;
  bool is_bits = false;  ///< the signs of `value`, else its floats
  float scale = 1;       ///< of what is read: signs times this
  Padding pad{};
  PadValue around = PadValue::zero;
};

class Forms {
 public:
  /// REQUIRES shapes == infer_shapes(graph, ...), and `layers` (the keys: binary layers) and graph
  /// to outlive this.
  Forms(const Graph& graph, std::vector<Shape> shapes,
        const std::map<NodeId, BinaryWeights>& layers);

  /// Whether somebody wants the value as f32.
  bool floats(NodeId id) const { return at(id).floats; }
  /// Whether signs of it are wanted that are those of its first input (pooled, padded, ...). Its
  /// floats, if wanted too, are then made from them.
  bool passes_signs(NodeId id) const { return at(id).passes; }
  /// The distance from 0 of values on a binary grid; 0 for all others.
  float scale(NodeId id) const { return at(id).scale; }
  LayerInput input_of(NodeId layer) const;
  /// How the signs of a value come about. REQUIRES them to be wanted, and not passed.
  const SignPath& sign_path(NodeId id) const { return paths_.at(id); }
  /// The value whose signs are all that is wanted of this binary layer, if that is so.
  std::optional<NodeId> only_signs_of(NodeId layer) const;
  /// The FakeQuantize for which the signs of a value are taken; -1 if there is none.
  NodeId signed_by(NodeId id) const { return at(id).signed_by; }
  /// A chain with all the nodes of a path but MaxPools behind it.
  Chain continued(Chain chain, const std::vector<NodeId>& path) const;

 private:
  using Path = std::vector<NodeId>;
  struct Value {
    float scale = 0;
    bool floats = false, signs = false, passes = false;
    NodeId signed_by = -1;
    std::vector<Path> paths;  // of signs wanted of functions of it
  };

  const Value& at(NodeId id) const { return values_[static_cast<std::size_t>(id)]; }
  Value& at(NodeId id) { return values_[static_cast<std::size_t>(id)]; }
  const Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }
  const Shape& shape(NodeId id) const { return shapes_[static_cast<std::size_t>(id)]; }

  float scale_of(NodeId id) const;
  bool reads_bits(NodeId layer) const;
  bool increases(const Path& path, std::int64_t channels) const;
  bool hands_on(NodeId id) const;
  bool append(Chain& chain, NodeId id) const;
  bool has_maps_as_rows(NodeId id) const;
  bool moves_signs(NodeId id) const;
  void settle(NodeId id);
  void pass(NodeId id);
  void hand_on(NodeId id);
  void end_paths(NodeId id);
  void want_inputs(NodeId id);

  const Graph& graph_;
  std::vector<Shape> shapes_;
  const std::map<NodeId, BinaryWeights>& layers_;
  std::vector<int> readers_;
  std::vector<Value> values_;
  std::map<NodeId, SignPath> paths_;
  std::map<NodeId, NodeId> only_signs_;
};

/// The padding of a Pad that does nothing but put something around feature maps.
std::optional<Padding> spatial_padding(const Node& node);

/// What a value put around a feature map is to signs.
PadValue sign_of(float value);

}  // namespace bench::one_bit
