// Pools, resizing, and what only moves numbers about.

#include <algorithm>
#include <set>

#include "models/integer_lowering.h"
#include "models/shapes.h"

namespace bench::integer {

Reason Lowering::average(NodeId id, const AveragePool& window, bool flat) {
  const Reason reason = needs_numbers_and_grid(id);
  if (!reason.empty()) return reason;
  const Value from = input(id, 0);
  const Group group = group_from(id);
  const bool own_grid =
      mode_ != Requantization::float_scale && same_numbers(*from.grid, *group.grid);
  averager(mode_, scaled(*from.grid), 1, group.grid->scale[0], group.target, describe(node(id)));
  finish(id, group, Average{window, flat, own_grid, mode_, group.target},
         {as_numbers(node(id).inputs[0])});
  return {};
}

Reason Lowering::lower(NodeId id, AveragePool& op) { return average(id, op, false); }

Reason Lowering::lower(NodeId id, Reduce& op) {
  std::set<std::optional<std::size_t>> axes;
  const std::size_t rank = ranks_[static_cast<std::size_t>(node(id).inputs[0])];
  for (const int axis : op.axes) axes.insert(resolve_axis(axis, rank));
  const bool over_pixels = rank == 4 && axes == decltype(axes){2, 3};
  if (op.kind != Reduce::Kind::mean || !over_pixels) {
    return "only the mean over height and width is computed in integers";
  }
  return average(id, {.kernel = {0, 0}}, !op.keep_dims);
}

// Numbers keep their grid.
Reason Lowering::move(NodeId id) {
  const Value from = input(id, 0);
  if (!from.is_numbers()) return needs_numbers(id);
  std::vector<NodeId> inputs{as_numbers(node(id).inputs[0])};
  for (std::size_t i = 1; i < node(id).inputs.size(); ++i) {  // lend their sizes only
    const NodeId lender = node(id).inputs[i];
    inputs.push_back(value(lender).node >= 0 ? value(lender).node : as_floats(lender));
  }
  const std::string name(name_of(node(id).op));
  bench::Op op = node(id).op;
  if (auto* pad = std::get_if<Pad>(&op)) {
    pad->value = static_cast<float>(quantize(*from.grid, pad->value));
  }
  const auto* max = std::get_if<MaxPool>(&op);
  Op moved = max ? Op(Max{*max}) : Op(Move{std::move(op)});
  value(id) = {.form = Value::Form::numbers,
               .node = emit(node(id).name, name, std::move(moved), std::move(inputs), from.grid),
               .grid = from.grid};
  return {};
}

Reason Lowering::lower(NodeId id, MaxPool&) { return move(id); }

Reason Lowering::lower(NodeId id, RoiPool& op) {
  const Reason reason = needs_numbers(id);
  if (!reason.empty()) return reason;
  const Grid grid = *input(id, 0).grid;
  if (!is_number(grid, 0)) return "an empty bin's 0 is no number of the grid";
  std::vector<NodeId> inputs{as_numbers(node(id).inputs[0]), as_floats(node(id).inputs[1])};
  value(id) = {.form = Value::Form::numbers,
               .node = emit(node(id).name, "RoiPool", MaxOfRegions{op}, std::move(inputs), grid),
               .grid = grid};
  return {};
}

Reason Lowering::lower(NodeId id, Pad& op) {
  const Value& from = input(id, 0);
  if (from.is_numbers() && !is_number(*from.grid, op.value)) {
    return "its padding is no number of the grid";
  }
  return move(id);
}

Reason Lowering::lower(NodeId id, Resize& op) {
  if (op.mode == Resize::Mode::nearest) return move(id);
  const Reason reason = needs_numbers_and_grid(id);
  if (!reason.empty()) return reason;
  const Value from = input(id, 0);
  const Group group = group_from(id);
  if (!same_numbers(*from.grid, *group.grid) || group.last != id) {
    return "it interpolates from one grid to another";
  }
  finish(id, group, ResizeLinear{op}, {as_numbers(node(id).inputs[0])});
  return {};
}

// All inputs are brought to the grid of the result, floats among numbers too.
Reason Lowering::lower(NodeId id, Concat& op) {
  const std::vector<NodeId> sources = node(id).inputs;
  if (std::ranges::none_of(sources, [&](NodeId i) { return value(i).is_numbers(); })) {
    return needs_numbers(id);
  }
  Group group = group_from(id);
  if (!group.grid) {
    const Reason reason = needs_numbers(id);
    if (!reason.empty()) return reason;
    const Grid common = *input(id, 0).grid;
    if (!std::ranges::all_of(sources,
                             [&](NodeId i) { return same_numbers(*value(i).grid, common); })) {
      return "its inputs are on different grids and its result is on none";
    }
    group = {.last = id,
             .name = node(id).name,
             .computes = "Concat",
             .grid = common,
             .target = target_range(common)};
  }
  std::vector<NodeId> inputs;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    inputs.push_back(
        on_grid(sources[i], *group.grid, group.target, group.name + ".input" + std::to_string(i)));
  }
  finish(id, group, Move{op}, std::move(inputs));
  return {};
}

}  // namespace bench::integer
