#include "models/error.h"
#include "models/integer_graph.h"
#include "models/shapes.h"

namespace bench {
namespace {

// Shapes are those of the graph's ops that nodes stand for.
struct ShapeRule {
  const integer::Node& node;
  std::span<const Shape* const> inputs;

  const Shape& in() const { return *inputs[0]; }

  Shape as(Op op) const { return infer_shape(Node{node.name, std::move(op), {}}, inputs); }

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(Fault::bad_data, "node '" + node.name + "' (" + node.computes + "): " + why);
  }

  Shape operator()(const Input& op) const { return op.shape; }
  Shape operator()(const integer::Known& op) const { return op.numbers.shape(); }
  Shape operator()(const integer::Add&) const { return as(Arithmetic{}); }
  Shape operator()(const integer::Multiply&) const { return as(Arithmetic{}); }
  Shape operator()(const integer::Max& op) const { return as(op.window); }
  Shape operator()(const integer::Move& op) const { return as(op.op); }
  Shape operator()(const integer::ResizeLinear& op) const { return as(op.op); }
  Shape operator()(const integer::Float& op) const { return as(op.op); }

  Shape operator()(const integer::Average& op) const {
    if (op.window.kernel.h > 0) return as(op.window);
    return as(Reduce{Reduce::Kind::mean, {2, 3}, !op.flat});
  }

  Shape operator()(const integer::PReluNumbers& op) const {
    const auto slopes = static_cast<std::int64_t>(op.sign.size());
    return as(PRelu{Tensor(Shape{slopes})});
  }

  Shape operator()(const integer::Layer& op) const {
    const Shape& weight = op.weight.shape();
    const std::size_t axis = op.linear ? in().size() - 1 : 1;
    if (in().size() != (op.linear ? std::max<std::size_t>(in().size(), 1) : 4) ||
        in()[axis] != weight[1] * op.groups) {
      fail("input is " + to_string(in()) + ", weight wants " +
           std::to_string(weight[1] * op.groups) + " values on axis " + std::to_string(axis));
    }
    Shape shape = in();
    if (!op.linear) {
      const Pair kernel{static_cast<int>(weight[2]), static_cast<int>(weight[3])};
      shape = as(MaxPool{kernel, op.stride, op.pad, op.dilation});  // slides the same way
    }
    shape[axis] = static_cast<std::int64_t>(op.bias.size());
    return shape;
  }

  template <class T>  // Quantize, Lookup, ...: one element at a time
  Shape operator()(const T&) const {
    return in();
  }
};

}  // namespace

std::vector<Shape> infer_shapes(const IntegerGraph& graph, const Shape& input) {
  Graph head;  // for the check of the input's shape
  head.add(graph.nodes.front().name, std::get<Input>(graph.nodes.front().op));
  std::vector<Shape> shapes = infer_shapes(head, input);
  shapes.reserve(graph.nodes.size());
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    std::vector<const Shape*> inputs;
    for (const NodeId id : graph.nodes[i].inputs) {
      inputs.push_back(&shapes[static_cast<std::size_t>(id)]);
    }
    shapes.push_back(std::visit(ShapeRule{graph.nodes[i], inputs}, graph.nodes[i].op));
  }
  return shapes;
}

}  // namespace bench
