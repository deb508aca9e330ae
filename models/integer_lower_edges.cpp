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
  if (input(id, 0).is_numbers()) {
    to_other_grid(id, grid);
  } else {
    quantize_floats(id, grid);
  }
  return {};
}

void Lowering::to_other_grid(NodeId id, const Grid& grid) {
  const NodeId source = as_numbers(node(id).inputs[0]);
  const Value& from = input(id, 0);
  const NodeId numbers =
      on_grid(source, *from.grid, grid, target_range(grid), node(id).name, "FakeQuantize");
  value(id) = from;
  if (numbers != source) {
    value(id) = {.form = Value::Form::numbers, .node = numbers, .grid = grid};
  }
}

void Lowering::quantize_floats(NodeId id, const Grid& grid) {
  const NodeId source = node(id).inputs[0];
  if (input(id, 0).source == Value::Source::sums) {
    note_island(id, "others read '" + node(source).name + "' in float or on another grid");
  }
  const bool is_constant = std::holds_alternative<Constant>(node(source).op);
  value(id) = {.form = Value::Form::numbers, .grid = grid};
  if (is_constant) return;
  value(id).node = emit(node(id).name, "FakeQuantize", Quantize{}, {as_floats(source)}, grid);
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
