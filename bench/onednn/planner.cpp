#include "bench/onednn/planner.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "bench/onednn/layers.h"
#include "models/audit.h"

namespace bench::onednn {
namespace {

// A reorder reads the caller's tensor, which is another one in every run.
Work reorder_work(const Workspace& workspace, const Place& from, dnnl::primitive reorder,
                  std::unordered_map<int, dnnl::memory> arguments) {
  const bool external = from.kind == Place::Kind::callers_input;
  return [&workspace, external, reorder = std::move(reorder),
          arguments = std::move(arguments)]() mutable {
    if (external) {
      arguments.at(DNNL_ARG_FROM).set_data_handle(const_cast<float*>(workspace.input));
    }
    reorder.execute(workspace.stream, arguments);
  };
}

// Where a layer may write over what it reads and nobody reads that later, both buffers become one:
// gives, for each buffer, the one it lies in, whose lifetime is made longer.
std::vector<std::size_t> overwrite(const std::vector<Layer>& layers,
                                   std::vector<Lifetime>& lifetimes) {
  std::vector<std::size_t> place_of(lifetimes.size());
  std::iota(place_of.begin(), place_of.end(), 0);
  for (std::size_t when = 0; when < layers.size(); ++when) {
    const Layer& layer = layers[when];
    if (!layer.may_overwrite) continue;
    const Place &from = layer.reads.front(), &to = layer.writes.front();
    if (from.kind != Place::Kind::arena) continue;
    const auto written = static_cast<std::size_t>(to.buffer);
    const std::size_t read = place_of[static_cast<std::size_t>(from.buffer)];
    if (lifetimes[read].last != static_cast<int>(when)) continue;
    lifetimes[read].last = lifetimes[written].last;
    lifetimes[written].bytes = 0;
    place_of[written] = read;
  }
  return place_of;
}

bool is_depthwise(const Node& node) {
  const auto* conv = std::get_if<Conv2d>(&node.op);
  return conv && conv->groups > 1 && conv->weight.dim(1) == 1;
}

}  // namespace

Planner::Planner(const Graph& graph, const std::vector<Shape>& shapes, Weights& weights,
                 const dnnl::engine& engine, bool winograd)
    : graph_(graph),
      shapes_(shapes),
      weights_(weights),
      engine_(engine),
      prefers_blocks_(std::ranges::any_of(graph.nodes, is_depthwise)),
      winograd_(winograd) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto id = static_cast<NodeId>(i);
    const Desc layout = row_major(shapes[i]);
    if (std::holds_alternative<Input>(graph.nodes[i].op)) {
      values_[id] = {Place{Place::Kind::callers_input, layout, -1, {}}};
    } else if (const auto* constant = std::get_if<Constant>(&graph.nodes[i].op)) {
      const dnnl::memory memory = weights.get(id, "value", constant->value, layout, layout);
      values_[id] = {Place{Place::Kind::fixed, layout, -1, memory}};
    }
  }
}

Place Planner::allocate(const Desc& layout) {
  buffer_bytes_.push_back(layout.get_size());
  return {Place::Kind::arena, layout, static_cast<int>(buffer_bytes_.size()) - 1, {}};
}

Place Planner::read(NodeId id, const Desc& wanted) {
  std::vector<Place>& copies = values_.at(id);
  for (const Place& copy : copies) {
    if (copy.kind == Place::Kind::callers_input || !same_order(copy.layout, wanted)) continue;
    Place same = copy;
    same.layout = wanted;
    return same;
  }
  const Place reordered = allocate(wanted);
  add_reorder(copies.front(), reordered, id);
  copies.push_back(reordered);
  return reordered;
}

Place Planner::read_as(NodeId id, const Desc& wanted) {
  Place place = read(id, row_major(shape(id)));
  place.layout = wanted;
  return place;
}

Place Planner::read_unblocked(NodeId id) {
  const Desc& now = layout(id);
  if (!is_blocked(now)) return read(id, now);
  return read(id, shape(id).size() == 4 ? channels_last(shape(id)) : row_major(shape(id)));
}

Place Planner::write(NodeId id, const Desc& layout) {
  const Place place = allocate(layout);
  values_[id] = {place};
  return place;
}

void Planner::view(NodeId id, const Place& place, NodeId source) {
  values_[id] = {place};
  Layer nothing;
  nothing.fact = fact({{id}}, "view of " + node(source).name, place.layout);
  plan_.layers.push_back(std::move(nothing));
}

LayerFact Planner::fact(const Step& step, const std::string& implementation,
                        const Desc& layout) const {
  std::string op;
  for (const NodeId id : step.nodes) {
    if (!op.empty()) op += '+';
    op += name_of(node(id).op);
  }
  LayerFact fact{node(step.result()).name, op, implementation, layout_name(layout)};
  const Op& head = node(step.head()).op;
  fact.macs = macs_of(head, count(shape(step.head())));
  if (fact.macs > 0) fact.part = Part::kernel;
  if (std::holds_alternative<FakeQuantize>(head)) fact.part = Part::packing;
  return fact;
}

void Planner::add(const dnnl::primitive& primitive, const Desc& scratchpad, LayerFact fact,
                  const std::vector<Argument>& reads, const Argument& write) {
  Layer layer;
  layer.fact = std::move(fact);
  layer.scratch_bytes = scratchpad.get_size();
  layer.writes = {write.place};
  for (const Argument& argument : reads) layer.reads.push_back(argument.place);
  layer.bind = [=](Workspace& workspace) -> Work {
    std::unordered_map<int, dnnl::memory> arguments;
    for (const Argument& argument : reads) {
      arguments.emplace(argument.id, workspace.memory(argument.place));
    }
    arguments.emplace(write.id, workspace.memory(write.place));
    if (scratchpad.get_size() > 0) {
      arguments.emplace(DNNL_ARG_SCRATCHPAD,
                        dnnl::memory(scratchpad, workspace.engine, workspace.scratch));
    }
    return [&workspace, primitive, arguments = std::move(arguments)] {
      primitive.execute(workspace.stream, arguments);
    };
  };
  plan_.layers.push_back(std::move(layer));
}

void Planner::add_reorder(const Place& from, const Place& to, NodeId id) {
  const dnnl::reorder::primitive_desc found(engine_, from.layout, engine_, to.layout,
                                            strict_attributes());
  const Desc scratchpad = found.scratchpad_desc();
  Layer layer;
  layer.fact = {node(id).name, "reorder", std::string("onednn:") + found.impl_info_str(),
                layout_name(to.layout)};
  layer.scratch_bytes = scratchpad.get_size();
  layer.reads = {from};
  layer.writes = {to};
  layer.bind = [=, reorder = dnnl::reorder(found)](Workspace& workspace) -> Work {
    std::unordered_map<int, dnnl::memory> arguments;
    arguments.emplace(DNNL_ARG_FROM, workspace.memory(from));
    arguments.emplace(DNNL_ARG_TO, workspace.memory(to));
    if (scratchpad.get_size() > 0) {
      arguments.emplace(DNNL_ARG_SCRATCHPAD,
                        dnnl::memory(scratchpad, workspace.engine, workspace.scratch));
    }
    return reorder_work(workspace, from, reorder, std::move(arguments));
  };
  plan_.layers.push_back(std::move(layer));
}

void Planner::place_buffers() {
  std::vector<Lifetime> lifetimes;
  for (const std::size_t bytes : buffer_bytes_) lifetimes.push_back({bytes, -1, -1});
  const auto use = [&](const Place& place, int when) {
    if (place.kind != Place::Kind::arena) return;
    Lifetime& lifetime = lifetimes[static_cast<std::size_t>(place.buffer)];
    if (lifetime.first < 0) lifetime.first = when;
    lifetime.last = when;
  };
  int when = 0;
  for (const Layer& layer : plan_.layers) {
    for (const Place& place : layer.writes) use(place, when);
    for (const Place& place : layer.reads) use(place, when);
    plan_.scratch_bytes = std::max(plan_.scratch_bytes, layer.scratch_bytes);
    ++when;
  }
  for (const Place& place : plan_.outputs) use(place, when);
  const std::vector<std::size_t> place_of = overwrite(plan_.layers, lifetimes);
  plan_.arena = plan_arena(lifetimes);
  for (std::size_t i = 0; i < place_of.size(); ++i) {
    plan_.arena.offsets[i] = plan_.arena.offsets[place_of[i]];
  }
}

Plan Planner::finish() {
  for (const Output& output : graph_.outputs) {
    plan_.output_shapes.push_back(shape(output.node));
    plan_.outputs.push_back(read(output.node, row_major(shape(output.node))));
  }
  place_buffers();
  return std::move(plan_);
}

void plan_step(Planner& planner, const Step& step) {
  if (plan_layer(planner, step)) return;
  if (step.nodes.size() == 1) return plan_plain(planner, step.head());
  for (const NodeId id : step.nodes) plan_step(planner, {{id}});
}

}  // namespace bench::onednn
