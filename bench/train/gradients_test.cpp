// Gradients against finite differences: of every op, to its input and to its parameters.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "bench/train/trainable_graph.h"
#include "models/conformance.h"
#include "models/random.h"

namespace bench {
namespace {

// A smooth function of all outputs.
double loss_of(TrainableGraph& net, const at::Tensor& x, Mode mode) {
  const at::NoGradGuard without_gradients;
  double loss = 0;
  for (const at::Tensor& out : net.forward(x, mode)) {
    loss += at::sin(out.to(at::kDouble) + 1).sum().item<double>();
  }
  return loss;
}

void backward(TrainableGraph& net, const at::Tensor& x, Mode mode) {
  at::Tensor loss = at::zeros({}, at::kDouble);
  for (const at::Tensor& out : net.forward(x, mode)) {
    loss = loss + at::sin(out.to(at::kDouble) + 1).sum();
  }
  if (loss.requires_grad()) loss.backward();
}

// The slope along one direction, which goes through every element of `moved`.
double measured_slope(TrainableGraph& net, const at::Tensor& x, at::Tensor moved,
                      const at::Tensor& direction, Mode mode, double step) {
  const at::Tensor kept = moved.detach().clone();
  const auto at_distance = [&](double distance) {
    const at::NoGradGuard without_gradients;
    moved.copy_(kept + direction * distance);
    return loss_of(net, x, mode);
  };
  const double slope = (at_distance(step) - at_distance(-step)) / (2 * step);
  at_distance(0);
  return slope;
}

// Short where there are kinks, longer where a float's rounding is the greater evil.
struct Steps {
  double shorter, longer;
};

// Kinks (ReLU, maxima) make a finite difference wrong by chance: a direction counts if two steps,
// far apart, agree on its slope; the shorter one then has it. Returns how many directions counted.
int check_slopes(TrainableGraph& net, const at::Tensor& x, Mode mode, Steps steps) {
  std::vector<at::Tensor> moved = net.trained();
  moved.push_back(x);
  backward(net, x, mode);
  Random random(3);
  int counted = 0;
  for (const at::Tensor& tensor : moved) {
    const at::Tensor gradient = tensor.grad().defined() ? tensor.grad() : at::zeros_like(tensor);
    const Tensor drawn = random.tensor(tensor.sizes().vec(), -1, 1);
    at::Tensor direction = to_torch(drawn);
    direction = direction / direction.norm();
    const double slope = measured_slope(net, x, tensor, direction, mode, steps.shorter);
    const double again = measured_slope(net, x, tensor, direction, mode, steps.longer);
    const double scale = 1 + std::abs(slope) + gradient.norm().item<double>();
    if (std::abs(slope - again) > 1e-3 * scale) continue;
    ++counted;
    const double wanted = (gradient * direction).sum().item<double>();
    CHECK(std::abs(slope - wanted) <= 5e-3 * scale);
  }
  return counted;
}

bool has_proposals(const Graph& graph) {
  return std::ranges::any_of(
      graph.nodes, [](const Node& node) { return std::holds_alternative<Proposals>(node.op); });
}

TEST_CASE("gradients of float graphs agree with finite differences") {
  int directions = 0, counted = 0;
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    if (has_proposals(c.graph)) continue;  // which have no gradient, by definition
    TrainableGraph net(c.graph);
    const at::Tensor x = to_torch(conformance_input(c, 2)).requires_grad_();
    directions += static_cast<int>(net.trained().size()) + 1;
    counted += check_slopes(net, x, Mode::evaluation, {2e-4, 1e-3});
  }
  CHECK(counted > directions * 9 / 10);
}

TEST_CASE("gradients through the batch's statistics agree with finite differences") {
  Random random(4);
  Graph graph;
  graph.add("image", Input{{-1, 3, 5, 5}});
  Conv2d conv{random.tensor({4, 3, 3, 3}, -1, 1), random.tensor({4}, -1, 1)};
  NodeId id = graph.add("conv", conv, {0});
  BatchNorm norm{random.tensor({4}, 0.5f, 2), random.tensor({4}, -1, 1), Tensor(Shape{4}),
                 random.tensor({4}, 1, 2)};
  id = graph.add("norm", norm, {id});
  id = graph.add("tanh", Activation{Activation::Kind::tanh}, {id});
  graph.outputs = {{"out", id}};
  TrainableGraph net(graph);
  const at::Tensor x = to_torch(random.tensor({6, 3, 5, 5}, -1, 1)).requires_grad_();
  CHECK(check_slopes(net, x, Mode::training, {1e-3, 2e-3}) == 5);
}

}  // namespace
}  // namespace bench
