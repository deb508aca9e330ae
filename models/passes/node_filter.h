#pragma once
// Which nodes of a graph a rule is about.

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
  Kind kind = Kind::layer;
  Position position = Position::any;
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
  const Graph& graph_;
  NodeId first_ = -1, last_ = -1;
  std::vector<bool> tail_;
};

}  // namespace bench
