#include "bench/backends/int8/resize.h"
#include "bench/backends/int8/steps.h"

namespace bench::int8 {

bool plan_resize_linear(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const Resize& op = std::get<integer::ResizeLinear>(node.op).op;
  const Place from = planner.read(node.inputs[0], true), to = planner.write(id, true);
  const Map in = map_of(from), out = map_of(to);
  const bool by_scale = op.scale_h > 0;
  const auto y = integer::linear_taps(op, in.height, out.height, by_scale ? op.scale_h : 0),
             x = integer::linear_taps(op, in.width, out.width, by_scale ? op.scale_w : 0);
  Step step{planner.fact(id, "int8:linear"), {from}, {to}, 0, {}};
  step.scratch_bytes =
      static_cast<std::size_t>(2 * out.width * out.channels) * sizeof(std::int32_t);
  step.run = [=, offset = byte_offset(node)](const Workspace& memory) {
    resize_linear(y, x, in, memory.numbers(from), offset,
                  reinterpret_cast<std::int32_t*>(memory.scratch), memory.numbers(to));
  };
  planner.add(std::move(step));
  return true;
}

}  // namespace bench::int8
