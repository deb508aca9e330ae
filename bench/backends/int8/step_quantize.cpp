#include <algorithm>
#include <cmath>

#include "bench/backends/int8/quantize.h"
#include "bench/backends/int8/steps.h"
#include "models/error.h"
#include "models/every_isa.h"

namespace bench::int8 {
namespace {

// From row-major f32 to wherever the bytes go.
void quantize_to(const ByteGrid& grid, const float* values, const Place& to, std::uint8_t* bytes,
                 std::byte* scratch) {
  if (!to.channels_last) {
    return quantize(grid, {values, static_cast<std::size_t>(to.size())}, bytes);
  }
  const Map map = map_of(to);
  const std::int64_t pixels = map.height * map.width, image = pixels * map.channels;
  for (std::int64_t n = 0; n < map.batch; ++n) {
    quantize_planes(grid, values + n * image, map.channels, pixels, bytes + n * image,
                    reinterpret_cast<std::uint8_t*>(scratch));
  }
}

// Bytes of one image, as quantize_planes wants them.
std::size_t scratch_of(const Place& place) {
  return place.shape.empty() || place.shape[0] == 0
             ? 0
             : static_cast<std::size_t>(place.size() / place.shape[0]);
}

BENCH_FOR_EVERY_ISA
float largest_magnitude(const float* values, std::size_t size) {
  float largest[16] = {};
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) {
    for (std::size_t k = 0; k < 16; ++k) {
      const float magnitude = std::abs(values[i + k]);
      largest[k] = magnitude > largest[k] ? magnitude : largest[k];
    }
  }
  for (; i < size; ++i) largest[0] = std::max(largest[0], std::abs(values[i]));
  return *std::ranges::max_element(largest);
}

// 0 * infinity and 0 * NaN are NaN, and stay so in a sum.
BENCH_FOR_EVERY_ISA
bool all_finite(const float* values, std::size_t size) {
  std::size_t others = 0;
  for (std::size_t i = 0; i < size; ++i) others += values[i] * 0.0f == 0.0f ? 0 : 1;
  return others == 0;
}

Grid dynamic_grid(const DynamicGrid& rule, std::span<const float> values, std::string_view name) {
  if (!all_finite(values.data(), values.size())) {
    throw Error(Fault::bad_data,
                "node '" + std::string(name) + "': a value is not finite, so it has no range");
  }
  const float largest = largest_magnitude(values.data(), values.size());
  const float extremes[] = {-largest, largest};
  return grid_for(rule, Tensor::of<float>({2}, extremes), name);
}

}  // namespace

bool plan_quantize(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const Place from = planner.read(node.inputs[0], false), to = planner.write(id);
  Step step{planner.fact(id, "int8:quantize"), {from}, {to}, scratch_of(to), {}};
  step.run = [from, to, grid = ByteGrid(*node.grid)](const Workspace& memory) {
    quantize_to(grid, memory.values(from), to, memory.numbers(to), memory.scratch);
  };
  planner.add(std::move(step));
  return true;
}

bool plan_dynamic_quantize(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const auto& rule = std::get<integer::QuantizeDynamic>(node.op).rule;
  const Place from = planner.read(node.inputs[0], false), to = planner.write(id);
  Step step{planner.fact(id, "int8:quantize"), {from}, {to}, scratch_of(to), {}};
  step.run = [from, to, rule, name = node.name](const Workspace& memory) {
    const float* values = memory.values(from);
    const Grid grid = dynamic_grid(rule, {values, static_cast<std::size_t>(from.size())}, name);
    memory.dynamic_scale(to) = grid.scale[0];
    quantize_to(ByteGrid(grid), values, to, memory.numbers(to), memory.scratch);
  };
  planner.add(std::move(step));
  return true;
}

bool plan_dequantize(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const integer::Node& source = planner.node(node.inputs[0]);
  const Place from = planner.place(node.inputs[0]), to = planner.write(id);
  const ByteGrid grid(source.grid.value_or(Grid{}));
  planner.add(id, "int8:dequantize", {from}, to, [from, to, grid](const Workspace& memory) {
    ByteGrid now = grid;
    if (from.scale_buffer >= 0) now.scale = memory.dynamic_scale(from);
    const std::uint8_t* bytes = memory.numbers(from);
    float* values = memory.values(to);
    const auto size = static_cast<std::size_t>(from.size());
    if (!from.channels_last || order_is_free(from.shape)) {
      return dequantize(now, {bytes, size}, values);
    }
    const Map map = map_of(from);
    const std::int64_t pixels = map.height * map.width, image = pixels * map.channels;
    for (std::int64_t n = 0; n < map.batch; ++n) {
      dequantize_planes(now, bytes + n * image, map.channels, pixels, values + n * image);
    }
  });
  return true;
}

}  // namespace bench::int8
