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

void Lowering::tabulate(NodeId id, std::size_t variable, const Group& group) {
  const Grid from = without_axis(*input(id, variable).grid);
  std::vector<Tensor> operands;
  for (std::size_t i = 0; i < node(id).inputs.size(); ++i) {
    operands.push_back(i == variable ? dequantize(from, all_numbers(from), node(id).name)
                                     : (*constant(node(id).inputs[i])).reshaped({1}));
  }
  std::vector<const Tensor*> inputs;
  for (const Tensor& operand : operands) inputs.push_back(&operand);
  const Tensor results = evaluate_node(node(id).op, inputs, operands[variable].shape());
  Lookup lookup{to_vector(quantize(without_axis(*group.grid), results, DType::i32, group.name))};
  for (std::int32_t& x : lookup.table) {
    x = std::clamp(x, group.target.lowest, group.target.highest);
  }
  finish(id, group, std::move(lookup), {as_numbers(node(id).inputs[variable])});
}

// Between two grids: exactly what the function in float gives, put onto the grid. A clamp alone
// stays on the grid of its input.
Reason Lowering::lower(NodeId id, Activation& op) {
  const Reason reason = needs_numbers(id);
  if (!reason.empty()) return reason;
  Group group = group_from(id);
  if (!group.grid) {
    if (!is_clamp(op)) return "its result is on no grid";
    const Grid& grid = *input(id, 0).grid;
    group = {.last = id,
             .name = node(id).name,
             .computes = "Activation",
             .grid = grid,
             .target = target_range(grid, Clamp{}.then(op))};
  }
  tabulate(id, 0, group);
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
  finish(id, group, std::move(numbers), {as_numbers(node(id).inputs[0])});
  return {};
}

// The one operand that is not a constant of one element.
std::optional<std::size_t> Lowering::only_variable(NodeId id) const {
  const std::vector<NodeId>& inputs = node(id).inputs;
  for (const std::size_t variable : {0u, 1u}) {
    const NodeId other = inputs[1 - variable];
    const auto operand = constant(other);
    const auto rank = [&](NodeId i) { return ranks_[static_cast<std::size_t>(i)]; };
    if (operand && operand->size() == 1 && rank(other) <= rank(inputs[variable])) return variable;
  }
  return std::nullopt;
}

Reason Lowering::lower(NodeId id, Arithmetic& op) {
  const auto variable = only_variable(id);
  if (!variable) return pair(id, op.kind);
  const NodeId operand = node(id).inputs[*variable];
  if (!value(operand).is_numbers())
    return "its input '" + node(operand).name + "' is " + value(operand).problem;
  const Group group = group_from(id);
  if (!group.grid) return "its result is on no grid";
  tabulate(id, *variable, group);
  return {};
}

Reason Lowering::pair(NodeId id, Arithmetic::Kind kind) {
  using Kind = Arithmetic::Kind;
  if (kind != Kind::add && kind != Kind::mul) return "only sums and products are integers";
  const Reason reason = needs_numbers_and_grid(id);
  if (!reason.empty()) return reason;
  const Grid &a = *input(id, 0).grid, &b = *input(id, 1).grid;
  const Group group = group_from(id);
  const std::string what = describe(node(id));
  const float scale = group.grid->scale[0];
  const auto op = [&]() -> Op {
    if (kind == Kind::add) return Add{{mode_, scaled(a), scaled(b), scale, group.target, what}};
    const double product = double{a.scale[0]} * double{b.scale[0]} / double{scale};
    return Multiply{{mode_, std::span(&product, 1), group.target, what}};
  };
  const NodeId first = as_numbers(node(id).inputs[0]), second = as_numbers(node(id).inputs[1]);
  finish(id, group, op(), {first, second});
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
  finish(id, group, std::move(softmax), {as_numbers(node(id).inputs[0])});
  return {};
}

}  // namespace bench::integer
