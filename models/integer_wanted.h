#pragma once
// What a quantised graph asks of each value, seen from its readers: on which grid integer
// arithmetic may leave it.

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "models/graph.h"
#include "models/requantize.h"

namespace bench::integer {

/// Why integer arithmetic has no numbers of this grid ("on a grid with an offset"); empty if it
/// has: at most 8 bits, one scale, no offset.
std::string problem_of(const Grid& grid);
std::string problem_of(const DynamicGrid& rule);  // `largest` of at most 8 bits has none
std::string problem_of(const FakeQuantize& op);

/// Whether the same numbers mean the same values on both.
bool same_numbers(const Grid& a, const Grid& b);

/// Whether the grid has this very number.
bool is_number(const Grid& grid, float x);

/// min(max(x, low), high)
struct Clamp {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
  /// This one, then the activation. REQUIRES is_clamp(activation).
  Clamp then(const Activation& activation) const;
};

/// relu, or clip with numbers as bounds.
bool is_clamp(const bench::Op& op);

/// The numbers of a grid that a clamp leaves, its bounds put onto the grid by the grid's own rule.
TargetRange target_range(const Grid& grid, const Clamp& clamp = {});

/// Whether putting values onto a grid before this op or after it comes to the same: it moves,
/// clamps or picks values. So does Concat, which has several inputs.
bool keeps_values(const bench::Op& op);

/// The nodes that read each node's result, -1 for the graph's outputs; a node that reads twice is
/// there twice. A Reshape that only wants to know how large a tensor is does not read it.
std::vector<std::vector<NodeId>> readers_of(const Graph& graph);

/// The static grid that all who read a value put it onto, be it after moving, clamping or picking
/// values; nothing if they differ, if one of them reads it in float, or if integer arithmetic has
/// no numbers of that grid.
std::vector<std::optional<Grid>> wanted_grids(const Graph& graph,
                                              const std::vector<std::vector<NodeId>>& readers);

}  // namespace bench::integer
