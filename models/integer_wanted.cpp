#include "models/integer_wanted.h"

#include <algorithm>
#include <cmath>

namespace bench::integer {
namespace {

constexpr int most_bits = 8;

std::string problem_of_bits(int bits) {
  return bits > most_bits ? "on a grid of " + std::to_string(bits) + " bits" : "";
}

// What one reader of a value wants it to be on.
std::optional<Grid> wanted_by(const Graph& graph, NodeId reader,
                              const std::vector<std::optional<Grid>>& wanted) {
  if (reader < 0) return std::nullopt;
  const bench::Op& op = graph.nodes[static_cast<std::size_t>(reader)].op;
  if (const auto* edge = std::get_if<FakeQuantize>(&op)) {
    if (!problem_of(*edge).empty()) return std::nullopt;
    const auto* grid = std::get_if<Grid>(&edge->grid);
    return grid ? std::optional(*grid) : std::nullopt;
  }
  if (!keeps_values(op)) return std::nullopt;
  const auto& grid = wanted[static_cast<std::size_t>(reader)];
  const auto* pad = std::get_if<Pad>(&op);  // the padding must be a number of the grid
  if (grid && pad && !is_number(*grid, pad->value)) return {};
  if (grid && std::holds_alternative<RoiPool>(op) && !is_number(*grid, 0)) return {};
  return grid;
}

std::optional<Grid> wanted_by_all(const Graph& graph, const std::vector<NodeId>& readers,
                                  const std::vector<std::optional<Grid>>& wanted) {
  std::optional<Grid> common;
  for (const NodeId reader : readers) {
    const auto grid = wanted_by(graph, reader, wanted);
    if (!grid || (common && !same_numbers(*common, *grid))) return std::nullopt;
    if (!common) common = grid;
  }
  return common;
}

}  // namespace

std::string problem_of(const Grid& grid) {
  if (is_binary(grid)) return "on a binary grid";
  if (!grid.offset.empty()) return "on a grid with an offset";
  if (grid.scale.size() > 1) return "on a grid per channel";
  return problem_of_bits(grid.bits);
}

std::string problem_of(const DynamicGrid& rule) {
  if (rule.range != DynamicGrid::Range::largest) return "on a grid with an offset";
  return problem_of_bits(rule.bits);
}

std::string problem_of(const FakeQuantize& op) {
  return std::visit([](const auto& grid) { return problem_of(grid); }, op.grid);
}

bool same_numbers(const Grid& a, const Grid& b) {
  return a.scale == b.scale && a.zero_point == b.zero_point && lowest(a) == lowest(b) &&
         highest(a) == highest(b);
}

bool is_number(const Grid& grid, float x) { return dequantize(grid, quantize(grid, x)) == x; }

Clamp Clamp::then(const Activation& activation) const {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const bool relu = activation.kind == Activation::Kind::relu;
  const float least = relu ? 0 : activation.alpha, most = relu ? infinity : activation.beta;
  const auto clamped = [=](float x) { return std::min(std::max(x, least), most); };
  return {clamped(low), clamped(high)};
}

bool is_clamp(const bench::Op& op) {
  const auto* activation = std::get_if<Activation>(&op);
  if (!activation) return false;
  if (activation->kind == Activation::Kind::relu) return true;
  return activation->kind == Activation::Kind::clip && !std::isnan(activation->alpha) &&
         !std::isnan(activation->beta);
}

TargetRange target_range(const Grid& grid, const Clamp& clamp) {
  return {grid.zero_point[0], quantize(grid, clamp.low), quantize(grid, clamp.high)};
}

bool keeps_values(const bench::Op& op) {
  const auto* resize = std::get_if<Resize>(&op);
  return is_clamp(op) || (resize && resize->mode == Resize::Mode::nearest) ||
         std::holds_alternative<MaxPool>(op) || std::holds_alternative<RoiPool>(op) ||
         std::holds_alternative<Slice>(op) || std::holds_alternative<Transpose>(op) ||
         std::holds_alternative<Reshape>(op) || std::holds_alternative<Pad>(op) ||
         std::holds_alternative<Concat>(op);
}

std::vector<std::vector<NodeId>> readers_of(const Graph& graph) {
  std::vector<std::vector<NodeId>> readers(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const bench::Node& node = graph.nodes[i];
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      if (reads(node.op, k) != Reads::values) continue;
      readers[static_cast<std::size_t>(node.inputs[k])].push_back(static_cast<NodeId>(i));
    }
  }
  for (const Output& output : graph.outputs) {
    readers[static_cast<std::size_t>(output.node)].push_back(-1);
  }
  return readers;
}

std::vector<std::optional<Grid>> wanted_grids(const Graph& graph,
                                              const std::vector<std::vector<NodeId>>& readers) {
  std::vector<std::optional<Grid>> wanted(graph.nodes.size());
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    wanted[i] = wanted_by_all(graph, readers[i], wanted);
  }
  return wanted;
}

}  // namespace bench::integer
