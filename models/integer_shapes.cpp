#include "models/error.h"
#include "models/integer_graph.h"
#include "models/shapes.h"

namespace bench {
namespace {

// 256 times as many are 2^31.
constexpr std::int64_t most_averaged = (1 << 23) - 1;
constexpr std::int64_t most_exponentials = (1 << 16) - 1;

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
  Shape operator()(const integer::MaxOfRegions& op) const { return as(op.op); }
  Shape operator()(const integer::Move& op) const { return as(op.op); }
  Shape operator()(const integer::ResizeLinear& op) const { return as(op.op); }
  Shape operator()(const integer::Float& op) const { return as(op.op); }

  Shape operator()(const integer::Average& op) const {
    const bool all = op.window.kernel.h == 0;
    const Shape shape = all ? as(Reduce{Reduce::Kind::mean, {2, 3}, !op.flat}) : as(op.window);
    const std::int64_t h = all ? in()[2] : op.window.kernel.h;
    const std::int64_t w = all ? in()[3] : op.window.kernel.w;
    if (h > most_averaged || w > most_averaged / h) {
      fail("the sum of " + std::to_string(h) + "x" + std::to_string(w) +
           " numbers could leave 32 bits");
    }
    return shape;
  }

  Shape operator()(const integer::SoftmaxNumbers& op) const {
    const std::int64_t length = in()[*resolve_axis(op.axis, in().size())];
    if (length > most_exponentials) {
      fail("a softmax over " + std::to_string(length) + " numbers; integers allow for " +
           std::to_string(most_exponentials));
    }
    return in();
  }

  Shape operator()(const integer::PReluNumbers& op) const {
    const auto slopes = static_cast<std::int64_t>(op.sign.size());
    return as(PRelu{Tensor(Shape{slopes})});
  }

  Shape operator()(const integer::Layer& op) const {
    const Shape& weight = op.weight.shape();
    const bool fits = op.linear ? !in().empty() : in().size() == 4;
    const std::size_t axis = op.linear ? in().size() - 1 : 1;
    const std::int64_t wanted = weight[1] * op.groups;
    if (!fits || in()[axis] != wanted) {
      fail("input is " + to_string(in()) + ", weight wants " + std::to_string(wanted) +
           (op.linear ? " values on the last axis" : " channels of N x C x H x W"));
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
