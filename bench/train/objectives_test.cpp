#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "bench/train/losses.h"
#include "bench/train/objective.h"
#include "bench/train/objective_testing.h"
#include "models/random.h"

namespace bench {

void check_slope(const std::function<at::Tensor()>& loss, at::Tensor moved, double step) {
  moved.mutable_grad() = at::Tensor();
  loss().backward();
  const at::Tensor gradient = moved.grad().clone();
  const at::NoGradGuard without_gradients;
  at::Tensor direction = to_torch(Random(3).tensor(moved.sizes().vec(), -1, 1));
  direction = direction / direction.norm();
  const at::Tensor kept = moved.detach().clone();
  const auto at_distance = [&](double distance) {
    moved.copy_(kept + direction * distance);
    return loss().item<double>();
  };
  const double slope = (at_distance(step) - at_distance(-step)) / (2 * step);
  moved.copy_(kept);
  const double length = gradient.norm().item<double>();
  CHECK(length > 0);
  CHECK(std::abs(slope - (gradient * direction).sum().item<double>()) < 2e-3 * (1 + length));
}

namespace {

using Catch::Contains;

/// A graph that gives its input back, of this shape.
Graph same(const Shape& shape) {
  Graph graph;
  graph.add("image", Input{shape});
  graph.outputs = {{"out", 0}};
  return graph;
}

std::unique_ptr<Objective> make(const std::string& name, const std::string& options,
                                const Graph& graph, int classes, std::uint64_t seed = 1) {
  const ObjectiveFacts facts{graph, std::get<Input>(graph.nodes[0].op).shape, classes, seed};
  return find(objectives(), "objective", name).make(parse_json(options, "test"), facts);
}

TEST_CASE("softmax: the mean cross entropy of a batch") {
  const Graph graph = same({2, 2});
  const auto objective = make("softmax", R"({"kind": "softmax"})", graph, 2);
  CHECK(objective->parameters().empty());
  // Softmax of (0, log 3) is (1/4, 3/4); of (0, 0) is (1/2, 1/2).
  const at::Tensor logits = to_torch(Tensor::of({2, 2}, {0, std::log(3.0f), 0, 0}));
  const std::vector<Target> targets{ClassLabel{0}, ClassLabel{1}};
  CHECK(objective->loss({logits}, targets).item<double>() ==
        Approx((std::log(4.0) + std::log(2.0)) / 2));
}

TEST_CASE("objectives refuse networks, options and targets that are not theirs") {
  const Graph flat = same({2, 3}), maps = same({1, 3, 2, 2});
  CHECK_THROWS_WITH(make("softmax", R"({"kind": "softmax", "scal": 1})", flat, 3),
                    Contains("scal"));
  CHECK_THROWS_WITH(make("softmax", "{}", maps, 3), Contains("1x3x2x2, wanted 2 axes"));
  CHECK_THROWS_WITH(make("pixels", "{}", flat, 3), Contains("2x3, wanted 4 axes"));
  CHECK_THROWS_WITH(make("arc-face", R"({"guard": "hard"})", flat, 3),
                    Contains("easy or monotone"));
  CHECK_THROWS_WITH(make("arc-face", R"({"margin": "wide"})", flat, 3), Contains("margin"));
  CHECK_THROWS_WITH(make("softmax-head", "{}", flat, 1), Contains("2 persons"));
  CHECK_THROWS_WITH(make("sofmax", "{}", flat, 3), Contains("did you mean 'softmax'"));
  Graph two = same({2, 3});
  two.outputs.push_back({"again", 0});
  CHECK_THROWS_WITH(make("softmax", "{}", two, 3), Contains("the network has 2"));

  const auto softmax = make("softmax", "{}", flat, 3);
  const at::Tensor logits = at::zeros({2, 3});
  const auto loss = [&](std::vector<Target> targets) { softmax->loss({logits}, targets); };
  CHECK_THROWS_WITH(loss({ClassLabel{0}}), Contains("1 targets for 2 images"));
  CHECK_THROWS_WITH(loss({ClassLabel{0}, ClassLabel{3}}), Contains("label 3 of 3 classes"));
  CHECK_THROWS_WITH(loss({ClassLabel{0}, ClassLabel{-1}}), Contains("label -1"));
  CHECK_THROWS_WITH(loss({ClassLabel{0}, LabelMap{}}), Contains("cannot learn"));
}

TEST_CASE("pixels: label maps of the logits' size, ignored ones left out") {
  const Graph graph = same({1, 2, 1, 3});
  const auto objective = make("pixels", "{}", graph, 2);
  // Three pixels, two classes; the second pixel is a border.
  const at::Tensor logits = to_torch(Tensor::of({1, 2, 1, 3}, {0, 50, 0, std::log(3.0f), 0, 0}));
  const auto loss = [&](const LabelMap& map) {
    return objective->loss({logits}, std::vector<Target>{map}).item<double>();
  };
  CHECK(loss({1, 3, {0, 255, 1}}) == Approx((std::log(4.0) + std::log(2.0)) / 2));
  CHECK_THROWS_WITH(loss({3, 1, {0, 255, 1}}), Contains("3x1 for logits of 1x3"));
  CHECK_THROWS_WITH(loss({1, 3, {0, 2, 1}}), Contains("label 2 of 2 classes"));
  const auto other = make("pixels", R"({"ignored": 7})", graph, 2);
  CHECK(other->loss({logits}, std::vector<Target>{LabelMap{1, 3, {0, 7, 1}}}).item<double>() ==
        Approx((std::log(4.0) + std::log(2.0)) / 2));
}

TEST_CASE("heads of embeddings begin from the seed and learn") {
  const Graph graph = same({4, 8});
  const at::Tensor embeddings = to_torch(Random(5).tensor({4, 8}, -1, 1)).requires_grad_();
  const std::vector<Target> targets{ClassLabel{0}, ClassLabel{1}, ClassLabel{2}, ClassLabel{1}};
  for (const char* name : {"softmax-head", "arc-face"}) {
    INFO(name);
    const auto objective = make(name, "{}", graph, 3);
    const auto head = objective->parameters();
    CHECK(head[0].sizes().vec() == Shape{3, 8});
    CHECK(at::equal(head[0], make(name, "{}", graph, 3)->parameters()[0]));
    CHECK_FALSE(at::equal(head[0], make(name, "{}", graph, 3, 2)->parameters()[0]));
    const auto loss = [&] { return objective->loss({embeddings}, targets); };
    for (const at::Tensor& parameter : head) check_slope(loss, parameter);
    check_slope(loss, embeddings);
  }
}

TEST_CASE("softmax-head and arc-face are what losses.h says") {
  const Graph graph = same({2, 4});
  const at::Tensor x = to_torch(Random(6).tensor({2, 4}, -1, 1));
  const std::vector<Target> targets{ClassLabel{2}, ClassLabel{0}};
  const at::Tensor labels = at::tensor({2, 0}, at::kLong);
  const auto softmax = make("softmax-head", "{}", graph, 3);
  const at::Tensor weight = softmax->parameters()[0];
  CHECK(softmax->parameters()[1].sizes().vec() == Shape{3});
  CHECK(softmax->loss({x}, targets).item<double>() ==
        Approx(cross_entropy(at::matmul(x, weight.t()), labels).item<double>()));
  const auto arc =
      make("arc-face", R"({"scale": 32, "margin": 0.3, "guard": "monotone"})", graph, 3);
  const ArcFace options{.scale = 32, .margin = 0.3, .guard = ArcFace::Guard::monotone};
  const at::Tensor logits = arc_face_logits(x, arc->parameters()[0], labels, options);
  CHECK(arc->loss({x}, targets).item<double>() == cross_entropy(logits, labels).item<double>());
  CHECK(arc->parameters().size() == 1);
}

}  // namespace
}  // namespace bench
