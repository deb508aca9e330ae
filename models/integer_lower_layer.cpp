// Conv2d and Linear: weights and biases as integers, and the proof that their sums fit 32 bits.

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/error.h"
#include "models/integer_lowering.h"
#include "models/passes/layers.h"

namespace bench::integer {
namespace {

constexpr int unsigned_moved_by = -128;

Reason problem_of_weights(const std::optional<Grid>& grid) {
  if (!grid) return "its weights are on no grid";
  if (!grid->offset.empty()) return "its weights are on a grid with an offset";
  if (grid->bits > 8) return "its weights are on a grid of " + std::to_string(grid->bits) + " bits";
  return {};
}

Tensor moved(const Tensor& numbers) {
  Tensor result(numbers.shape(), DType::i8);
  const auto to = result.data<std::int8_t>();
  std::ranges::transform(numbers.data<std::uint8_t>(), to.begin(), [](std::uint8_t w) {
    return static_cast<std::int8_t>(w + unsigned_moved_by);
  });
  return result;
}

// Weight numbers and their zero points.
template <class T>
void take_weight(T& op, const std::string& what, Layer& layer) {
  const Grid& grid = *op.weight_grid;
  const DType type = grid.is_signed ? DType::i8 : DType::u8;
  Tensor numbers =
      op.weight.type() == DType::f32 ? quantize(grid, op.weight, type, what) : std::move(op.weight);
  op.weight = {};
  layer.weight = grid.is_signed ? std::move(numbers) : moved(numbers);
  layer.weight_zero_point = grid.zero_point;
  if (grid.is_signed) return;
  for (std::int32_t& zero : layer.weight_zero_point) zero += unsigned_moved_by;
}

// One for each output.
std::vector<float> weight_scales(const Grid& grid, std::size_t outputs) {
  return grid.scale.size() == 1 ? std::vector<float>(outputs, grid.scale[0]) : grid.scale;
}

// The bias of output o on the grid of the sums, perhaps beyond 32 bits: the numbers it has if that
// is the grid they are on, else its value put onto it.
template <class T>
double bias_number(const T& op, std::size_t o, double sum_scale) {
  if (op.bias.empty()) return 0;
  const bool is_float = op.bias.type() == DType::f32;
  const float value = is_float ? op.bias.template data<float>()[o] : 0;
  if (!op.bias_grid) return std::nearbyint(static_cast<double>(value) / sum_scale);
  const Grid& grid = *op.bias_grid;
  const std::size_t index = grid.scale.size() == 1 ? 0 : o;
  const std::int32_t number =
      is_float ? quantize(grid, value, index) : op.bias.template data<std::int32_t>()[o];
  if (!grid.offset.empty()) {
    return std::nearbyint(static_cast<double>(dequantize(grid, number, index)) / sum_scale);
  }
  const double from_zero = static_cast<double>(number) - grid.zero_point[index];
  const double ratio = static_cast<double>(grid.scale[index]) / sum_scale;
  return std::abs(ratio - 1) <= 1e-6 ? from_zero : std::nearbyint(from_zero * ratio);
}

[[noreturn]] void fail_sum(const std::string& what, std::size_t output, double sum, double bias) {
  throw Error(Fault::bad_data,
              what + ": the sum of output channel " + std::to_string(output) + " could reach " +
                  std::to_string(sum) + " (its bias is " + std::to_string(bias) +
                  "), beyond 32 bits: give its weights or its input a coarser grid");
}

bool fits(double number) {
  using Limits = std::numeric_limits<std::int32_t>;
  return number >= Limits::min() && number <= Limits::max();
}

std::vector<std::int32_t> as_integers(const std::vector<double>& bias, const std::string& what) {
  std::vector<std::int32_t> integers;
  for (std::size_t o = 0; o < bias.size(); ++o) {
    if (!fits(bias[o])) fail_sum(what, o, bias[o], bias[o]);
    integers.push_back(static_cast<std::int32_t>(bias[o]));
  }
  return integers;
}

// How far inputs can lie from their zero point.
struct InputRange {
  std::int32_t low, high;
};

InputRange range_of(const Grid& grid) {
  return {lowest(grid) - grid.zero_point[0], highest(grid) - grid.zero_point[0]};
}

InputRange range_of(const DynamicGrid& rule) {
  const std::int32_t largest = (1 << (rule.bits - 1)) - 1;
  return {-largest, largest};
}

const DynamicGrid& rule_of(const IntegerGraph& graph, NodeId node) {
  return std::get<QuantizeDynamic>(graph.nodes[static_cast<std::size_t>(node)].op).rule;
}

// Throws unless every sum fits 32 bits: every product at its extreme. The range of inputs holds
// their zero point, and with it padding.
void check_sums(const Layer& layer, InputRange x, const std::string& what) {
  const auto row = static_cast<std::size_t>(layer.weight.size()) / layer.bias.size();
  const auto& zeros = layer.weight_zero_point;
  for (std::size_t o = 0; o < layer.bias.size(); ++o) {
    const std::int32_t zero = zeros[zeros.size() == 1 ? 0 : o];
    std::int64_t least = layer.bias[o], most = layer.bias[o];
    for (const std::int8_t weight : layer.weight.data<std::int8_t>().subspan(o * row, row)) {
      const std::int32_t a = (weight - zero) * x.low, b = (weight - zero) * x.high;
      least += std::min(a, b);
      most += std::max(a, b);
    }
    const auto furthest = static_cast<double>(-least > most ? least : most);
    if (!fits(furthest)) fail_sum(what, o, furthest, layer.bias[o]);
  }
}

Layer geometry_of(const Conv2d& op) {
  Layer layer;
  layer.stride = op.stride;
  layer.pad = op.pad;
  layer.dilation = op.dilation;
  layer.groups = op.groups;
  return layer;
}

Layer geometry_of(const Linear&) {
  Layer layer;
  layer.linear = true;
  return layer;
}

// Sums become numbers of `grid`.
template <class T>
void add_requantizer(const T& op, float input_scale, const Grid& grid, Requantization mode,
                     const TargetRange& target, const std::vector<float>& slopes,
                     const std::string& what, Layer& layer) {
  const auto scales = weight_scales(*op.weight_grid, layer.bias.size());
  std::vector<double> bias;
  for (std::size_t o = 0; o < scales.size(); ++o) {
    bias.push_back(bias_number(op, o, double{input_scale} * double{scales[o]}));
  }
  std::vector<double> multipliers = real_multipliers(input_scale, scales, grid.scale[0]);
  layer.requantizer.emplace(mode, multipliers, target, what);
  if (!slopes.empty()) {
    for (std::size_t o = 0; o < multipliers.size(); ++o) {
      multipliers[o] *= double{slopes[slopes.size() == 1 ? 0 : o]};
    }
    layer.negative.emplace(mode, multipliers, target, what);
  }
  layer.bias = as_integers(bias, what);
}

// Sums become floats.
template <class T>
void add_float_result(const T& op, float input_scale, Layer& layer) {
  for (const float scale : weight_scales(*op.weight_grid, layer.bias.size())) {
    layer.scale.push_back(static_cast<float>(double{input_scale} * double{scale}));
  }
  layer.float_bias.assign(layer.bias.size(), 0.0f);
  if (!op.bias.empty())
    std::ranges::copy(bias_in_use(op).template data<float>(), layer.float_bias.begin());
}

}  // namespace

template <class T>
Reason Lowering::lower_layer(NodeId id, T& op) {
  const Value from = input(id, 0);
  if (from.form == Value::Form::floats) return needs_numbers(id);
  const Reason problem = problem_of_weights(op.weight_grid);
  if (!problem.empty()) return problem;

  const std::string what = describe(node(id));
  const NodeId source = from.is_numbers() ? as_numbers(node(id).inputs[0]) : from.node;
  const Group group = group_from(id);
  Layer layer = geometry_of(op);
  layer.bias.resize(static_cast<std::size_t>(op.weight.dim(0)));
  const bool requantized = from.is_numbers() && group.grid;
  if (requantized) {
    add_requantizer(op, from.grid->scale[0], *group.grid, mode_, group.target, group.slopes, what,
                    layer);
  } else {
    add_float_result(op, from.is_numbers() ? from.grid->scale[0] : 1.0f, layer);
  }
  take_weight(op, what, layer);
  check_sums(layer,
             from.is_numbers() ? range_of(*from.grid) : range_of(rule_of(result_, from.node)),
             what);
  if (requantized) {
    finish(id, group, std::move(layer), {source});
  } else {
    const std::string name(name_of(node(id).op));
    value(id) = {.node = emit(node(id).name, name, std::move(layer), {source}),
                 .grid = {},
                 .source = Value::Source::sums};
  }
  return {};
}

Reason Lowering::lower(NodeId id, Conv2d& op) { return lower_layer(id, op); }
Reason Lowering::lower(NodeId id, Linear& op) { return lower_layer(id, op); }

}  // namespace bench::integer
