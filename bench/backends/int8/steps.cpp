#include "bench/backends/int8/steps.h"

#include <algorithm>

namespace bench::int8 {
namespace {

// Chooses the function by the op.
struct ByOp {
  Planner& planner;
  NodeId id;

  bool operator()(const Input&) const { return true; }
  bool operator()(const integer::Known&) const { return false; }
  bool operator()(const integer::Quantize&) const { return plan_quantize(planner, id); }
  bool operator()(const integer::QuantizeDynamic&) const {
    return plan_dynamic_quantize(planner, id);
  }
  bool operator()(const integer::Dequantize&) const { return plan_dequantize(planner, id); }
  bool operator()(const integer::Layer&) const { return plan_layer(planner, id); }
  bool operator()(const integer::Add&) const { return plan_add(planner, id); }
  bool operator()(const integer::Multiply&) const { return plan_multiply(planner, id); }
  bool operator()(const integer::Average&) const { return plan_average(planner, id); }
  bool operator()(const integer::Max&) const { return plan_max(planner, id); }
  bool operator()(const integer::MaxOfRegions&) const { return plan_max_of_regions(planner, id); }
  bool operator()(const integer::Lookup&) const { return plan_lookup(planner, id); }
  bool operator()(const integer::PReluNumbers&) const { return plan_prelu(planner, id); }
  bool operator()(const integer::Move&) const { return plan_move(planner, id); }
  bool operator()(const integer::ResizeLinear&) const { return plan_resize_linear(planner, id); }
  bool operator()(const integer::SoftmaxNumbers&) const { return false; }
  bool operator()(const integer::Float&) const { return plan_float(planner, id); }
};

// A row-major place's content as the plain code has it.
IntegerValue value_of(const Workspace& memory, const Place& place, bool numbers, int offset) {
  const auto size = static_cast<std::size_t>(place.size());
  if (!numbers) {
    return {Tensor::of<float>(place.shape, std::span<const float>(memory.values(place), size)), 0};
  }
  IntegerValue value{Tensor(place.shape, DType::i32), 0};
  const std::uint8_t* bytes = memory.numbers(place);
  std::ranges::transform(bytes, bytes + size, value.numbers.data<std::int32_t>().begin(),
                         [offset](std::uint8_t byte) { return std::int32_t{byte} - offset; });
  if (place.scale_buffer >= 0) value.dynamic_scale = memory.dynamic_scale(place);
  return value;
}

void store(const IntegerValue& value, const Workspace& memory, const Place& place, int offset) {
  if (value.numbers.type() == DType::f32) {
    std::ranges::copy(value.numbers.data<float>(), memory.values(place));
    return;
  }
  std::ranges::transform(
      value.numbers.data<std::int32_t>(), memory.numbers(place),
      [offset](std::int32_t number) { return static_cast<std::uint8_t>(number + offset); });
  if (place.scale_buffer >= 0) memory.dynamic_scale(place) = value.dynamic_scale;
}

bool is_empty(const Planner& planner, NodeId id) {
  const std::vector<NodeId>& inputs = planner.node(id).inputs;
  return count(planner.shape(id)) == 0 || std::ranges::any_of(inputs, [&](NodeId input) {
           return count(planner.shape(input)) == 0;
         });
}

}  // namespace

void plan_plain(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  std::vector<const integer::Node*> sources;
  std::vector<Place> from;
  for (const NodeId input : node.inputs) {
    sources.push_back(&planner.node(input));
    from.push_back(planner.read(input, false));
  }
  const Place to = planner.write(id, false);
  planner.add(id, "plain", from, to, [&node, sources, from, to](const Workspace& memory) {
    std::vector<IntegerValue> inputs;
    std::vector<const IntegerValue*> pointers;
    for (std::size_t i = 0; i < from.size(); ++i) {
      const bool numbers = gives_numbers(*sources[i]);
      inputs.push_back(value_of(memory, from[i], numbers, numbers ? byte_offset(*sources[i]) : 0));
    }
    for (const IntegerValue& input : inputs) pointers.push_back(&input);
    store(evaluate_node(node, pointers, sources, to.shape), memory, to,
          gives_numbers(node) ? byte_offset(node) : 0);
  });
}

void plan_node(Planner& planner, NodeId id) {
  const bool layer = std::holds_alternative<integer::Layer>(planner.node(id).op);
  const bool plain = is_empty(planner, id) && !layer;  // a layer's weights are packed
  if (plain || !std::visit(ByOp{planner, id}, planner.node(id).op)) plan_plain(planner, id);
}

}  // namespace bench::int8
