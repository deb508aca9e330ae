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
  bool adds = false, in_float = false;
  std::size_t turned_at = 0;  ///< where in scratch f32 lies before it is turned to planes; 0: not
};

Convolution::Tensors tensors_of(const LayerPlaces& at, const Workspace& memory) {
  Convolution::Tensors tensors;
  tensors.input = memory.numbers(at.input);
  tensors.scratch = memory.scratch;
  if (at.adds) tensors.other = memory.numbers(at.other);
  if (at.input.scale_buffer >= 0) tensors.dynamic_scale = memory.dynamic_scale(at.input);
  if (!at.in_float) tensors.result = memory.numbers(at.result);
  return tensors;
}

void run_in_float(const Convolution& kernel, const Map& input, const LayerPlaces& at,
                  const Workspace& memory) {
  Convolution::Tensors tensors = tensors_of(at, memory);
  float* values = memory.values(at.result);
  tensors.float_result =
      at.turned_at > 0 ? reinterpret_cast<float*>(memory.scratch + at.turned_at) : values;
  kernel.run(input, tensors);
  if (at.turned_at > 0) to_planes(map_of(at.result), tensors.float_result, values);
}

// Sets what runs the step, and its scratch.
void use_own_kernel(Step& step, const Convolution& kernel, const Map& input, LayerPlaces at,
                    bool linear) {
  step.scratch_bytes = kernel.scratch_bytes(input);
  if (!at.in_float) {
    step.run = [&kernel, input, at](const Workspace& memory) {
      kernel.run(input, tensors_of(at, memory));
    };
    return;
  }
  if (!linear && !order_is_free(at.result.shape)) {
    at.turned_at = (step.scratch_bytes + 64) / 64 * 64;
    step.scratch_bytes = at.turned_at + static_cast<std::size_t>(at.result.size()) * sizeof(float);
  }
  step.run = [&kernel, input, at](const Workspace& memory) {
    run_in_float(kernel, input, at, memory);
  };
}

void use_onednn(Step& step, const OneDnnConvolution& layer, const Map& input,
                const LayerPlaces& at) {
  const auto bound = layer.bind(input, map_of(at.result));
  step.scratch_bytes = bound->scratch_bytes();
  step.run = [bound, at](const Workspace& memory) { bound->run(tensors_of(at, memory)); };
  step.fact.implementation = bound->implementation();
}

// `result`: the Layer itself, or the Add that it computes on the way.
void add_layer(Planner& planner, NodeId id, NodeId result, NodeId other) {
  const integer::Node& node = planner.node(id);
  const auto& layer = std::get<integer::Layer>(node.op);
  LayerPlaces at;
  at.adds = other >= 0;
  at.in_float = !layer.requantizer;
  at.input = planner.read(node.inputs[0], !layer.linear);
  if (at.adds) at.other = planner.read(other, !layer.linear);
  at.result = planner.write(result, !layer.linear && !at.in_float);
  const Map input = layer.linear ? rows_of(at.input) : map_of(at.input);
  Step step{planner.fact(result, ""), {at.input}, {at.result}, 0, {}};
  if (at.adds) {
    step.reads.push_back(at.other);
    step.fact.op = node.computes + "+" + planner.node(result).computes;
    step.fact = planner.with_products(std::move(step.fact), id);
  }
  if (const OneDnnConvolution* onednn = planner.network().onednn_layer(id)) {
    use_onednn(step, *onednn, input, at);
  } else {
    const Convolution& kernel = planner.network().layer(id);
    step.fact.implementation = kernel.implementation();
    use_own_kernel(step, kernel, input, at, layer.linear);
  }
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
