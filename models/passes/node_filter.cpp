#include "models/passes/node_filter.h"

#include "models/passes/layers.h"

namespace bench {
namespace {

using Kind = NodeFilter::Kind;

bool is_depthwise(const Op& op) {
  const auto* conv = std::get_if<Conv2d>(&op);
  return conv && conv->groups > 1 && conv->weight.dim(1) == 1;
}

bool is_activation(const Op& op, Activation::Kind kind) {
  const auto* activation = std::get_if<Activation>(&op);
  return activation && activation->kind == kind;
}

bool is_mean(const Op& op) {
  const auto* reduce = std::get_if<Reduce>(&op);
  return reduce && reduce->kind == Reduce::Kind::mean;
}

bool is_add(const Op& op) {
  const auto* arithmetic = std::get_if<Arithmetic>(&op);
  return arithmetic &&
         (arithmetic->kind == Arithmetic::Kind::add || arithmetic->kind == Arithmetic::Kind::sub);
}

bool is(Kind kind, const Op& op) {
  const auto* resize = std::get_if<Resize>(&op);
  switch (kind) {
    case Kind::layer: return weight_of(op);
    case Kind::convolution: return std::holds_alternative<Conv2d>(op) && !is_depthwise(op);
    case Kind::depthwise: return is_depthwise(op);
    case Kind::linear: return std::holds_alternative<Linear>(op);
    case Kind::any: return true;
    case Kind::input: return std::holds_alternative<Input>(op);
    case Kind::constant: return std::holds_alternative<Constant>(op);
    case Kind::activation: return std::holds_alternative<Activation>(op);
    case Kind::sigmoid: return is_activation(op, Activation::Kind::sigmoid);
    case Kind::tanh: return is_activation(op, Activation::Kind::tanh);
    case Kind::add: return is_add(op);
    case Kind::arithmetic: return std::holds_alternative<Arithmetic>(op);
    case Kind::concat: return std::holds_alternative<Concat>(op);
    case Kind::average_pool: return std::holds_alternative<AveragePool>(op);
    case Kind::mean: return is_mean(op);
    case Kind::resize: return resize;
    case Kind::linear_resize: return resize && resize->mode == Resize::Mode::linear;
    case Kind::softmax: return std::holds_alternative<Softmax>(op);
  }
  return false;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= text.size(); ++at) {
    if (matches(rest, text.substr(at))) return true;
  }
  return false;
}

NodeMatcher::NodeMatcher(const Graph& graph) : graph_(graph), tail_(graph.nodes.size(), true) {
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const bool layer = weight_of(graph.nodes[i].op);
    if (layer && last_ < 0) last_ = static_cast<NodeId>(i);
    if (layer) first_ = static_cast<NodeId>(i);
    if (tail_[i] && !layer) continue;
    for (const NodeId input : graph.nodes[i].inputs) tail_[static_cast<std::size_t>(input)] = false;
  }
}

bool NodeMatcher::fits(const NodeFilter& filter, NodeId id) const {
  const Node& node = graph_.nodes[static_cast<std::size_t>(id)];
  if (!is(filter.kind, node.op)) return false;
  switch (filter.position) {
    case NodeFilter::Position::first:
      if (id != first_) return false;
      break;
    case NodeFilter::Position::last:
      if (id != last_) return false;
      break;
    case NodeFilter::Position::tail:
      if (!tail_[static_cast<std::size_t>(id)]) return false;
      break;
    case NodeFilter::Position::any: break;
  }
  if (filter.numbers && !has_number(filter, id)) return false;
  return filter.name.empty() || matches(filter.name, node.name);
}

bool NodeMatcher::has_number(const NodeFilter& filter, NodeId id) const {
  int number = 0;
  for (NodeId i = 0; i <= id; ++i) {
    number += is(filter.kind, graph_.nodes[static_cast<std::size_t>(i)].op) ? 1 : 0;
  }
  return filter.numbers->first <= number && number <= filter.numbers->last;
}

}  // namespace bench
