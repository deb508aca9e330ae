#include "models/integer_lowering.h"

#include <algorithm>
#include <utility>

#include "models/passes/layers.h"
#include "models/passes/rewrite.h"
#include "models/shapes.h"

namespace bench {
namespace integer {
namespace {

// Moves floats about, computes nothing.
bool moves(const bench::Op& op) {
  return std::holds_alternative<Concat>(op) || std::holds_alternative<Slice>(op) ||
         std::holds_alternative<Transpose>(op) || std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Constant>(op) || std::holds_alternative<Input>(op);
}

}  // namespace

Lowering::Lowering(Graph graph, Requantization mode)
    : graph_(remove_unread(std::move(graph))),
      mode_(mode),
      readers_(readers_of(graph_)),
      wanted_(wanted_grids(graph_, readers_)),
      ranks_(infer_ranks(graph_)),
      values_(graph_.nodes.size()),
      done_(graph_.nodes.size(), false) {}

IntegerGraph Lowering::run() {
  for (NodeId id = 0; id < static_cast<NodeId>(graph_.nodes.size()); ++id) {
    if (done_[static_cast<std::size_t>(id)]) continue;
    require_finite(node(id));
    const Reason reason = std::visit([&](auto& op) { return lower(id, op); }, node(id).op);
    if (!reason.empty()) compute_in_float(id, reason);
    if (!std::holds_alternative<Constant>(node(id).op)) node(id).op = Input{};  // frees weights
  }
  for (const Output& output : graph_.outputs) {
    result_.outputs.push_back({output.name, as_floats(output.node)});
  }
  return std::move(result_);
}

Reason Lowering::lower(NodeId id, Input& op) {
  value(id) = {
      .node = emit(node(id).name, "Input", op, {}), .grid = {}, .source = Value::Source::given};
  return {};
}

// Whoever reads it decides whether it is emitted as floats or as numbers.
Reason Lowering::lower(NodeId id, Constant&) {
  value(id).source = Value::Source::given;
  return {};
}

void Lowering::compute_in_float(NodeId id, const Reason& reason) {
  bench::Op& op = node(id).op;
  Value result;
  const bool only_moves = moves(op) && std::ranges::all_of(node(id).inputs, [&](NodeId i) {
                            return value(i).form == Value::Form::floats;
                          });
  if (only_moves) {
    result.source = Value::Source::given;
    for (const NodeId i : node(id).inputs) {
      result.source = std::max(result.source, value(i).source);
    }
  }
  if (const auto* edge = std::get_if<FakeQuantize>(&op)) result.problem = problem_of(*edge);
  std::vector<NodeId> inputs;
  for (const NodeId i : node(id).inputs) {
    const bool size_only = reads(op, inputs.size()) == Reads::size;
    inputs.push_back(size_only && value(i).node >= 0 ? value(i).node : as_floats(i));
  }
  const std::string name(name_of(op));
  if (!only_moves) note_island(id, reason);
  settle_parameters(op);
  result.node = emit(node(id).name, name, Float{std::move(op)}, std::move(inputs));
  value(id) = std::move(result);
}

void Lowering::note_island(NodeId id, const Reason& reason) {
  result_.islands.push_back({node(id).name, std::string(name_of(node(id).op)), reason});
}

std::optional<NodeId> Lowering::only_reader(NodeId id) const {
  const auto& readers = readers_[static_cast<std::size_t>(id)];
  return readers.size() == 1 && readers[0] >= 0 ? std::optional(readers[0]) : std::nullopt;
}

// Slopes per channel are of axis 1, which a Linear has its outputs on only if it is the last.
void Lowering::take_slopes(Group& group) const {
  const auto next = only_reader(group.last);
  if (!next || !weight_of(node(group.last).op)) return;
  const std::span<const float> slopes = positive_slopes(node(*next).op);
  const bool linear = std::holds_alternative<Linear>(node(group.last).op);
  const std::size_t rank = ranks_[static_cast<std::size_t>(group.last)];
  if (slopes.empty() || (linear && slopes.size() > 1 && rank != 2)) return;
  group.last = *next;
  group.slopes.assign(slopes.begin(), slopes.end());
  group.computes += "+" + std::string(name_of(node(*next).op));
}

Lowering::Group Lowering::group_from(NodeId id) const {
  Group group{.last = id, .name = {}, .computes = std::string(name_of(node(id).op))};
  take_slopes(group);
  for (auto next = only_reader(group.last); next && is_clamp(node(*next).op);
       next = only_reader(group.last)) {
    group.last = *next;
    group.clamp = group.clamp.then(std::get<Activation>(node(group.last).op));
    group.computes += "+Activation";
  }
  group.name = node(group.last).name;
  group.grid = wanted_[static_cast<std::size_t>(group.last)];
  if (!group.grid) return group;
  group.target = target_range(*group.grid, group.clamp);
  const auto is_edge = [&](NodeId reader) {
    return std::holds_alternative<FakeQuantize>(node(reader).op);
  };
  const auto& readers = readers_[static_cast<std::size_t>(group.last)];
  if (std::ranges::all_of(readers, is_edge)) {
    group.name = node(readers[0]).name;
    group.computes += "+FakeQuantize";
  }
  return group;
}

void Lowering::finish(NodeId id, const Group& group, Op op, std::vector<NodeId> inputs) {
  const Value result{
      .form = Value::Form::numbers,
      .node = emit(group.name, group.computes, std::move(op), std::move(inputs), group.grid),
      .grid = group.grid};
  for (NodeId i = id;; i = readers_[static_cast<std::size_t>(i)][0]) {
    value(i) = result;
    done_[static_cast<std::size_t>(i)] = true;
    if (i == group.last) break;
  }
}

Reason Lowering::needs_numbers(NodeId id) const {
  const std::vector<NodeId>& inputs = node(id).inputs;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const NodeId i = inputs[k];
    if (value(i).is_numbers() || reads(node(id).op, k) != Reads::values) continue;
    const bool dynamic = value(i).form == Value::Form::dynamic_numbers;
    return "its input '" + node(i).name + "' is " +
           (dynamic ? "on a grid made at run time" : value(i).problem);
  }
  return {};
}

Reason Lowering::needs_numbers_and_grid(NodeId id) const {
  const Reason reason = needs_numbers(id);
  if (!reason.empty()) return reason;
  return wanted_[static_cast<std::size_t>(id)] ? "" : "its result is on no grid";
}

NodeId Lowering::emit(const std::string& name, std::string computes, Op op,
                      std::vector<NodeId> inputs, std::optional<Grid> grid) {
  std::string unique = name;
  while (!names_.insert(unique).second) unique += "'";
  if (grid) grid->axis = -1;
  result_.nodes.push_back(
      {std::move(unique), std::move(computes), std::move(op), std::move(inputs), std::move(grid)});
  return static_cast<NodeId>(result_.nodes.size()) - 1;
}

NodeId Lowering::as_floats(NodeId id) {
  Value& v = value(id);
  if (v.is_numbers()) as_numbers(id);
  if (v.node < 0) v.node = emit(node(id).name, "Constant", Float{node(id).op}, {});
  if (v.form == Value::Form::floats) return v.node;
  const auto [at, is_new] = dequantized_.try_emplace(v.node, -1);
  if (is_new) {
    const std::string name = result_.nodes[static_cast<std::size_t>(v.node)].name + ".f32";
    at->second = emit(name, "Dequantize", Dequantize{}, {v.node});
  }
  return at->second;
}

NodeId Lowering::as_numbers(NodeId id) {
  Value& v = value(id);
  if (v.node >= 0) return v.node;
  const std::string& name = node(id).name;
  Known known{quantize(*v.grid, *constant(id), DType::i32, name)};
  v.node = emit(name, "Constant+FakeQuantize", std::move(known), {}, v.grid);
  return v.node;
}

std::optional<Tensor> Lowering::constant(NodeId id) const {
  if (const auto* op = std::get_if<Constant>(&node(id).op)) return op->value;
  const Value& v = value(id);
  if (!v.is_numbers()) return std::nullopt;
  if (v.node < 0) return fake_quantize(*v.grid, *constant(node(id).inputs[0]), node(id).name);
  const auto* known = std::get_if<Known>(&result_.nodes[static_cast<std::size_t>(v.node)].op);
  return known ? std::optional(dequantize(*v.grid, known->numbers, node(id).name)) : std::nullopt;
}

}  // namespace integer

IntegerGraph lower(Graph graph, Requantization mode) {
  return integer::Lowering(std::move(graph), mode).run();
}

}  // namespace bench
