#pragma once
// Which nodes of a graph a rule is about.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/graph.h"

namespace bench {

/// A node must satisfy all that is said.
struct NodeFilter {
  enum class Kind {
    layer,        ///< Conv2d, Linear
    convolution,  ///< Conv2d that is not depthwise
    depthwise,
    linear,
    any,  ///< every node
    input,
    constant,
    activation,
    sigmoid,
    tanh,
    add,         ///< Arithmetic: add, sub
    arithmetic,  ///< any Arithmetic
    concat,
    average_pool,
    mean,  ///< Reduce
    resize,
    linear_resize,
    softmax,
  };
  enum class Position {
    any,
    first,  ///< the first layer
    last,   ///< the last layer
    tail,   ///< what no layer follows: the last layers, softmax, decoding of boxes
  };
  /// From number `first` to number `last` of the graph's nodes of this kind, counted from 1 in the
  /// graph's order, whatever else the filter says.
  struct Numbers {
    int first = 1, last = 1;
    friend bool operator==(const Numbers&, const Numbers&) = default;
  };
  Kind kind = Kind::layer;
  Position position = Position::any;
  std::optional<Numbers> numbers = {};
  std::string name = {};  ///< of the node, * standing for any text; empty: any
};

/// Whether `text` is `pattern`, each * in which stands for any text.
bool matches(std::string_view pattern, std::string_view text);

/// A graph's nodes seen by filters. The graph must outlive it.
class NodeMatcher {
 public:
  explicit NodeMatcher(const Graph& graph);
  bool fits(const NodeFilter& filter, NodeId id) const;

 private:
  bool has_number(const NodeFilter& filter, NodeId id) const;

  const Graph& graph_;
  NodeId first_ = -1, last_ = -1;
  std::vector<bool> tail_;
};

}  // namespace bench
