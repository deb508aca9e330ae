#pragma once
// For tests only: float graphs made into quantised ones.

#include <algorithm>
#include <map>

#include "models/passes/quantize.h"
#include "models/random.h"
#include "models/reference.h"

namespace bench::int8::testing {

/// The grid of 8 bits, of some form, that covers the values.
inline Grid some_grid(Random& random, const Tensor& values) {
  const auto [least, most] = std::ranges::minmax(values.data<float>());
  Scheme scheme;
  scheme.form = random.integer(0, 2) == 0 ? Scheme::Form::symmetric : Scheme::Form::affine;
  scheme.is_signed = least < 0 || random.integer(0, 1) == 0;
  if (scheme.form == Scheme::Form::affine) scheme.is_signed = random.integer(0, 1) == 0;
  scheme.narrow = random.integer(0, 3) == 0 && scheme.is_signed;
  scheme.bits = random.integer(0, 5) == 0 ? 5 : 8;
  constexpr Rounding roundings[] = {Rounding::half_even, Rounding::half_up, Rounding::half_away};
  scheme.rounding = roundings[random.integer(0, 2)];
  Range range;
  range.min = least;
  range.max = most;
  return grid_for_range(scheme, range, "some grid");
}

inline void put_on_grids(Random& random, Op& op) {
  const auto put = [&](auto& layer) {
    Scheme scheme;
    const bool per_channel = random.integer(0, 1) == 0;
    if (random.integer(0, 2) == 0) {
      scheme.form = Scheme::Form::affine;
      scheme.is_signed = random.integer(0, 1) == 0;
      scheme.narrow = false;
    }
    layer.weight_grid = grid_for_weights(scheme, per_channel, layer.weight, "weight");
  };
  if (auto* conv = std::get_if<Conv2d>(&op)) put(*conv);
  if (auto* linear = std::get_if<Linear>(&op)) put(*linear);
}

/// A graph with grids after most of its nodes and on the weights of all layers, chosen for the
/// values that `input` gives.
inline Graph with_grids(const Graph& graph, const Tensor& input, std::uint64_t seed) {
  Random random(seed);
  std::map<NodeId, Grid> grids;
  evaluate_showing(graph, input, [&](NodeId id, const Tensor& value) {
    if (value.size() > 0 && random.integer(0, 9) > 0) grids[id] = some_grid(random, value);
  });
  Graph result;
  std::vector<NodeId> ids;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node node = graph.nodes[i];
    put_on_grids(random, node.op);
    for (NodeId& id : node.inputs) id = ids[static_cast<std::size_t>(id)];
    ids.push_back(result.add(node.name, std::move(node.op), node.inputs));
    const auto grid = grids.find(static_cast<NodeId>(i));
    if (grid == grids.end()) continue;
    ids.back() = result.add(node.name + ".grid", FakeQuantize{grid->second}, {ids.back()});
  }
  for (const Output& output : graph.outputs) {
    result.outputs.push_back({output.name, ids[static_cast<std::size_t>(output.node)]});
  }
  return result;
}

}  // namespace bench::int8::testing
