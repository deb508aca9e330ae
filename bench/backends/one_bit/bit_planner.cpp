#include "bench/backends/one_bit/bit_planner.h"

#include <algorithm>

#include "bench/backends/one_bit/glue.h"
#include "bench/backends/one_bit/targets.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

using onednn::Desc;
using onednn::Place;
using onednn::Work;
using onednn::Workspace;

const Word* bits_at(const Workspace& workspace, const Place& place) {
  return reinterpret_cast<const Word*>(workspace.bytes(place));
}

Word* room_at(const Workspace& workspace, const Place& place) {
  return reinterpret_cast<Word*>(workspace.bytes(place));
}

std::vector<const float*> floats_at(const Workspace& workspace, const std::vector<Place>& places) {
  std::vector<const float*> floats;
  for (const Place& place : places) floats.push_back(workspace.data(place));
  return floats;
}

std::string with_target(std::string name) {
  return name + ":" + std::string(name_of(best_target()));
}

bool is_pool(const Node& node) { return std::holds_alternative<MaxPool>(node.op); }

// What a layer does with such a map. Throws naming the node.
template <class Layer, class Map>
auto bound_to(const Layer& layer, const Map& map, const Node& node) {
  try {
    return std::shared_ptr(layer.bind(map));
  } catch (const Error& error) {
    throw Error(error.fault(), describe(node) + ": " + error.what());
  }
}

// Whether a value of that shape has the map's pixels, or its images as rows.
bool has_pixels_of(const BitMap& map, const Shape& shape) {
  if (shape.size() == 4) return shape == Shape{map.batch, map.channels, map.height, map.width};
  return shape == Shape{map.batch, map.channels * map.height * map.width};
}

}  // namespace

Desc BitPlanner::channels_innermost(NodeId id) const {
  const Shape& shape = planner_.shape(id);
  return shape.size() == 4 ? onednn::channels_last(shape) : onednn::row_major(shape);
}

BitPlanner::Bits BitPlanner::room_for(const BitMap& map) {
  const std::int64_t bytes = map.words() * static_cast<std::int64_t>(sizeof(Word));
  const Desc desc({bytes}, dnnl::memory::data_type::u8, dnnl::memory::format_tag::a);
  return {planner_.allocate(desc), map};
}

// Of a layer whose result is bits, unless its caller says otherwise.
LayerFact BitPlanner::fact(const std::vector<NodeId>& nodes, std::string implementation,
                           Part part) const {
  LayerFact fact = planner_.fact({nodes}, implementation, channels_innermost(nodes.front()));
  fact.layout = "bits";
  fact.part = part;
  return fact;
}

void BitPlanner::add(LayerFact fact, std::vector<Place> reads, const Place& to, Run run,
                     std::size_t scratch_bytes) {
  onednn::Layer layer;
  layer.fact = std::move(fact);
  layer.reads = std::move(reads);
  layer.writes = {to};
  layer.scratch_bytes = scratch_bytes;
  layer.bind = [run = std::move(run)](Workspace& workspace) -> Work {
    return [&workspace, run] { run(workspace); };
  };
  planner_.add(std::move(layer));
}

BitPlanner::Bits BitPlanner::signs(NodeId id) {
  const auto known = signs_.find(id);
  if (known != signs_.end()) return known->second;
  const Bits made = forms().passes_signs(id) ? passed_signs(id) : compared(id);
  signs_.emplace(id, made);
  return made;
}

BitPlanner::Bits BitPlanner::passed_signs(NodeId id) {
  const Bits bits = signs(node(id).inputs[0]);
  if (is_pool(node(id))) return pool(bits, id);
  const auto* pad = std::get_if<Pad>(&node(id).op);
  if (!pad) {  // FakeQuantize, Reshape
    if (has_pixels_of(bits.map, planner_.shape(id))) return bits;
    throw Error(Fault::unsupported,
                describe(node(id)) + ": it kept the feature maps' pixels, and now does not");
  }
  return with_border(bits, {spatial_padding(node(id)).value(), sign_of(pad->value), 1}, id);
}

BitPlanner::Bits BitPlanner::compared(NodeId id) {
  const SignPath& path = forms().sign_path(id);
  std::vector<NodeId> nodes;
  std::ranges::copy_if(path.nodes, std::back_inserter(nodes),
                       [&](NodeId i) { return !is_pool(node(i)); });
  if (forms().signed_by(id) >= 0) nodes.push_back(forms().signed_by(id));
  if (nodes.empty()) nodes.push_back(id);  // signs already, but as floats
  Bits bits;
  if (forms().only_signs_of(path.source)) {
    nodes.insert(nodes.begin(), path.source);
    bits = room_for(bit_map(planner_.graph(), planner_.shapes(), forms(), path.source));
    add_layer(path.source, fact(nodes, "", Part::kernel), bits.place);
  } else {
    bits = pack(path.source, path.nodes, fact(nodes, with_target("pack"), Part::packing));
  }
  for (const NodeId i : path.nodes) {
    if (is_pool(node(i))) bits = pool(bits, i);
  }
  return bits;
}

BitPlanner::Bits BitPlanner::pack(NodeId source, const std::vector<NodeId>& path, LayerFact fact) {
  const Place from = planner_.read(source, channels_innermost(source));
  Bits bits = room_for(bit_map(planner_.graph(), planner_.shapes(), forms(), source));
  const auto channels = static_cast<std::size_t>(bits.map.channels);
  const PackLimits limits(forms().continued({}, path).of_floats(channels));
  const auto run = [from, bits, limits](const Workspace& workspace) {
    one_bit::pack(workspace.data(from), limits, bits.map, room_at(workspace, bits.place));
  };
  add(std::move(fact), {from}, bits.place, run);
  return bits;
}

BitPlanner::Bits BitPlanner::pool(const Bits& bits, NodeId id) {
  const Shape& shape = planner_.shape(id);
  Bits pooled = room_for({shape[0], shape[2], shape[3], shape[1], 1});
  const auto run = [bits, pooled, op = std::get<MaxPool>(node(id).op)](const Workspace& workspace) {
    max_pool(bits_at(workspace, bits.place), bits.map, op, pooled.map,
             room_at(workspace, pooled.place));
  };
  add(fact({id}, "max-pool:bits", Part::glue), {bits.place}, pooled.place, run);
  return pooled;
}

BitPlanner::Bits BitPlanner::with_border(const Bits& bits, const Border& border, NodeId reader) {
  if (border.pad == Padding{} && border.groups == 1) return bits;
  for (const LaidOut& known : laid_out_) {
    if (known.buffer == bits.place.buffer && known.border == border) return known.bits;
  }
  Bits result = room_for(laid_out(bits.map, border.pad, border.groups));
  const auto run = [bits, border, result](const Workspace& workspace) {
    lay_out(bits_at(workspace, bits.place), bits.map, border.pad, border.value, border.groups,
            room_at(workspace, result.place));
  };
  LayerFact fact{node(reader).name, "Pad", "lay-out", "bits"};
  add(std::move(fact), {bits.place}, result.place, run);
  laid_out_.push_back({bits.place.buffer, border, result});
  return result;
}

// What a layer of bits reads, its padding included.
BitPlanner::Bits BitPlanner::input_of(NodeId layer) {
  const MadeLayer& made = layers_.made.at(layer);
  Bits bits = signs(made.input.value);
  const auto* conv = std::get_if<Conv2d>(&node(layer).op);
  if (conv) return with_border(bits, {made.input.pad, made.input.around, conv->groups}, layer);
  BitMap& map = bits.map;
  map = {map.batch, 1, map.height * map.width, map.channels, 1};
  if (map.width != made.pixels) {
    throw Error(Fault::unsupported, describe(node(layer)) + ": its rows were feature maps of " +
                                        std::to_string(made.pixels) + " pixels, and now are of " +
                                        std::to_string(map.width));
  }
  return bits;
}

std::vector<Place> BitPlanner::operands_of(NodeId layer) {
  const MadeLayer& made = layers_.made.at(layer);
  std::vector<Place> places;
  for (const NodeId id : made.operands) {
    if (planner_.shape(id) != planner_.shape(layer)) {
      throw Error(Fault::unsupported, describe(node(layer)) + ": node '" + node(id).name +
                                          "' was of the same shape, and now is not");
    }
    places.push_back(planner_.read(id, channels_innermost(id)));
  }
  return places;
}

void BitPlanner::add_layer(NodeId layer, LayerFact fact, const Place& to) {
  const bool reads_bits = layers_.made.at(layer).input.is_bits;
  reads_bits ? add_signs_layer(layer, std::move(fact), to)
             : add_real_layer(layer, std::move(fact), to);
}

void BitPlanner::add_signs_layer(NodeId layer, LayerFact fact, const Place& to) {
  const Bits input = input_of(layer);
  const auto bound = bound_to(*layers_.made.at(layer).signs, input.map, node(layer));
  const std::vector<Place> operands = operands_of(layer);
  fact.implementation = bound->implementation();
  fact.products = Products::bits;
  std::vector<Place> reads{input.place};
  reads.insert(reads.end(), operands.begin(), operands.end());
  const auto run = [bound, from = input.place, operands, to](const Workspace& workspace) {
    const std::vector<const float*> floats = floats_at(workspace, operands);
    bound->run({bits_at(workspace, from), workspace.bytes(to), floats, workspace.scratch});
  };
  add(std::move(fact), std::move(reads), to, run, bound->scratch_bytes());
}

void BitPlanner::add_real_layer(NodeId layer, LayerFact fact, const Place& to) {
  const MadeLayer& made = layers_.made.at(layer);
  const bool dense = std::holds_alternative<Linear>(node(layer).op);
  const Shape& shape = planner_.shape(made.input.value);
  const FloatMap map = dense ? FloatMap{count(shape) / shape.back(), 1, 1, shape.back()}
                             : FloatMap{shape[0], shape[2], shape[3], shape[1]};
  const Place from = planner_.read(made.input.value,
                                   dense ? onednn::row_major(shape) : onednn::channels_last(shape));
  const auto bound = bound_to(*made.real, map, node(layer));
  const std::vector<Place> operands = operands_of(layer);
  fact.implementation = bound->implementation();
  std::vector<Place> reads{from};
  reads.insert(reads.end(), operands.begin(), operands.end());
  const auto run = [bound, from, operands, to](const Workspace& workspace) {
    const std::vector<const float*> floats = floats_at(workspace, operands);
    bound->run({workspace.data(from), workspace.data(to), floats, workspace.scratch});
  };
  add(std::move(fact), std::move(reads), to, run, bound->scratch_bytes());
}

void BitPlanner::plan_floats(NodeId layer) {
  const std::vector<NodeId>& nodes = layers_.made.at(layer).nodes;
  const NodeId result = nodes.back();
  LayerFact fact = this->fact(nodes, "", Part::kernel);
  const bool dense = std::holds_alternative<Linear>(node(layer).op);  // outputs are the last axis
  const Desc desc = dense ? onednn::row_major(planner_.shape(result)) : channels_innermost(result);
  fact.layout = onednn::layout_name(desc);
  // What the layer reads comes first.
  add_layer(layer, std::move(fact), planner_.write(result, desc));
}

void BitPlanner::plan_unpacking(NodeId id) {
  const Bits bits = signs(id);
  const Desc desc = channels_innermost(id);
  const Place to = planner_.write(id, desc);
  LayerFact fact = this->fact({id}, "unpack", Part::packing);
  fact.layout = onednn::layout_name(desc);
  const auto run = [bits, to, scale = forms().scale(id)](const Workspace& workspace) {
    unpack(bits_at(workspace, bits.place), bits.map, scale, workspace.data(to));
  };
  add(std::move(fact), {bits.place}, to, run);
}

}  // namespace bench::one_bit
