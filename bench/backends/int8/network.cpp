#include "bench/backends/int8/network.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "bench/backends/int8/plan.h"
#include "bench/backends/int8/zeroed.h"
#include "bench/onednn/program.h"
#include "models/error.h"

namespace bench::int8 {
namespace {

template <class Op>
const Op* as(const integer::Node& node) {
  return std::get_if<Op>(&node.op);
}

bool is_float(const integer::Node& node) { return as<integer::Float>(node) != nullptr; }

bool is_constant(const integer::Node& node) {
  const auto* op = as<integer::Float>(node);
  return op && std::holds_alternative<Constant>(op->op);
}

std::vector<int> count_readers(const IntegerGraph& graph) {
  std::vector<int> readers(graph.nodes.size(), 0);
  for (const integer::Node& node : graph.nodes) {
    for (const NodeId input : node.inputs) ++readers[static_cast<std::size_t>(input)];
  }
  for (const Output& output : graph.outputs) ++readers[static_cast<std::size_t>(output.node)];
  return readers;
}

// How often the way to a node changes between integers and floats, at most. Float nodes of one
// level never wait for each other's integers, so neighbours among them can run in one go.
std::vector<int> levels_of(const IntegerGraph& graph) {
  std::vector<int> levels(graph.nodes.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const NodeId input : graph.nodes[i].inputs) {
      const auto from = static_cast<std::size_t>(input);
      const int step = is_float(graph.nodes[i]) != is_float(graph.nodes[from]) ? 1 : 0;
      levels[i] = std::max(levels[i], levels[from] + step);
    }
  }
  return levels;
}

// Sets of connected Float nodes of one level; constants belong to nobody. groups[i] is the smallest
// node of i's set.
std::vector<std::size_t> group_floats(const IntegerGraph& graph, const std::vector<int>& levels) {
  std::vector<std::size_t> groups(graph.nodes.size());
  std::iota(groups.begin(), groups.end(), 0);
  const auto root = [&](std::size_t i) {
    while (groups[i] != i) i = groups[i];
    return i;
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!is_float(graph.nodes[i])) continue;
    for (const NodeId input : graph.nodes[i].inputs) {
      const auto from = static_cast<std::size_t>(input);
      const bool joined = is_float(graph.nodes[from]) && !is_constant(graph.nodes[from]) &&
                          levels[from] == levels[i];
      if (!joined) continue;
      const auto [low, high] = std::minmax({root(from), root(i)});
      groups[high] = low;
    }
  }
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = root(i);
  return groups;
}

// The only value from outside that the nodes read, or -1. Constants are no values from outside.
NodeId only_source(const IntegerGraph& graph, const std::vector<NodeId>& nodes) {
  NodeId source = -1;
  for (const NodeId id : nodes) {
    for (const NodeId input : graph.nodes[static_cast<std::size_t>(id)].inputs) {
      if (std::ranges::count(nodes, input) > 0 || input == source) continue;
      if (is_constant(graph.nodes[static_cast<std::size_t>(input)])) continue;
      if (source >= 0) return -1;
      source = input;
    }
  }
  return source;
}

// The part as a network of its own.
Graph graph_of(const IntegerGraph& graph, const FloatPart& part, std::size_t rank) {
  Graph alone;
  std::map<NodeId, NodeId> ids;
  ids[part.source] = alone.add("source of the part", Input{Shape(rank, -1)});
  const auto add = [&](NodeId id) {
    const integer::Node& node = graph.nodes[static_cast<std::size_t>(id)];
    std::vector<NodeId> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(ids.at(input));
    ids[id] = alone.add(node.name, as<integer::Float>(node)->op, inputs);
  };
  for (const NodeId id : part.nodes) {
    for (const NodeId input : graph.nodes[static_cast<std::size_t>(id)].inputs) {
      if (!ids.contains(input)) add(input);  // a constant
    }
    add(id);
  }
  for (const NodeId id : part.results) {
    alone.outputs.push_back({graph.nodes[static_cast<std::size_t>(id)].name, ids.at(id)});
  }
  return alone;
}

// The shapes of some image, its open sizes chosen; nothing where none of the choices fits.
std::vector<Shape> shapes_of_some_image(const IntegerGraph& graph) {
  for (const std::int64_t size : {224, 320, 112, 64, 33, 9}) {
    Shape image = std::get<Input>(graph.nodes[0].op).shape;
    for (std::size_t axis = 0; axis < image.size(); ++axis) {
      if (image[axis] < 0) image[axis] = axis == 0 ? 2 : size;
    }
    try {
      return infer_shapes(graph, image);
    } catch (const Error&) {  // the next one
    }
  }
  return {};
}

Storage storage_of(const integer::Node& node) {
  if (!node.grid) return {true, 0};  // numbers of a dynamic grid
  return {node.grid->is_signed, node.grid->zero_point[0]};
}

}  // namespace

bool gives_numbers(const integer::Node& node) {
  return node.grid || as<integer::QuantizeDynamic>(node);
}

int byte_offset(const integer::Node& node) { return storage_of(node).is_signed ? 128 : 0; }

int zero_byte(const integer::Node& node) { return storage_of(node).zero_point + byte_offset(node); }

Network::Network(IntegerGraph graph, InstructionSet set, OneDnnUse onednn, int threads)
    : graph_(std::move(graph)),
      threads_(threads),
      readers_(count_readers(graph_)),
      some_shapes_(shapes_of_some_image(graph_)) {
  find_fused_adds();
  find_float_parts();
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (as<integer::Layer>(graph_.nodes[i])) {
      pack(static_cast<NodeId>(i), set, onednn);
    }
  }
}

NodeId Network::layer_of_add(NodeId add) const {
  const auto found = layer_of_add_.find(add);
  return found == layer_of_add_.end() ? -1 : found->second;
}

const OneDnnConvolution* Network::onednn_layer(NodeId id) const {
  const auto found = onednn_layers_.find(id);
  return found == onednn_layers_.end() ? nullptr : found->second.get();
}

bool Network::is_fused(NodeId layer) const { return add_of_layer_.contains(layer); }

// An Add of two equal shapes whose operand is a Layer that nobody else reads. A sum that needs no
// broadcasting at one size is taken to need none at any.
void Network::find_fused_adds() {
  if (some_shapes_.empty()) return;
  const auto shape = [&](NodeId id) { return some_shapes_[static_cast<std::size_t>(id)]; };
  const auto fits = [&](NodeId id, NodeId other) {
    const auto* layer = as<integer::Layer>(node(id));
    return layer && layer->requantizer && readers(id) == 1 && id != other;
  };
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (!as<integer::Add>(graph_.nodes[i])) continue;
    const NodeId a = graph_.nodes[i].inputs[0], b = graph_.nodes[i].inputs[1];
    if (shape(a) != shape(b)) continue;
    const NodeId later = std::max(a, b), earlier = std::min(a, b);
    for (const auto& [layer, other] : {std::pair(later, earlier), std::pair(earlier, later)}) {
      if (!fits(layer, other)) continue;
      layer_of_add_[static_cast<NodeId>(i)] = layer;
      add_of_layer_[layer] = static_cast<NodeId>(i);
      break;
    }
  }
}

void Network::find_float_parts() {
  const std::vector<int> levels = levels_of(graph_);
  const std::vector<std::size_t> groups = group_floats(graph_, levels);
  part_of_.assign(graph_.nodes.size(), -1);
  const auto add_part = [&](NodeId source, std::vector<NodeId> nodes) {
    for (const NodeId id : nodes)
      part_of_[static_cast<std::size_t>(id)] = static_cast<int>(parts_.size());
    parts_.push_back({source, std::move(nodes), {}, nullptr});
  };
  std::map<std::size_t, std::vector<NodeId>> members;
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const integer::Node& here = graph_.nodes[i];
    if (is_float(here) && !is_constant(here)) members[groups[i]].push_back(static_cast<NodeId>(i));
  }
  for (const auto& [group, nodes] : members) {
    const NodeId source = only_source(graph_, nodes);
    if (source >= 0) {
      add_part(source, nodes);
      continue;
    }
    for (const NodeId id : nodes) {
      const NodeId own = only_source(graph_, {id});
      if (own >= 0) add_part(own, {id});
    }
  }
  const auto add_result = [&](NodeId id, int reader) {
    const int part = float_part(id);
    if (part < 0 || part == reader) return;
    std::vector<NodeId>& results = parts_[static_cast<std::size_t>(part)].results;
    if (std::ranges::count(results, id) == 0) results.push_back(id);
  };
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    for (const NodeId input : graph_.nodes[i].inputs) add_result(input, part_of_[i]);
  }
  for (const Output& output : graph_.outputs) add_result(output.node, -1);
  order_.resize(graph_.nodes.size());
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, {},
                           [&](NodeId id) { return levels[static_cast<std::size_t>(id)]; });
}

bool Network::pack_for_onednn(NodeId id, const integer::Layer& layer,
                              const Convolution::Options& options) {
  if (some_shapes_.empty()) return false;
  auto made = std::make_unique<OneDnnConvolution>(layer, options);
  const auto map = [&](NodeId of) {
    const Shape& shape = some_shapes_[static_cast<std::size_t>(of)];
    return Map{shape[0], shape[2], shape[3], shape[1]};
  };
  try {
    made->bind(map(node(id).inputs[0]), map(id));
  } catch (const Error&) {  // oneDNN has nothing for it
    return false;
  }
  onednn_layers_.emplace(id, std::move(made));
  return true;
}

void Network::pack(NodeId id, InstructionSet set, OneDnnUse onednn) {
  integer::Node& here = graph_.nodes[static_cast<std::size_t>(id)];
  auto& layer = std::get<integer::Layer>(here.op);
  Convolution::Options options;
  options.instruction_set = set;
  options.input = storage_of(node(here.inputs[0]));
  options.result_is_signed = here.grid && here.grid->is_signed;
  if (is_fused(id)) {
    const integer::Node& sum = node(add_of_layer_.at(id));
    const bool first = sum.inputs[0] == id;
    options.add = {as<integer::Add>(sum)->rule, first,
                   storage_of(node(sum.inputs[first ? 1 : 0])).is_signed, sum.grid->is_signed};
  }
  // A weight goes as its copy comes: both at once would be the peak of large networks.
  const std::span<std::byte> bytes = layer.weight.bytes();
  const std::size_t output_bytes = bytes.size() / layer.bias.size();
  std::size_t discarded = 0;
  options.done_with = [&](std::int64_t channels) {
    const std::size_t done = static_cast<std::size_t>(channels) * output_bytes;
    discard(bytes.subspan(discarded, done - discarded));
    discarded = done;
  };
  if (!OneDnnConvolution::suits(layer, onednn) || !pack_for_onednn(id, layer, options)) {
    layers_.emplace(id, Convolution(layer, options));
  }
  // What shapes are inferred from stays: all sizes but the number of outputs, which is the bias's.
  Shape shape = layer.weight.shape();
  shape[0] = 0;
  layer.weight = Tensor(std::move(shape), DType::i8);
}

const Program& Network::program(int part, std::size_t rank) const {
  const std::lock_guard lock(mutex_);
  FloatPart& wanted = parts_[static_cast<std::size_t>(part)];
  if (!wanted.program) {
    CompileOptions options;
    options.threads_per_image = threads_;
    wanted.program =
        std::make_unique<onednn::OneDnnProgram>(graph_of(graph_, wanted, rank), options);
  }
  return *wanted.program;
}

std::int64_t Network::weight_bytes(const std::vector<Shape>& shapes) const {
  std::int64_t bytes = 0;
  for (const auto& [id, layer] : layers_) bytes += layer.weight_bytes();
  for (const auto& [id, layer] : onednn_layers_) bytes += layer->weight_bytes();
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    const auto& source = shapes[static_cast<std::size_t>(parts_[part].source)];
    bytes += program(static_cast<int>(part), source.size()).facts(source).weight_bytes;
  }
  return bytes;
}

}  // namespace bench::int8
