#include "models/conformance_list.h"

namespace bench::conformance {
namespace {

using Kind = Activation::Kind;

struct ActivationCase {
  const char* name;
  Activation op;
};

constexpr ActivationCase everywhere[] = {
    {"relu", {Kind::relu}},
    {"relu6", {Kind::clip, 0, 6}},
    {"clip", {Kind::clip, -0.25f, 0.5f}},
    {"leaky relu", {Kind::leaky_relu, 0.1f}},
    {"elu", {Kind::elu, 1.5f}},
    {"sigmoid", {Kind::sigmoid}},
    {"tanh", {Kind::tanh}},
    {"hard sigmoid", {Kind::hard_sigmoid, 0.6f, 0.4f}},
    {"hard swish", {Kind::hard_swish}},
    {"swish", {Kind::swish}},
    {"softplus", {Kind::softplus}},
    {"exp", {Kind::exp}},
    {"abs", {Kind::abs}},
    {"neg", {Kind::neg}},
};
constexpr ActivationCase above_zero[] = {{"log", {Kind::log}}, {"sqrt", {Kind::sqrt}}};

// The image times 8, so that both arms and the flat ends are reached; or |image| + 1/2.
Graph scaled(const Shape& shape, const Op& op, bool positive) {
  Graph graph;
  graph.add("image", Input{opened(shape)});
  const NodeId eight = graph.add("eight", Constant{Tensor::of({}, {8})});
  NodeId at = graph.add("scaled", Arithmetic{Arithmetic::Kind::mul}, {0, eight});
  if (positive) {
    const NodeId half = graph.add("half", Constant{Tensor::of({}, {0.5f})});
    at = graph.add("abs", Activation{Kind::abs}, {at});
    at = graph.add("above zero", Arithmetic{}, {at, half});
  }
  graph.outputs = {{"result", graph.add("node", op, {at})}};
  return graph;
}

void add_activations(List& list) {
  for (const Shape& shape :
       {Shape{1, 16, 5, 7}, Shape{2, 3, 4, 4}, Shape{3, 10}, Shape{2, 17, 1, 1}}) {
    const std::string on = " on " + to_string(shape);
    for (const auto& [name, op] : everywhere) {
      list.add("Activation: " + std::string(name) + on, scaled(shape, op, false), shape);
    }
    for (const auto& [name, op] : above_zero) {
      list.add("Activation: " + std::string(name) + on, scaled(shape, op, true), shape);
    }
    const std::int64_t channels = shape[1];
    list.single("per channel", PRelu{list.random.tensor({channels}, -0.5f, 0.5f)}, shape);
    list.single("one slope", PRelu{list.random.tensor({1}, 0.1f, 0.5f)}, shape);
    list.single(
        "per channel",
        BatchNorm{list.random.tensor({channels}, 0.5f, 2), list.random.tensor({channels}, -1, 1),
                  list.random.tensor({channels}, -1, 1), list.random.tensor({channels}, 0.1f, 2),
                  1e-3f},
        shape);
  }
}

void add_constant_operands(List& list) {
  using A = Arithmetic::Kind;
  const Shape image{2, 12, 5, 6};
  for (const A kind : {A::add, A::sub, A::mul, A::div, A::min, A::max}) {
    for (const Shape& operand :
         {Shape{}, Shape{12, 1, 1}, Shape{1, 12, 1, 1}, Shape{6}, Shape{1, 1, 5, 6}}) {
      for (const bool reversed : {false, true}) {
        if (reversed && kind == A::div) continue;  // the image may hold zeros
        Graph graph;
        graph.add("image", Input{opened(image)});
        const NodeId k = graph.add("constant", Constant{list.random.tensor(operand, 0.25f, 2)});
        const auto inputs = reversed ? std::vector{k, 0} : std::vector{0, k};
        graph.outputs = {{"result", graph.add("node", Arithmetic{kind}, inputs)}};
        list.add("Arithmetic: kind " + std::to_string(static_cast<int>(kind)) + " with constant " +
                     to_string(operand) + (reversed ? " first" : ""),
                 std::move(graph), image);
      }
    }
  }
}

// The image with a part of itself, so that shapes stretch on either side.
void add_two_branches(List& list) {
  using A = Arithmetic::Kind;
  const Shape image{2, 6, 4, 5};
  for (const A kind : {A::add, A::sub, A::mul, A::min, A::max}) {
    for (const std::vector<int>& axes : {std::vector<int>{2, 3}, {1}, {1, 2, 3}}) {
      Graph graph;
      graph.add("image", Input{opened(image)});
      const NodeId part = graph.add("part", Reduce{Reduce::Kind::max, axes}, {0});
      const auto first = graph.add("stretch right", Arithmetic{kind}, {0, part});
      const auto second = graph.add("stretch left", Arithmetic{kind}, {part, 0});
      graph.outputs = {{"right", first}, {"left", second}};
      list.add("Arithmetic: kind " + std::to_string(static_cast<int>(kind)) + " with a " +
                   std::to_string(4 - axes.size()) + "-axis part",
               std::move(graph), image);
    }
  }
  Graph square = scaled(image, Activation{}, true);
  const NodeId two = square.add("two", Constant{Tensor::of({}, {1.5f})});
  const NodeId base = square.outputs[0].node;
  square.outputs[0].node = square.add("power", Arithmetic{A::pow}, {base, two});
  list.add("Arithmetic: power", std::move(square), image);
}

void add_reductions(List& list) {
  for (const auto kind : {Reduce::Kind::mean, Reduce::Kind::sum, Reduce::Kind::max,
                          Reduce::Kind::min, Reduce::Kind::l2}) {
    const std::string name = "kind " + std::to_string(static_cast<int>(kind));
    list.single(name + " pixels kept", Reduce{kind, {2, 3}, true}, {2, 17, 7, 5});
    list.single(name + " pixels", Reduce{kind, {-1, -2}, false}, {1, 32, 4, 4});
    list.single(name + " channels", Reduce{kind, {1}, true}, {2, 10, 3, 4});
    list.single(name + " rows", Reduce{kind, {2}, false}, {1, 3, 6, 5});
  }
  for (const int axis : {1, -1, 2}) {
    list.single("axis " + std::to_string(axis), Softmax{axis}, {2, 21, 3, 5});
  }
  list.single("classes", Softmax{1}, {3, 1000});
  list.single("pairs", Softmax{-1}, {1, 50, 2});
}

}  // namespace

void add_elementwise(List& list) {
  add_activations(list);
  add_constant_operands(list);
  add_two_branches(list);
  add_reductions(list);
}

}  // namespace bench::conformance
