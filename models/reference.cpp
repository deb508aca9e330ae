#include "models/reference.h"

#include <algorithm>
#include <stdexcept>

#include "models/passes/layers.h"
#include "models/reference_ops.h"

namespace bench {
namespace {

class Compute {
 public:
  Compute(std::span<const Tensor* const> values, const Shape& result)
      : inputs(values), shape(result) {}

  Tensor operator()(const Input&) const {
    throw std::logic_error("evaluate_node: an Input is given, not computed");
  }
  Tensor operator()(const Constant& op) const { return op.value; }
  Tensor operator()(const Conv2d& op) const { return layer(op); }
  Tensor operator()(const Linear& op) const { return layer(op); }
  template <class T>
  Tensor operator()(const T& op) const {
    return reference::compute(op, inputs, shape);
  }

 private:
  // A layer with grids computes with its weights on them.
  template <class Layer>
  Tensor layer(const Layer& op) const {
    if (!op.weight_grid && !op.bias_grid) return reference::compute(op, inputs, shape);
    Layer on_grid = op;
    on_grid.weight = weight_in_use(op);
    on_grid.bias = bias_in_use(op);
    return reference::compute(on_grid, inputs, shape);
  }

  std::span<const Tensor* const> inputs;
  const Shape& shape;
};

}  // namespace

Tensor evaluate_node(const Op& op, std::span<const Tensor* const> inputs, const Shape& shape) {
  return std::visit(Compute(inputs, shape), op);
}

std::vector<Tensor> evaluate(const Graph& graph, const Tensor& input) {
  return evaluate_showing(graph, input, [](NodeId, const Tensor&) {});
}

std::vector<Tensor> evaluate_showing(const Graph& graph, const Tensor& input, const SeeValue& see) {
  see(0, input);
  return evaluate_changing(graph, input, see);
}

std::vector<Tensor> evaluate_changing(const Graph& graph, const Tensor& input,
                                      const ChangeValue& change) {
  const std::vector<Shape> shapes = infer_shapes(graph, input.shape());
  const std::vector<NodeId> last = last_readers(graph);
  std::vector<Tensor> results(graph.nodes.size());
  const auto value = [&](NodeId id) -> const Tensor* {
    if (id == 0) return &input;
    const auto i = static_cast<std::size_t>(id);
    const auto* constant = std::get_if<Constant>(&graph.nodes[i].op);
    return constant ? &constant->value : &results[i];
  };
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (std::holds_alternative<Constant>(node.op)) continue;
    std::vector<const Tensor*> inputs;
    for (const NodeId id : node.inputs) inputs.push_back(value(id));
    results[i] = evaluate_node(node.op, inputs, shapes[i]);
    change(static_cast<NodeId>(i), results[i]);
    const auto forget = [&](NodeId id) {
      if (last[static_cast<std::size_t>(id)] == static_cast<NodeId>(i)) {
        results[static_cast<std::size_t>(id)] = Tensor();
      }
    };
    std::ranges::for_each(node.inputs, forget);
    forget(static_cast<NodeId>(i));  // if nobody reads it at all
  }
  std::vector<Tensor> outputs;
  for (const Output& output : graph.outputs) outputs.push_back(*value(output.node));
  return outputs;
}

}  // namespace bench
