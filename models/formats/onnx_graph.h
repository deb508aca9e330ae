#pragma once
// The graph of an ONNX file while it is being read: every name stands for a node's result, for
// constant data, for whole numbers that describe shapes, or for the numbers of a grid.

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "models/formats/onnx_size.h"
#include "models/graph.h"

namespace bench {

/// A vector of whole numbers (or one, if scalar) that shape arithmetic works on.
struct Integers {
  Sizes values;
  bool scalar = false;
  bool real = false;  ///< cast to float on the way: division must then come out even
};

/// Numbers of a grid, computed from the image: what QuantizeLinear and its like give.
struct OnnxNumbers {
  NodeId real = 0;  ///< what is put onto the grid, or stands on it already
  Grid grid{};
  std::string name{};  ///< of the FakeQuantize that `real` still lacks; empty if it is on the grid
};

/// Constant numbers of a grid, seen as reals: what DequantizeLinear of a constant gives.
struct OnnxParameter {
  Tensor numbers;
  Grid grid;
  NodeId node = -1;  ///< once it has been asked for as one
};

/// Results of nodes (real numbers), constant data of any type, whole numbers, ...
using OnnxValue = std::variant<NodeId, Tensor, Integers, OnnxNumbers, OnnxParameter>;

class OnnxGraph {
 public:
  /// Adds a node under `name`, with "#2", "#3", ... if that is taken. What depends on constants
  /// alone is computed at once and becomes a Constant.
  NodeId add(const std::string& name, Op op, std::vector<NodeId> inputs = {});

  /// `data` under another shape; a size of -1 is inferred. Sizes that follow the image are copied
  /// from `data` or, failing that, from the node they belong to. Throws Error{unsupported} where
  /// that cannot be said with Dims.
  NodeId reshape(const std::string& name, NodeId data, const Sizes& target);

  const Sizes& sizes(NodeId node) const { return sizes_[static_cast<std::size_t>(node)]; }

  /// The value of a Constant node, or null.
  const Tensor* constant(NodeId node) const;

  /// Throws Error{bad_data} if `name` already stands for something.
  void define(const std::string& name, OnnxValue value);
  /// Null if nothing of this name has been defined.
  OnnxValue* find(const std::string& name);
  /// `name` as a node's result; constants become nodes. REQUIRES find(name). Throws Error{bad_data}
  /// if it stands for numbers of a grid.
  NodeId as_node(const std::string& name);
  /// The node whose result `numbers` stand for; on their grid from now on.
  NodeId on_grid(OnnxNumbers& numbers);
  /// The same for constants.
  NodeId as_node(const std::string& name, OnnxParameter& parameter);

  /// Counts bytes of constants that came with the file, and those copied while reading it, so that
  /// a small file cannot ask for a lot of memory. Throws Error{unsupported} beyond any honest need.
  void count_held(std::size_t bytes) { held_ += bytes; }
  void count_copied(std::size_t bytes);

  /// The nodes that `outputs` need, and those outputs.
  Graph finish(const std::vector<Output>& outputs) &&;

 private:
  std::string unique(const std::string& name);
  /// What `op` gives if all its inputs are constants.
  std::optional<Tensor> folded(const std::string& name, const Op& op,
                               const std::vector<NodeId>& inputs);

  Graph graph_;
  std::vector<Sizes> sizes_;
  std::map<std::string, OnnxValue> values_;
  std::map<std::string, int> uses_;    // of each node name
  std::int64_t folded_ = 0;            // elements computed while reading
  std::size_t held_ = 0, copied_ = 0;  // bytes
};

/// A tensor of whole numbers (or of reals that are whole), of at most one dimension.
Integers integers_of(const Tensor& tensor);

}  // namespace bench
