#include "bench/backends/int8/quantize.h"
#include "bench/backends/int8/steps.h"
#include "models/error.h"

namespace bench::int8 {
namespace {

// A Linear's rows, whatever axes they lie along.
Map rows_of(const Place& place) {
  const std::int64_t channels = place.shape.back();
  return {1, 1, channels == 0 ? 0 : place.size() / channels, channels};
}

// f32 pixels x channels of each image to planes.
void to_planes(const Map& map, const float* from, float* to) {
  const std::int64_t pixels = map.height * map.width;
  for (std::int64_t n = 0; n < map.batch; ++n) {
    transpose(from + n * pixels * map.channels, pixels, map.channels,
              to + n * pixels * map.channels);
  }
}

struct LayerPlaces {
  Place input, other, result;
  Map map, result_map;
  bool adds = false, in_float = false;
  std::size_t turned_at = 0;  ///< where in scratch f32 lies before it is turned to planes; 0: not
};

void run_layer(const Convolution& kernel, const LayerPlaces& at, const Workspace& memory) {
  Convolution::Tensors tensors;
  tensors.input = memory.numbers(at.input);
  tensors.scratch = memory.scratch;
  if (at.adds) tensors.other = memory.numbers(at.other);
  if (at.input.scale_buffer >= 0) tensors.dynamic_scale = memory.dynamic_scale(at.input);
  if (!at.in_float) {
    tensors.result = memory.numbers(at.result);
    return kernel.run(at.map, tensors);
  }
  float* values = memory.values(at.result);
  tensors.float_result =
      at.turned_at > 0 ? reinterpret_cast<float*>(memory.scratch + at.turned_at) : values;
  kernel.run(at.map, tensors);
  if (at.turned_at > 0) to_planes(at.result_map, tensors.float_result, values);
}

// `result`: the Layer itself, or the Add that it computes on the way.
void add_layer(Planner& planner, NodeId id, NodeId result, NodeId other) {
  const integer::Node& node = planner.node(id);
  const auto& layer = std::get<integer::Layer>(node.op);
  const Convolution& kernel = planner.network().layer(id);
  LayerPlaces at;
  at.adds = other >= 0;
  at.in_float = !layer.requantizer;
  at.input = planner.read(node.inputs[0], !layer.linear);
  if (at.adds) at.other = planner.read(other, !layer.linear);
  at.result = planner.write(result, !layer.linear && !at.in_float);
  at.map = layer.linear ? rows_of(at.input) : map_of(at.input);
  at.result_map = kernel.result(at.map);
  Step step{planner.fact(result, kernel.implementation()), {at.input}, {at.result}, 0, {}};
  if (at.adds) {
    step.reads.push_back(at.other);
    step.fact.op = node.computes + "+" + planner.node(result).computes;
  }
  step.scratch_bytes = kernel.scratch_bytes(at.map);
  if (at.in_float && !layer.linear && !order_is_free(at.result.shape)) {
    at.turned_at = (step.scratch_bytes + 64) / 64 * 64;
    step.scratch_bytes =
        at.turned_at + static_cast<std::size_t>(at.result_map.size()) * sizeof(float);
  }
  step.run = [&kernel, at](const Workspace& memory) { run_layer(kernel, at, memory); };
  planner.add(std::move(step));
}

}  // namespace

Map map_of(const Place& place) {
  return {place.shape[0], place.shape[2], place.shape[3], place.shape[1]};
}

bool plan_layer(Planner& planner, NodeId id) {
  if (!planner.network().is_fused(id)) add_layer(planner, id, id, -1);
  return true;
}

bool plan_add(Planner& planner, NodeId id) {
  const NodeId layer = planner.network().layer_of_add(id);
  if (layer < 0) return plan_sum(planner, id);
  const std::vector<NodeId>& inputs = planner.node(id).inputs;
  if (planner.shape(inputs[0]) != planner.shape(inputs[1])) {
    throw Error(Fault::unsupported, "node '" + planner.node(id).name + "': adds tensors of shape " +
                                        to_string(planner.shape(inputs[0])) + " and " +
                                        to_string(planner.shape(inputs[1])) +
                                        ", which have one shape for images of other sizes");
  }
  add_layer(planner, layer, id, inputs[inputs[0] == layer ? 1 : 0]);
  return true;
}

}  // namespace bench::int8
