#pragma once
// How far a backend that computes in integers is from what the graph means, layer by layer: each
// layer is given the very numbers the backend gave the layer before, so that nothing adds up.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/backend.h"

namespace bench {

/// On one grid, in its steps.
struct StepsApart {
  std::string node{}, op{};  ///< whose result is on the grid
  std::int64_t numbers = 0;   ///< compared
  std::int64_t apart = 0;     ///< that differ
  std::int64_t over_one = 0;  ///< by more than one step
  std::int64_t largest = 0;
  double sum = 0;

  double mean() const { return numbers == 0 ? 0 : sum / static_cast<double>(numbers); }
};

class IntegerCheck {
 public:
  /// Throws Error{usage} if no tensor of the graph is on a grid known beforehand; as compile.
  IntegerCheck(Graph graph, const Backend& backend, const CompileOptions& options);

  /// In the time of plain loops.
  void add(const Tensor& input);

  /// In the order of the graph.
  const std::vector<StepsApart>& edges() const { return edges_; }

 private:
  Graph graph_;
  std::vector<NodeId> ids_;  ///< the FakeQuantize nodes of `edges_`, which are the outputs
  std::vector<StepsApart> edges_;
  std::unique_ptr<Program> program_;
  std::unique_ptr<Session> session_;
};

}  // namespace bench
