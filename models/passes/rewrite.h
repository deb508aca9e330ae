#pragma once
// What rewriting passes share.

#include <vector>

#include "models/graph.h"

namespace bench {

/// Where each node's readers should read instead; a node stands for itself at first.
class Redirection {
 public:
  explicit Redirection(const Graph& graph);

  /// Readers of `from` read `to`, or wherever `to` is redirected by then. REQUIRES to < from.
  void redirect(NodeId from, NodeId to) { to_[static_cast<std::size_t>(from)] = (*this)(to); }
  NodeId operator()(NodeId id) const { return to_[static_cast<std::size_t>(id)]; }

  /// Makes all nodes and outputs read as redirected.
  void apply(Graph& graph) const;

 private:
  std::vector<NodeId> to_;
};

/// The graph without the nodes no output needs; the Input stays.
Graph remove_unread(Graph graph);

}  // namespace bench
