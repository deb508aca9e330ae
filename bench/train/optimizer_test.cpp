#include "bench/train/optimizer.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "bench/train/losses.h"
#include "bench/train/trainable_graph.h"
#include "models/error.h"
#include "models/random.h"

namespace bench {
namespace {

at::Tensor one(float value) { return to_torch(Tensor::of({1}, {value})).requires_grad_(); }

// A step on the loss slope * x.
void step(Optimizer& optimizer, const at::Tensor& x, float slope) {
  optimizer.clear_gradients();
  (x * slope).sum().backward();
  optimizer.step();
}

TEST_CASE("SGD with momentum and weight decay, by hand") {
  const at::Tensor x = one(1);
  Optimizer optimizer({x}, {.learning_rate = 0.5, .weight_decay = 0.25, .momentum = 0.5});
  step(optimizer, x, 0.75f);  // v = 0.75 + 0.25 = 1;           x = 1 - 0.5
  CHECK(x.item<float>() == 0.5f);
  step(optimizer, x, 0.875f);  // v = 0.5 + 0.875 + 0.125 = 1.5; x = 0.5 - 0.75
  CHECK(x.item<float>() == -0.25f);
  optimizer.set_learning_rate(0);
  step(optimizer, x, 1);
  CHECK(x.item<float>() == -0.25f);
}

TEST_CASE("Adam, by hand") {
  const at::Tensor x = one(1);
  Optimizer optimizer({x}, {.kind = OptimizerOptions::Kind::adam, .learning_rate = 0.1});
  step(optimizer, x, 3);  // the means made unbiased are 3 and 9: 0.1 * 3 / 3
  CHECK(x.item<float>() == Approx(0.9));
  // m = 0.9 * 0.3 + 0.1 * -1 = 0.17, / (1 - 0.81); v = 0.999 * 0.009 + 0.001 = 0.009991,
  // / (1 - 0.998001)
  step(optimizer, x, -1);
  const double wanted = 0.9 - 0.1 * (0.17 / 0.19) / std::sqrt(0.009991 / 0.001999);
  CHECK(x.item<float>() == Approx(wanted));
}

OptimizerOptions options_of(OptimizerOptions::Kind kind) {
  return {.kind = kind, .learning_rate = 0.01};
}

TEST_CASE("an optimizer that remembers goes on as if it had never stopped") {
  for (const auto kind : {OptimizerOptions::Kind::sgd, OptimizerOptions::Kind::adam}) {
    const at::Tensor through = one(1), before = one(1);
    Optimizer all({through}, options_of(kind)), first({before}, options_of(kind));
    for (const float slope : {1.0f, -2.0f, 0.5f}) step(all, through, slope);
    for (const float slope : {1.0f, -2.0f}) step(first, before, slope);
    const at::Tensor after = one(before.item<float>());
    Optimizer second({after}, options_of(kind));
    second.remember(first.memory());
    step(second, after, 0.5f);
    CHECK(after.item<float>() == through.item<float>());
  }
}

TEST_CASE("another optimizer's memory is refused") {
  const at::Tensor x = one(1), wide = at::ones({2}).requires_grad_();
  Optimizer sgd({x}, {}), other({wide}, {});
  Optimizer adam({x}, options_of(OptimizerOptions::Kind::adam));
  step(sgd, x, 1);
  CHECK_THROWS_AS(other.remember(sgd.memory()), Error);
  CHECK_THROWS_AS(adam.remember(sgd.memory()), Error);
  step(adam, x, 1);
  CHECK_THROWS_AS(sgd.remember(adam.memory()), Error);
}

// Convolution, depthwise too, batch norm, pooling, resizing, grids on weights and edges.
Graph classifier(std::uint64_t seed) {
  Random random(seed);
  Graph graph;
  graph.add("image", Input{{-1, 3, 12, 12}});
  Conv2d conv{random.tensor({16, 3, 3, 3}, -0.3f, 0.3f), Tensor(Shape{16}), {2, 2}, {0, 0, 1, 1}};
  conv.weight_grid = Grid{.bits = 4, .scale = {0.05f}};
  NodeId id = graph.add("conv", conv, {0});
  const auto filled = [](float value) { return Tensor::of({16}, std::vector<float>(16, value)); };
  id = graph.add("norm", BatchNorm{filled(1), filled(0), filled(0), filled(1)}, {id});
  id = graph.add("relu", Activation{}, {id});
  id = graph.add("grid", FakeQuantize{Grid{.bits = 4, .is_signed = false, .scale = {0.2f}}}, {id});
  Conv2d depthwise{random.tensor({16, 1, 3, 3}, -0.3f, 0.3f), Tensor(), {}, {1, 1, 1, 1}};
  depthwise.groups = 16;
  id = graph.add("depthwise", depthwise, {id});
  id = graph.add("resize", Resize{.mode = Resize::Mode::linear, .height = 9, .width = 9}, {id});
  id = graph.add("pool", MaxPool{{2, 2}, {2, 2}, {}, {}, true}, {id});
  id = graph.add("mean", Reduce{Reduce::Kind::mean, {2, 3}, false}, {id});
  id = graph.add("classes", Linear{random.tensor({5, 16}, -0.3f, 0.3f), Tensor(Shape{5})}, {id});
  graph.outputs = {{"out", id}};
  return graph;
}

Graph trained(std::uint64_t seed, OptimizerOptions::Kind kind) {
  TrainableGraph net(classifier(seed));
  Optimizer optimizer(net.trained(), options_of(kind));
  Random random(seed);
  for (int i = 0; i < 8; ++i) {
    const at::Tensor batch = to_torch(random.tensor({32, 3, 12, 12}, -1, 1));
    at::Tensor labels = at::empty({32}, at::kLong);
    for (int k = 0; k < 32; ++k) labels.data_ptr<std::int64_t>()[k] = random.integer(0, 4);
    optimizer.clear_gradients();
    cross_entropy(net.forward(batch, Mode::training)[0], labels).backward();
    optimizer.step();
  }
  return net.result();
}

// All parameters of both, one after another.
std::vector<float> parameters_of(const Graph& graph) {
  const TrainableGraph net(graph);
  std::vector<float> all;
  for (const std::string& name : net.parameter_names()) {
    const Tensor values = from_torch(net.parameter(name));
    all.insert(all.end(), values.data<float>().begin(), values.data<float>().end());
  }
  return all;
}

TEST_CASE("one seed, one result: 8 steps, bit for bit, with one thread and with two") {
  for (const int threads : {1, 2}) {
    make_deterministic(threads);
    for (const auto kind : {OptimizerOptions::Kind::sgd, OptimizerOptions::Kind::adam}) {
      const std::vector<float> once = parameters_of(trained(1, kind));
      const std::vector<float> again = parameters_of(trained(1, kind));
      CHECK(once != parameters_of(classifier(1)));
      CHECK(once != parameters_of(trained(2, kind)));
      REQUIRE(once.size() == again.size());
      CHECK(std::memcmp(once.data(), again.data(), once.size() * sizeof(float)) == 0);
    }
  }
  make_deterministic();
}

}  // namespace
}  // namespace bench
