#pragma once
// How the list of conformance cases is written.

#include "models/conformance.h"
#include "models/random.h"

namespace bench::conformance {

class List {
 public:
  explicit List(std::uint64_t seed) : random(seed) {}

  /// A graph of `op` alone, on an input whose sizes but for the channels are open.
  void single(const std::string& name, Op op, Shape input);

  /// Any graph.
  void add(const std::string& name, Graph graph, Shape input) {
    cases.push_back({name, std::move(graph), std::move(input)});
  }

  Random random;
  std::vector<ConformanceCase> cases;
};

/// `shape` with everything but the channels (axis 1) left open.
Shape opened(Shape shape);

void add_convolutions(List& list);
void add_spatial(List& list);      // pools, resize, pad
void add_elementwise(List& list);  // activations, batch norm, arithmetic, reductions
void add_regions(List& list);      // RoiPool, Proposals
void add_movement(List& list);     // concat, slice, transpose, reshape
void add_patterns(List& list);     // what backends fuse, and what they must not

}  // namespace bench::conformance
