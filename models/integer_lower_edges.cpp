// FakeQuantize nodes: from floats to numbers, and from one grid to another.

#include <algorithm>

#include "models/integer_lowering.h"
#include "models/passes/layers.h"

namespace bench::integer {

Reason Lowering::lower(NodeId id, FakeQuantize& op) {
  const std::string problem = problem_of(op);
  if (!problem.empty()) return "it puts values " + problem;
  if (const auto* rule = std::get_if<DynamicGrid>(&op.grid)) return to_dynamic_grid(id, *rule);
  const Grid& grid = std::get<Grid>(op.grid);
  const NodeId source = node(id).inputs[0];
  if (std::holds_alternative<Constant>(node(source).op)) {
    value(id) = {.form = Value::Form::numbers, .grid = grid};
    return {};
  }
  const NodeId numbers = on_grid(source, grid, target_range(grid), node(id).name);
  const bool as_it_was = value(source).is_numbers() && numbers == value(source).node;
  value(id) = {
      .form = Value::Form::numbers, .node = numbers, .grid = as_it_was ? value(source).grid : grid};
  return {};
}

NodeId Lowering::on_grid(NodeId id, const Grid& to, const TargetRange& target,
                         const std::string& name) {
  if (value(id).is_numbers()) {
    const NodeId numbers = as_numbers(id);
    return rescaled(numbers, *value(id).grid, to, target, name);
  }
  if (value(id).source == Value::Source::sums) note_split_sums(value(id).node);
  return rescaled(emit(name, "FakeQuantize", Quantize{}, {as_floats(id)}, to), to, to, target,
                  name);
}

NodeId Lowering::rescaled(NodeId numbers, const Grid& from, const Grid& to,
                          const TargetRange& target, const std::string& name) {
  const Requantizer step =
      rescaler(mode_, scaled(from), to.scale[0], target, "node '" + name + "'");
  Lookup lookup;
  bool changes = from.scale != to.scale || from.zero_point != to.zero_point;
  for (std::int32_t x = lowest(from); x <= highest(from); ++x) {
    lookup.table.push_back(step.apply(x - from.zero_point[0], 0));
    changes |= lookup.table.back() != x;
  }
  return changes ? emit(name, "FakeQuantize", std::move(lookup), {numbers}, to) : numbers;
}

void Lowering::note_split_sums(NodeId sums) {
  const Node& from = result_.nodes[static_cast<std::size_t>(sums)];
  if (std::ranges::find(result_.islands, from.name, &FloatIsland::node) == result_.islands.end()) {
    result_.islands.push_back(
        {from.name, from.computes, "its result is read in float or on several grids"});
  }
}

// Only layers compute with numbers of a grid that is not known yet.
Reason Lowering::to_dynamic_grid(NodeId id, const DynamicGrid& rule) {
  const auto is_layer = [&](NodeId reader) {
    if (reader < 0 || !weight_of(node(reader).op)) return false;
    const auto& grid = weight_grid_of(node(reader).op);
    return grid && grid->offset.empty() && grid->bits <= 8;
  };
  if (std::ranges::none_of(readers_[static_cast<std::size_t>(id)], is_layer)) {
    return "its grid is made at run time, and no integer layer reads it";
  }
  if (input(id, 0).source != Value::Source::given) {
    note_island(id, "its grid is made at run time, from values in float");
  }
  const NodeId source = as_floats(node(id).inputs[0]);
  value(id) = {.form = Value::Form::dynamic_numbers,
               .node = emit(node(id).name, "FakeQuantize", QuantizeDynamic{rule}, {source}),
               .grid = {}};
  return {};
}

}  // namespace bench::integer
