#include "bench/onednn/grid_loops.h"
#include "bench/onednn/layers.h"
#include "models/error.h"

namespace bench::onednn {
namespace {

using Loop = std::function<void(const float* values, float* results)>;

std::size_t elements_of(const Desc& layout) { return layout.get_size() / sizeof(float); }

// Elements in the order of memory: neighbours along the grid's axis lie `stride` apart, so runs of
// that length share a scale, and the scales take turns.
Loop static_loop(const Grid& grid, const Desc& layout) {
  const std::size_t size = elements_of(layout), scales = grid.scale.size();
  if (grid.axis < 0) {
    return [grid = FloatGrid(grid), size](const float* values, float* results) {
      put_on_grid(grid, 0, values, results, size);
    };
  }
  const auto axis = static_cast<std::size_t>(grid.axis);
  const auto stride = static_cast<std::size_t>(strides_of(layout)[axis]);
  if (stride == 1) {
    return [grid = FloatGrid(grid), rows = size / scales](const float* values, float* results) {
      put_rows_on_grid(grid, values, results, rows);
    };
  }
  return [grid = FloatGrid(grid), size, scales, stride](const float* values, float* results) {
    for (std::size_t i = 0; i < size; i += stride) {
      put_on_grid(grid, i / stride % scales, values + i, results + i, stride);
    }
  };
}

Loop dynamic_loop(const DynamicGrid& rule, const Desc& layout, const std::string& what) {
  return [rule, what, size = elements_of(layout)](const float* values, float* results) {
    const Extremes extremes = extremes_of(values, size);
    if (!extremes.finite) {
      throw Error(Fault::bad_data, what + ": a value is not finite, so it has no range");
    }
    const FloatGrid grid(grid_for(rule, extremes.least, extremes.most));
    put_on_grid(grid, 0, values, results, size);
  };
}

// Blocks are taken as they lie where every element is treated alike, also the zeros that may fill
// the last block up, and that must stay zeros.
bool takes_blocks(const FakeQuantize& op, const Desc& layout, std::int64_t elements) {
  const auto* grid = std::get_if<Grid>(&op.grid);
  const bool filled = elements_of(layout) != static_cast<std::size_t>(elements);
  if (!grid) return !filled;
  return grid->axis < 0 && (!filled || (grid->offset.empty() && !is_binary(*grid)));
}

}  // namespace

bool plan_fake_quantize(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  const auto& op = std::get<FakeQuantize>(node.op);
  const auto* grid = std::get_if<Grid>(&op.grid);
  if (grid && grid->bits > 16) return false;  // beyond what a float counts
  const NodeId source = node.inputs[0];
  const Desc& now = planner.layout(source);
  const bool as_it_lies = is_blocked(now) && takes_blocks(op, now, count(planner.shape(id)));
  const Place from = as_it_lies ? planner.read(source, now) : planner.read_unblocked(source);
  const Place to = planner.write(id, from.layout);
  const Loop loop = grid
                        ? static_loop(*grid, from.layout)
                        : dynamic_loop(std::get<DynamicGrid>(op.grid), from.layout, describe(node));
  Layer layer;
  layer.fact = planner.fact({{id}}, loop_name(), to.layout);
  layer.reads = {from};
  layer.writes = {to};
  layer.may_overwrite = true;
  layer.bind = [loop, from, to](Workspace& workspace) -> Work {
    return [&workspace, loop, from, to] { loop(workspace.data(from), workspace.data(to)); };
  };
  planner.add(std::move(layer));
  return true;
}

}  // namespace bench::onednn
