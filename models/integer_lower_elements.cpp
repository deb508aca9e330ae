// Ops on one element at a time, or on pairs of them; and Softmax.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/integer_lowering.h"
#include "models/reference.h"

namespace bench::integer {
namespace {

// All numbers of a grid, in order, and what they stand for.
Tensor all_numbers(const Grid& grid) {
  Tensor numbers(Shape{highest(grid) - lowest(grid) + 1}, DType::i32);
  const auto data = numbers.data<std::int32_t>();
  std::iota(data.begin(), data.end(), lowest(grid));
  return numbers;
}

Grid without_axis(Grid grid) {
  grid.axis = -1;
  return grid;
}

std::vector<std::int32_t> to_vector(const Tensor& numbers) {
  const auto data = numbers.data<std::int32_t>();
  return {data.begin(), data.end()};
}

}  // namespace

// Between two grids: exactly what the function in float gives, put onto the grid. A clamp alone
// stays on the grid of its input.
Reason Lowering::lower(NodeId id, Activation& op) {
  const Reason reason = needs_numbers(id);
  if (!reason.empty()) return reason;
  const Value from = input(id, 0);
  Group group = group_from(id);
  if (!group.grid) {
    if (!is_clamp(op)) return "its result is on no grid";
    group = {.last = id,
             .name = node(id).name,
             .computes = "Activation",
             .grid = from.grid,
             .target = target_range(*from.grid, Clamp{}.then(op))};
  }
  const Tensor numbers = all_numbers(*from.grid);
  const Tensor values = dequantize(without_axis(*from.grid), numbers, node(id).name);
  const Tensor* const inputs[] = {&values};
  const Tensor results = evaluate_node(bench::Op(op), inputs, values.shape());
  Lookup lookup{to_vector(quantize(without_axis(*group.grid), results, DType::i32, node(id).name))};
  for (std::int32_t& x : lookup.table) {
    x = std::clamp(x, group.target.lowest, group.target.highest);
  }
  finish(id, group, std::move(lookup), {from.node});
  return {};
}

Reason Lowering::lower(NodeId id, PRelu& op) {
  const Reason reason = needs_numbers_and_grid(id);
  if (!reason.empty()) return reason;
  const Value from = input(id, 0);
  const Group group = group_from(id);
  const double ratio = double{from.grid->scale[0]} / double{group.grid->scale[0]};
  std::vector<double> slopes;
  std::vector<std::int32_t> signs;
  for (const float slope : op.slope.data<float>()) {
    signs.push_back(slope > 0 ? 1 : slope < 0 ? -1 : 0);
    slopes.push_back(slope == 0 ? ratio : ratio * std::abs(double{slope}));
  }
  const std::string what = describe(node(id));
  PReluNumbers numbers{{mode_, std::span(&ratio, 1), group.target, what},
                       {mode_, slopes, group.target, what},
                       std::move(signs)};
  finish(id, group, std::move(numbers), {from.node});
  return {};
}

Reason Lowering::lower(NodeId id, Arithmetic& op) {
  using Kind = Arithmetic::Kind;
  if (op.kind != Kind::add && op.kind != Kind::mul) return "only sums and products are integers";
  const Reason reason = needs_numbers_and_grid(id);
  if (!reason.empty()) return reason;
  const Value a = input(id, 0), b = input(id, 1);
  const Group group = group_from(id);
  const std::string what = describe(node(id));
  const float scale = group.grid->scale[0];
  if (op.kind == Kind::add) {
    Add add{{mode_, scaled(*a.grid), scaled(*b.grid), scale, group.target, what}};
    finish(id, group, std::move(add), {a.node, b.node});
  } else {
    const double product = double{a.grid->scale[0]} * double{b.grid->scale[0]} / double{scale};
    finish(id, group, Multiply{{mode_, std::span(&product, 1), group.target, what}},
           {a.node, b.node});
  }
  return {};
}

Reason Lowering::lower(NodeId id, Softmax& op) {
  const Reason reason = needs_numbers_and_grid(id);
  if (!reason.empty()) return reason;
  const Value from = input(id, 0);
  const Group group = group_from(id);
  SoftmaxNumbers softmax{.axis = op.axis, .target = group.target};
  for (std::int32_t d = 0; d <= highest(*from.grid) - lowest(*from.grid); ++d) {
    const double power = std::exp(-d * double{from.grid->scale[0]});
    softmax.exponentials.push_back(static_cast<std::int32_t>(std::nearbyint(power * 0x1p24)));
  }
  const double inverse = std::nearbyint(0x1p16 / double{group.grid->scale[0]});
  if (!(inverse < 0x1p37)) return "the scale of its result is below 2^-21";
  softmax.inverse = static_cast<std::int64_t>(inverse);
  finish(id, group, std::move(softmax), {from.node});
  return {};
}

}  // namespace bench::integer
