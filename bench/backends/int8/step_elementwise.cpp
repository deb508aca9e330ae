#include <algorithm>

#include "bench/backends/int8/elementwise.h"
#include "bench/backends/int8/prelu.h"
#include "bench/backends/int8/steps.h"

namespace bench::int8 {
namespace {

Bytes bytes_of(const Workspace& memory, const Place& place) {
  return {memory.numbers(place), static_cast<std::size_t>(place.size())};
}

// b of a product: as many numbers as a, or one for each channel of each image.
bool is_per_channel(const Shape& a, const Shape& b) {
  return a.size() == 4 && b.size() == 4 && b[0] == a[0] && b[1] == a[1] && b[2] == 1 && b[3] == 1;
}

// Every row of channels times the image's own numbers.
void multiply_channels(const MultiplyBytes& multiply, const Map& map, const std::uint8_t* a,
                       const std::uint8_t* b, std::uint8_t* product) {
  const auto channels = static_cast<std::size_t>(map.channels);
  for (std::int64_t n = 0; n < map.batch; ++n, b += map.channels) {
    for (std::int64_t p = 0; p < map.height * map.width; ++p) {
      multiply({a, channels}, {b, channels}, product);
      a += map.channels;
      product += map.channels;
    }
  }
}

}  // namespace

bool plan_multiply(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  NodeId a = node.inputs[0], b = node.inputs[1];
  if (planner.shape(a) != planner.shape(id)) std::swap(a, b);
  const Shape &whole = planner.shape(a), &part = planner.shape(b);
  const bool rows = whole != part && is_per_channel(whole, part);
  if (whole != planner.shape(id) || (whole != part && !rows && count(part) != 1)) return false;
  const bool channels_last = rows || planner.place(a).channels_last;
  const Place left = planner.read(a, channels_last),
              right = planner.read(b, channels_last && part.size() == 4),
              to = planner.write(id, channels_last);
  const MultiplyBytes multiply(std::get<integer::Multiply>(node.op).requantizer,
                               zero_byte(planner.node(a)), zero_byte(planner.node(b)),
                               byte_offset(node));
  planner.add(id, "int8:multiply", {left, right}, to, [=](const Workspace& memory) {
    if (rows) {
      return multiply_channels(multiply, map_of(left), memory.numbers(left), memory.numbers(right),
                               memory.numbers(to));
    }
    multiply(bytes_of(memory, left), bytes_of(memory, right), memory.numbers(to));
  });
  return true;
}

bool plan_sum(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const NodeId a = node.inputs[0], b = node.inputs[1];
  if (planner.shape(a) != planner.shape(b)) return false;
  const bool channels_last = planner.place(a).channels_last;
  const Place left = planner.read(a, channels_last), right = planner.read(b, channels_last),
              to = planner.write(id, channels_last);
  const AddBytes add(std::get<integer::Add>(node.op).rule, byte_offset(planner.node(a)),
                     byte_offset(planner.node(b)), byte_offset(node));
  planner.add(id, "int8:add", {left, right}, to, [=](const Workspace& memory) {
    add(bytes_of(memory, left), bytes_of(memory, right), memory.numbers(to));
  });
  return true;
}

bool plan_lookup(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const integer::Node& source = planner.node(node.inputs[0]);
  const auto& table = std::get<integer::Lookup>(node.op).table;
  const Place from = planner.place(node.inputs[0]), to = planner.write(id, from.channels_last);
  ByteTable bytes{};
  const int first = lowest(*source.grid) + byte_offset(source);
  for (std::size_t i = 0; i < table.size(); ++i) {
    bytes[static_cast<std::size_t>(first) + i] =
        static_cast<std::uint8_t>(table[i] + byte_offset(node));
  }
  planner.add(id, "int8:lookup", {from}, to, [=](const Workspace& memory) {
    look_up(bytes, bytes_of(memory, from), memory.numbers(to));
  });
  return true;
}

bool plan_prelu(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const Shape& shape = planner.shape(id);
  const auto& op = std::get<integer::PReluNumbers>(node.op);
  const bool one = op.sign.size() == 1;
  if (!one && shape.size() != 4 && shape.size() != 2) return false;
  const bool channels_last = one ? planner.place(node.inputs[0]).channels_last : shape.size() == 4;
  const Place from = planner.read(node.inputs[0], channels_last),
              to = planner.write(id, channels_last);
  const PReluBytes prelu(op, one ? 1 : shape[1], zero_byte(planner.node(node.inputs[0])),
                         byte_offset(node));
  planner.add(id, "int8:prelu", {from}, to,
              [=](const Workspace& memory) { prelu(bytes_of(memory, from), memory.numbers(to)); });
  return true;
}

}  // namespace bench::int8
