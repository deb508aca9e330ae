#include "bench/onednn/fuse.h"

#include <algorithm>
#include <span>

#include "bench/onednn/elementwise.h"

namespace bench::onednn {
namespace {

// oneDNN takes at most 32 post-operations; a node becomes at most two.
constexpr std::size_t kMaxNodes = 12;

const Node& node_at(const Graph& graph, NodeId id) {
  return graph.nodes[static_cast<std::size_t>(id)];
}

// Whether an operand is one number, one number per channel (axis 1), or of the full shape.
bool is_simple_operand(const Shape& operand, const Shape& full) {
  return operand == full || count(operand) == 1 || is_per_channel(operand, full);
}

bool fuses_arithmetic(const Node& node, NodeId value, const std::vector<Shape>& shapes) {
  using Kind = Arithmetic::Kind;
  const Kind kind = std::get<Arithmetic>(node.op).kind;
  if (kind == Kind::pow || node.inputs[0] == node.inputs[1]) return false;
  const bool commutes = kind != Kind::sub && kind != Kind::div;
  if (!commutes && node.inputs[0] != value) return false;
  const auto shape = [&](NodeId id) -> const Shape& {
    return shapes[static_cast<std::size_t>(id)];
  };
  return is_simple_operand(shape(other_operand(node, value)), shape(value));
}

// Whether `node` can be applied to each element of `value` as it is computed.
bool follows(const Graph& graph, const std::vector<Shape>& shapes, NodeId head, NodeId value,
             NodeId next) {
  const auto same = [&](NodeId a, NodeId b) {
    return shapes[static_cast<std::size_t>(a)] == shapes[static_cast<std::size_t>(b)];
  };
  if (!same(value, next)) return false;
  const Node& node = node_at(graph, next);
  if (std::holds_alternative<Activation>(node.op)) return true;
  // A linear layer of higher rank is computed as a matrix, whose axis 1 is another one.
  const std::size_t rank = shapes[static_cast<std::size_t>(value)].size();
  const bool as_matrix = std::holds_alternative<Linear>(node_at(graph, head).op) && rank != 2;
  if (std::holds_alternative<Arithmetic>(node.op)) {
    if (as_matrix && !same(value, other_operand(node, value))) return false;
    return fuses_arithmetic(node, value, shapes);
  }
  if (as_matrix || rank < 2) return false;
  return std::holds_alternative<PRelu>(node.op) || std::holds_alternative<BatchNorm>(node.op);
}

// The element-wise functions a node becomes behind another.
std::vector<Function> functions_behind(const Node& node) {
  if (const auto* activation = std::get_if<Activation>(&node.op)) return functions_of(*activation);
  const auto* prelu = std::get_if<PRelu>(&node.op);
  if (prelu == nullptr || prelu->slope.size() != 1) return {};
  return {{dnnl::algorithm::eltwise_relu, prelu->slope.data<float>()[0]}};
}

// oneDNN 2.6's kernels keep one set of constants for each kind of function: behind a leaky ReLU a
// ReLU would be leaky too. So two of a kind are in one step only with the same constants.
bool clashes(const Graph& graph, const Step& step, NodeId next) {
  const auto clash = [](const Function& a, const Function& b) {
    return a.algorithm == b.algorithm && (a.alpha != b.alpha || a.beta != b.beta);
  };
  for (const NodeId id : std::span(step.nodes).subspan(1)) {
    for (const Function& a : functions_behind(node_at(graph, id))) {
      for (const Function& b : functions_behind(node_at(graph, next))) {
        if (clash(a, b)) return true;
      }
    }
  }
  return false;
}

bool takes_followers(const Op& op) {
  return std::holds_alternative<Conv2d>(op) || std::holds_alternative<Linear>(op) ||
         std::holds_alternative<BatchNorm>(op) || std::holds_alternative<Arithmetic>(op);
}

}  // namespace

bool is_per_channel(const Shape& operand, const Shape& full) {
  if (operand.size() > full.size()) return false;
  if (count(operand) == 1) return true;
  if (full.size() < 2) return false;
  Shape wanted(full.size(), 1);
  wanted[1] = full[1];
  Shape padded(full.size() - operand.size(), 1);
  padded.insert(padded.end(), operand.begin(), operand.end());
  return padded == wanted;
}

NodeId other_operand(const Node& node, NodeId value) {
  return node.inputs[0] == value ? node.inputs[1] : node.inputs[0];
}

std::vector<NodeId> sole_readers(const Graph& graph) {
  const std::vector<int> count = count_readers(graph);
  std::vector<NodeId> reader(graph.nodes.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const NodeId input : graph.nodes[i].inputs) {
      const auto j = static_cast<std::size_t>(input);
      if (count[j] == 1) reader[j] = static_cast<NodeId>(i);
    }
  }
  for (const Output& output : graph.outputs) reader[static_cast<std::size_t>(output.node)] = -1;
  return reader;
}

std::vector<Step> fuse(const Graph& graph, const std::vector<Shape>& shapes,
                       std::vector<bool> taken) {
  const std::vector<NodeId> reader = sole_readers(graph);
  taken.resize(graph.nodes.size(), false);
  std::vector<Step> steps;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Op& op = graph.nodes[i].op;
    if (taken[i] || std::holds_alternative<Input>(op) || std::holds_alternative<Constant>(op)) {
      continue;
    }
    Step step{{static_cast<NodeId>(i)}};
    while (takes_followers(op) && step.nodes.size() < kMaxNodes) {
      const NodeId next = reader[static_cast<std::size_t>(step.result())];
      if (next < 0 || taken[static_cast<std::size_t>(next)] ||
          !follows(graph, shapes, step.head(), step.result(), next) || clashes(graph, step, next)) {
        break;
      }
      taken[static_cast<std::size_t>(next)] = true;
      step.nodes.push_back(next);
    }
    steps.push_back(std::move(step));
  }
  std::sort(steps.begin(), steps.end(),
            [](const Step& a, const Step& b) { return a.result() < b.result(); });
  return steps;
}

}  // namespace bench::onednn
