#include <stdexcept>

#include "models/integer_ops.h"
#include "models/last_readers.h"
#include "models/reference.h"

namespace bench {
namespace {

struct Compute {
  const integer::Operands& operands;

  Tensor floats(std::size_t i = 0) const { return operands.numbers(i); }

  IntegerValue operator()(const Input&) const {
    throw std::logic_error("evaluate_node: an Input is given, not computed");
  }
  IntegerValue operator()(const integer::Known& op) const { return {op.numbers}; }
  IntegerValue operator()(const integer::Quantize&) const {
    const integer::Node& node = operands.node;
    return {quantize(*node.grid, operands.numbers(), DType::i32, node.name)};
  }
  IntegerValue operator()(const integer::QuantizeDynamic& op) const {
    const std::string& name = operands.node.name;
    const Grid grid = grid_for(op.rule, operands.numbers(), name);
    return {quantize(grid, operands.numbers(), DType::i32, name), grid.scale[0]};
  }
  IntegerValue operator()(const integer::Dequantize&) const {
    Grid grid = operands.nodes[0]->grid.value_or(Grid{.narrow = true});
    grid.scale = {operands.scale()};
    return {dequantize(grid, operands.numbers(), operands.node.name)};
  }
  IntegerValue operator()(const integer::Float& op) const {
    std::vector<const Tensor*> inputs;
    for (const IntegerValue* value : operands.values) inputs.push_back(&value->numbers);
    return {evaluate_node(op.op, inputs, operands.shape)};
  }
  template <class T>
  IntegerValue operator()(const T& op) const {
    return {integer::compute(op, operands)};
  }
};

}  // namespace

IntegerValue evaluate_node(const integer::Node& node, std::span<const IntegerValue* const> inputs,
                           std::span<const integer::Node* const> input_nodes, const Shape& shape) {
  const integer::Operands operands{node, inputs, input_nodes, shape};
  return std::visit(Compute{operands}, node.op);
}

std::vector<Tensor> evaluate(const IntegerGraph& graph, const Tensor& input,
                             const SeeIntegerValue& see) {
  const std::vector<Shape> shapes = infer_shapes(graph, input.shape());
  const std::vector<NodeId> last = last_readers_of(graph);
  std::vector<IntegerValue> values(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const integer::Node& node = graph.nodes[i];
    std::vector<const IntegerValue*> inputs;
    std::vector<const integer::Node*> nodes;
    for (const NodeId id : node.inputs) {
      inputs.push_back(&values[static_cast<std::size_t>(id)]);
      nodes.push_back(&graph.nodes[static_cast<std::size_t>(id)]);
    }
    values[i] = i == 0 ? IntegerValue{input} : evaluate_node(node, inputs, nodes, shapes[i]);
    if (see) see(static_cast<NodeId>(i), values[i]);
    for (const NodeId id : node.inputs) {
      if (last[static_cast<std::size_t>(id)] == static_cast<NodeId>(i)) {
        values[static_cast<std::size_t>(id)] = {};
      }
    }
  }
  std::vector<Tensor> outputs;
  for (const Output& output : graph.outputs) {
    outputs.push_back(values[static_cast<std::size_t>(output.node)].numbers);
  }
  return outputs;
}

}  // namespace bench
