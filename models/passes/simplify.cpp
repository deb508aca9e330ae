#include <algorithm>
#include <limits>

#include "models/passes/passes.h"
#include "models/passes/rewrite.h"
#include "models/reference.h"
#include "models/shapes.h"

namespace bench {
namespace {

// Exporters write "to the end" as one of these; no dimension reaches them.
bool is_everything(const Slice& op) {
  return op.begin == 0 && op.step == 1 && op.end >= std::numeric_limits<std::int32_t>::max();
}

// What is known of the results of a graph's nodes before it runs.
struct Knowledge {
  std::vector<std::size_t> ranks;
  std::vector<Shape> shapes;  // empty where the Input leaves a size open

  explicit Knowledge(const Graph& graph) : ranks(infer_ranks(graph)) {
    const Shape& input = std::get<Input>(graph.nodes.front().op).shape;
    if (std::ranges::find(input, -1) == input.end()) shapes = infer_shapes(graph, input);
  }
};

// Whether a node gives its first input unchanged, whatever the open sizes.
struct IsIdentity {
  const Graph& graph;
  NodeId id;
  const Knowledge& known;
  const Node& node = graph.nodes[static_cast<std::size_t>(id)];

  std::size_t rank() const { return known.ranks[static_cast<std::size_t>(node.inputs[0])]; }
  bool same_shape() const {
    return !known.shapes.empty() && known.shapes[static_cast<std::size_t>(id)] ==
                                        known.shapes[static_cast<std::size_t>(node.inputs[0])];
  }
  const Tensor* constant(std::size_t i) const {
    const auto& input = graph.nodes[static_cast<std::size_t>(node.inputs[i])];
    const auto* op = std::get_if<Constant>(&input.op);
    return op ? &op->value : nullptr;
  }

  bool operator()(const Activation& op) const {
    constexpr float most = std::numeric_limits<float>::max();
    if (op.kind == Activation::Kind::clip) return op.alpha <= -most && op.beta >= most;
    return op.kind == Activation::Kind::leaky_relu && op.alpha == 1;
  }
  bool operator()(const MaxPool& op) const { return is_pixel(op.kernel, op.stride, op.pad); }
  bool operator()(const AveragePool& op) const { return is_pixel(op.kernel, op.stride, op.pad); }
  bool operator()(const Concat&) const { return node.inputs.size() == 1; }
  bool operator()(const Slice& op) const { return is_everything(op) || same_shape(); }
  bool operator()(const Transpose& op) const { return std::ranges::is_sorted(op.order); }
  bool operator()(const Pad& op) const {
    const auto zero = [](std::int64_t p) { return p == 0; };
    return std::ranges::all_of(op.before, zero) && std::ranges::all_of(op.after, zero);
  }
  bool operator()(const Resize& op) const {
    return op.scale_h > 0 ? op.scale_h == 1 && op.scale_w == 1 : same_shape();
  }

  // Every size is copied from where it stands; one may be inferred, since it can only be its own.
  bool operator()(const Reshape& op) const {
    if (same_shape()) return true;
    if (op.dims.size() != rank()) return false;
    for (std::size_t i = 0; i < op.dims.size(); ++i) {
      const Dim& d = op.dims[i];
      const bool own = d.kind == Dim::Kind::copy && d.source == 0 &&
                       resolve_axis(d.axis, rank()) == std::optional(i);
      if (!own && d.kind != Dim::Kind::infer) return false;
    }
    return true;
  }

  // x + 0, x - 0, x * 1, x / 1, x ^ 1 with a single number that adds no axes.
  bool operator()(const Arithmetic& op) const {
    using Kind = Arithmetic::Kind;
    const Tensor* operand = constant(1);
    if (!operand || operand->size() != 1 || operand->rank() > rank()) return false;
    if (op.kind == Kind::min || op.kind == Kind::max) return false;
    const float neutral = op.kind == Kind::add || op.kind == Kind::sub ? 0.0f : 1.0f;
    return operand->data<float>()[0] == neutral;
  }

  template <class T>
  bool operator()(const T&) const {
    return false;
  }

  static bool is_pixel(Pair kernel, Pair stride, const Padding& pad) {
    return kernel == Pair{} && stride == Pair{} && pad == Padding{};
  }
};

// The values of a node's inputs if all of them are constants.
std::vector<const Tensor*> constant_inputs(const Graph& graph, const Node& node) {
  std::vector<const Tensor*> values;
  for (const NodeId id : node.inputs) {
    const auto* op = std::get_if<Constant>(&graph.nodes[static_cast<std::size_t>(id)].op);
    if (!op) return {};
    values.push_back(&op->value);
  }
  return values;
}

// Beyond this a constant costs more memory than computing it costs time.
constexpr std::int64_t largest_folded = std::int64_t{1} << 26;

void fold_constants(const Graph& graph, Node& node) {
  if (std::holds_alternative<FakeQuantize>(node.op)) return;  // its grid would be lost
  const auto values = constant_inputs(graph, node);
  if (values.empty()) return;
  std::vector<const Shape*> shapes;
  for (const Tensor* value : values) shapes.push_back(&value->shape());
  const Shape shape = infer_shape(node, shapes);
  if (count(shape) > largest_folded) return;
  Tensor result = evaluate_node(node.op, values, shape);
  node.op = Constant{std::move(result)};
  node.inputs.clear();
}

// Sizes copied from a constant become fixed, and inputs that lend no size are let go, so that they
// no longer count as readers.
void release_lenders(const Graph& graph, Node& node) {
  auto* op = std::get_if<Reshape>(&node.op);
  if (!op) return;
  std::vector<NodeId> inputs{node.inputs[0]};
  for (Dim& d : op->dims) {
    if (d.kind != Dim::Kind::copy) continue;
    const NodeId source = node.inputs[static_cast<std::size_t>(d.source)];
    const auto* constant = std::get_if<Constant>(&graph.nodes[static_cast<std::size_t>(source)].op);
    if (constant) {
      const Shape& shape = constant->value.shape();
      const auto axis = resolve_axis(d.axis, shape.size());
      if (axis) d = Dim{Dim::Kind::fixed, shape[*axis]};
      if (axis) continue;
    }
    const auto kept = std::ranges::find(inputs, source);
    d.source = static_cast<int>(kept - inputs.begin());
    if (kept == inputs.end()) inputs.push_back(source);
  }
  node.inputs = std::move(inputs);
}

}  // namespace

Graph simplify(Graph graph) {
  const Knowledge known(graph);
  Redirection redirection(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    for (NodeId& input : node.inputs) input = redirection(input);
    release_lenders(graph, node);
    if (std::visit(IsIdentity{graph, static_cast<NodeId>(i), known}, node.op)) {
      redirection.redirect(static_cast<NodeId>(i), node.inputs[0]);
    } else {
      fold_constants(graph, node);
    }
  }
  redirection.apply(graph);
  return remove_unread(std::move(graph));
}

}  // namespace bench
