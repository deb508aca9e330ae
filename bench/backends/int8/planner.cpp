#include "bench/backends/int8/planner.h"

#include <algorithm>

#include "bench/backends/int8/quantize.h"
#include "models/audit.h"

namespace bench::int8 {
namespace {

std::string layout_of(const Place& place) { return place.channels_last ? "nhwc" : "row-major"; }

// One image's bytes turned from pixels x channels to channels x pixels, or back.
void reorder(const Place& from, const Place& to, const std::uint8_t* in, std::uint8_t* out) {
  const Shape& shape = from.shape;
  const std::int64_t channels = shape[1], pixels = shape[2] * shape[3];
  const std::int64_t rows = from.channels_last ? pixels : channels,
                     columns = to.channels_last ? pixels : channels;
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    transpose(in + n * channels * pixels, rows, columns, out + n * channels * pixels);
  }
}

}  // namespace

Planner::Planner(const Network& network, const std::vector<Shape>& shapes)
    : network_(network), shapes_(shapes) {
  values_[0] = {Place{-1, shape(0), false, -1}};
}

// Kernels may read a little beyond the end of what they are given.
int Planner::allocate(std::size_t bytes) {
  buffer_bytes_.push_back(bytes + Convolution::slack);
  return static_cast<int>(buffer_bytes_.size()) - 1;
}

Place Planner::read(NodeId id, bool channels_last) {
  std::vector<Place>& copies = values_.at(id);
  for (const Place& copy : copies) {
    if (copy.channels_last != channels_last && !order_is_free(copy.shape)) continue;
    Place same = copy;
    same.channels_last = channels_last && copy.shape.size() == 4;
    return same;
  }
  const Place from = copies.front();
  Place to = from;
  to.channels_last = channels_last;
  to.buffer = allocate(static_cast<std::size_t>(from.size()));
  copies.push_back(to);
  Step step;
  step.fact = {node(id).name, "reorder", "int8:transpose", layout_of(to)};
  step.reads = {from};
  step.writes = {to};
  step.run = [from, to](const Workspace& memory) {
    reorder(from, to, memory.numbers(from), memory.numbers(to));
  };
  add(std::move(step));
  return to;
}

Place Planner::write(NodeId id) {
  return write(id, gives_numbers(node(id)) && shape(id).size() == 4);
}

Place Planner::write(NodeId id, bool channels_last) {
  const auto size = static_cast<std::size_t>(count(shape(id)));
  const bool numbers = gives_numbers(node(id));
  const int buffer = output_buffer(id);
  Place place{buffer < -1 ? buffer : allocate(numbers ? size : size * sizeof(float)), shape(id),
              channels_last, -1};
  if (numbers && !node(id).grid) place.scale_buffer = allocate(sizeof(float));
  values_[id] = {place};
  return place;
}

// Outputs, which are f32, are computed where the caller gets them.
int Planner::output_buffer(NodeId id) const {
  const std::vector<Output>& outputs = network_.graph().outputs;
  const auto found = std::ranges::find(outputs, id, &Output::node);
  return found == outputs.end() ? -1 : -2 - static_cast<int>(found - outputs.begin());
}

void Planner::view(NodeId id, Place place, NodeId source) {
  place.shape = shape(id);
  values_[id] = {place};
  Step nothing;
  nothing.fact = fact(id, "view of " + node(source).name);
  add(std::move(nothing));
}

LayerFact Planner::fact(NodeId id, const std::string& implementation) const {
  const auto& op = node(id).op;
  const bool packs = std::holds_alternative<integer::Quantize>(op) ||
                     std::holds_alternative<integer::QuantizeDynamic>(op) ||
                     std::holds_alternative<integer::Dequantize>(op);
  return with_products({node(id).name, node(id).computes, implementation, layout_of(place(id)),
                        packs ? Part::packing : Part::glue},
                       id);
}

LayerFact Planner::with_products(LayerFact fact, NodeId id) const {
  const auto& op = node(id).op;
  const std::int64_t elements = count(shape(id));
  if (const auto* layer = std::get_if<integer::Layer>(&op)) {
    const Shape& weight = layer->weight.shape();  // of the packed layer: 0 x I/groups x KH x KW
    fact.macs += elements * count(Shape(weight.begin() + 1, weight.end()));
    fact.products = Products::bytes;
  } else if (const auto* in_float = std::get_if<integer::Float>(&op)) {
    fact.macs += macs_of(in_float->op, elements);
  }
  if (fact.macs > 0) fact.part = Part::kernel;
  return fact;
}

void Planner::add(NodeId id, const std::string& implementation, std::vector<Place> reads,
                  Place write, std::function<void(const Workspace&)> run) {
  add(Step{fact(id, implementation), std::move(reads), {std::move(write)}, 0, std::move(run)});
}

void Planner::place_buffers() {
  std::vector<onednn::Lifetime> lifetimes;
  for (const std::size_t bytes : buffer_bytes_) lifetimes.push_back({bytes, -1, -1});
  const auto use_buffer = [&](int buffer, int when) {
    if (buffer < 0) return;
    onednn::Lifetime& lifetime = lifetimes[static_cast<std::size_t>(buffer)];
    if (lifetime.first < 0) lifetime.first = when;
    lifetime.last = when;
  };
  const auto use = [&](const Place& place, int when) {
    use_buffer(place.buffer, when);
    use_buffer(place.scale_buffer, when);
  };
  int when = 0;
  for (const Step& step : plan_.steps) {
    for (const Place& place : step.writes) use(place, when);
    for (const Place& place : step.reads) use(place, when);
    plan_.scratch_bytes = std::max(plan_.scratch_bytes, step.scratch_bytes);
    ++when;
  }
  for (const Place& place : plan_.outputs) use(place, when);
  plan_.arena = onednn::plan_arena(lifetimes);
}

Plan Planner::finish() {
  for (const Output& output : network_.graph().outputs) {
    plan_.outputs.push_back(place(output.node));
  }
  place_buffers();
  return std::move(plan_);
}

}  // namespace bench::int8
