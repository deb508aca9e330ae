#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "bench/train/objective.h"
#include "bench/train/objective_testing.h"
#include "bench/train/optimizer.h"
#include "bench/train/trainable_graph.h"
#include "models/random.h"
#include "models/zoo/faster_rcnn_vgg16.h"

namespace bench {
namespace {

using Catch::Contains;
using Objects = std::vector<ObjectBox>;

// 2 x 3 cells of 16 x 16 pixels, each with an anchor that is just the cell; two regions of an
// image, three classes and the background. With `kinds` 2 there is an anchor twice as large, too,
// and each of these reaches out of the image.
Graph heads(std::int64_t images, std::int64_t kinds = 1) {
  Graph graph;
  graph.add("image", Input{{images, 3, 32, 48}});
  const NodeId scores = graph.add("scores", Constant{Tensor({images, 2 * kinds, 2, 3})});
  const NodeId boxes = graph.add("boxes", Constant{Tensor({images, 4 * kinds, 2, 3})});
  Proposals op{.scales = {1, 2}, .ratios = {1}, .kept = 2};
  op.scales.resize(static_cast<std::size_t>(kinds));
  const NodeId rois = graph.add("rois", op, {scores, boxes, 0});
  const NodeId logits = graph.add("logits", Constant{Tensor({2 * images, 4})});
  const NodeId deltas = graph.add("deltas", Constant{Tensor({2 * images, 16})});
  graph.outputs = {{"rpn_logits", scores},
                   {"rpn_deltas", boxes},
                   {"rois", rois},
                   {"logits", logits},
                   {"deltas", deltas}};
  return graph;
}

std::unique_ptr<Objective> make(const Graph& graph, const std::string& options = "{}",
                                std::uint64_t seed = 1) {
  const ObjectiveFacts facts{graph, std::get<Input>(graph.nodes[0].op).shape, 3, seed};
  return find(objectives(), "objective", "faster-rcnn").make(parse_json(options, "test"), facts);
}

// Outputs that say nothing; regions are the cells (0, 1), which is the object's, and (1, 0).
std::vector<at::Tensor> silent(std::int64_t images, std::int64_t kinds = 1) {
  at::Tensor rois = at::zeros({2 * images, 5});
  for (std::int64_t n = 0; n < images; ++n) {
    const float image = static_cast<float>(n);
    rois[2 * n] = at::tensor({image, 16.0f, 0.0f, 31.0f, 15.0f});
    rois[2 * n + 1] = at::tensor({image, 0.0f, 16.0f, 15.0f, 31.0f});
  }
  return {at::zeros({images, 2 * kinds, 2, 3}), at::zeros({images, 4 * kinds, 2, 3}), rois,
          at::zeros({2 * images, 4}), at::zeros({2 * images, 16})};
}

// Of class 1 (2 with the background), the cell (0, 1): points 16 .. 32.
const Target object = Objects{{.label = 1, .box = {16, 0, 32, 16}}};

double loss(Objective& objective, const std::vector<at::Tensor>& outputs,
            const std::vector<Target>& targets = {object}) {
  return objective.loss(outputs, targets).item<double>();
}

// One anchor learns the object, five the background: cross entropies of two equal numbers, log 2.
// One region learns the object, the other the background: log 4. All boxes are right as they are.
const double nothing_known = std::log(2.0) + std::log(4.0);

TEST_CASE("faster-rcnn: the loss by hand") {
  const Graph graph = heads(1);
  const auto objective = make(graph);
  CHECK(loss(*objective, silent(1)) == Approx(nothing_known));

  SECTION("scores: planes of the background come first") {
    auto outputs = silent(1);
    outputs[0][0][1][0][1] = 3;  // the object's anchor: log(1 + e^-3) instead of log 2
    CHECK(loss(*objective, outputs) ==
          Approx(nothing_known + (std::log(1 + std::exp(-3.0)) - std::log(2.0)) / 6));
    outputs[0][0][0][1][2] = 3;  // the background's, of another one
    CHECK(loss(*objective, outputs) ==
          Approx(nothing_known + (std::log(1 + std::exp(-3.0)) - std::log(2.0)) / 3));
  }
  SECTION("anchors' boxes: smooth L1 with its kink at 1/9") {
    auto outputs = silent(1);
    outputs[1][0][2][0][1] = 1;    // 1 - 1/18
    outputs[1][0][0][0][1] = 0.1;  // 0.1^2 / 2 * 9
    outputs[1][0][0][1][1] = 50;   // not its object
    CHECK(loss(*objective, outputs) == Approx(nothing_known + (17.0 / 18 + 0.045) / 6));
  }
  // The region's left half of the object: its middle is 4 pixels, half its width, too far left, its
  // width half the object's. In deviations: 0.5 / 0.1 = 5, log 2 / 0.2 = 3.4657.
  SECTION("regions' boxes: of the object's class, in deviations") {
    auto outputs = silent(1);
    outputs[2][0][3] = 23.0f;
    const double off = 5 - 0.5 + std::log(2.0) / 0.2 - 0.5;
    CHECK(loss(*objective, outputs) == Approx(nothing_known + off / 2));
    outputs[4][0][4 * 2] = 5;
    outputs[4][0][4 * 2 + 2] = std::log(2.0) / 0.2;
    outputs[4][0][4 * 1] = 99;
    CHECK(loss(*objective, outputs) == Approx(nothing_known));
    outputs[2][0][3] = 22.0f;  // 7 of 16 columns: below a half, so it is background
    CHECK(loss(*objective, outputs) == Approx(nothing_known));
    outputs[3][0][2] = 3;
    CHECK(loss(*objective, outputs) ==
          Approx(nothing_known + (std::log(3 + std::exp(3.0)) - std::log(4.0)) / 2));
  }
  SECTION("nothing is there") {
    CHECK(loss(*objective, silent(1), {Objects{}}) == Approx(nothing_known));
    const Objects difficult{{.label = 1, .box = {16, 0, 32, 16}, .difficult = true}};
    auto outputs = silent(1);
    outputs[3][0][0] = 3;
    const double background = nothing_known + (std::log(3 + std::exp(3.0)) - 3 - std::log(4.0)) / 2;
    CHECK(loss(*objective, outputs, {difficult}) == Approx(background));
    CHECK(loss(*make(graph, R"({"difficult": true})"), outputs, {difficult}) ==
          Approx(nothing_known + (std::log(3 + std::exp(3.0)) - std::log(4.0)) / 2));
  }
}

TEST_CASE("faster-rcnn: anchors that reach out of the image say nothing") {
  const Graph graph = heads(1, 2);
  const auto objective = make(graph);
  auto outputs = silent(1, 2);
  outputs[0][0][1] = 7;  // the background of the larger kind
  outputs[0][0][3] = 9;
  CHECK(loss(*objective, outputs) == Approx(nothing_known));
  outputs[0][0][2][0][1] = 3;  // the object's, of the smaller kind
  CHECK(loss(*objective, outputs) ==
        Approx(nothing_known + (std::log(1 + std::exp(-3.0)) - std::log(2.0)) / 6));
}

TEST_CASE("faster-rcnn: every image of a batch has regions of its own") {
  const Graph graph = heads(2), alone = heads(1);
  auto outputs = silent(2);
  outputs[3][2][2] = 3;         // of the second image's first region
  outputs[0][1][1][0][1] = -2;  // of the second image's second anchor
  std::vector<at::Tensor> first, second;
  for (std::size_t i = 0; i < 5; ++i) {
    const std::int64_t each = i < 2 ? 1 : 2;
    first.push_back(outputs[i].slice(0, 0, each));
    second.push_back(outputs[i].slice(0, each, 2 * each));
  }
  const Target other = Objects{{.label = 0, .box = {0, 16, 16, 32}}};
  CHECK(loss(*make(graph), outputs, {object, other}) ==
        Approx((loss(*make(alone), first) + loss(*make(alone), second, {other})) / 2));
}

TEST_CASE("faster-rcnn: so many are drawn, by the seed and by what the network says") {
  const Graph graph = heads(1);
  const auto learnt = [&](std::uint64_t seed, double bias) {
    auto outputs = silent(1);
    outputs[0] = (outputs[0] + bias).requires_grad_();
    make(graph, R"({"anchors": 3})", seed)->loss(outputs, std::vector<Target>{object}).backward();
    const Tensor gradient = from_torch(outputs[0].grad());
    std::vector<int> list;
    for (int i = 0; i < 6; ++i) {
      if (gradient.data<float>()[static_cast<std::size_t>(i)] != 0) list.push_back(i);
    }
    return list;
  };
  std::set<std::vector<int>> by_seed, by_output;
  for (int i = 0; i < 20; ++i) {
    const auto list = learnt(static_cast<std::uint64_t>(i), 0);
    CHECK(list.size() == 3);
    CHECK(std::ranges::count(list, 1) == 1);  // the object's anchor: one of at most one
    CHECK(list == learnt(static_cast<std::uint64_t>(i), 0));
    by_seed.insert(list);
    by_output.insert(learnt(1, i));
  }
  CHECK(by_seed.size() > 4);  // of 10 pairs
  CHECK(by_output.size() > 4);
}

TEST_CASE("faster-rcnn: slopes are what gradients say") {
  const Graph graph = heads(1);
  const auto objective = make(graph);
  auto outputs = silent(1);
  Random random(3);
  for (const std::size_t i : {0, 1, 3, 4}) {
    const Tensor drawn = random.tensor(outputs[i].sizes().vec(), 1.5f, 3);
    outputs[i] = to_torch(drawn).requires_grad_();
  }
  for (const std::size_t i : {0, 1, 3, 4}) {
    check_slope([&] { return objective->loss(outputs, std::vector<Target>{object}); }, outputs[i]);
  }
}

TEST_CASE("faster-rcnn: what does not fit is refused") {
  Graph graph = heads(1);
  const auto objective = make(graph);
  CHECK_THROWS_WITH(objective->loss(silent(1), std::vector<Target>{ClassLabel{}}),
                    Contains("cannot learn"));
  CHECK_THROWS_WITH(objective->loss(silent(1), std::vector<Target>{}), Contains("0 targets"));
  CHECK_THROWS_WITH(
      objective->loss(silent(1), std::vector<Target>{Objects{{.label = 3, .box = {0, 0, 9, 9}}}}),
      Contains("label 3 of 3 classes"));
  CHECK_THROWS_WITH(make(graph, R"({"regions": 0})"), Contains("regions: expected"));
  CHECK_THROWS_WITH(make(graph, R"({"region_share": 2})"), Contains("region_share"));
  CHECK_THROWS_WITH(make(graph, R"({"anchor": 1})"), Contains("anchor"));
  graph.outputs[4].node = graph.outputs[3].node;
  CHECK_THROWS_WITH(make(graph), Contains("output 'deltas' is 2x4, wanted 2x16"));
  graph.outputs[4].name = "boxes";
  CHECK_THROWS_WITH(make(graph), Contains("no output 'deltas'"));
}

// Two images of noise, each with a white box in it.
TEST_CASE("faster-rcnn: a small network learns two images by heart", "[slow]") {
  make_deterministic();
  const Graph graph = faster_rcnn_vgg16({.width = 0.125, .image = {96, 128}, .classes = 4});
  const ObjectiveFacts facts{graph, {2, 3, 96, 128}, 3, 1};
  const auto objective = find(objectives(), "objective", "faster-rcnn")
                             .make(parse_json(R"({"regions": 32})", "test"), facts);
  const std::vector<Target> targets{Objects{{.label = 0, .box = {20, 30, 60, 70}}},
                                    Objects{{.label = 2, .box = {50, 10, 110, 60}}}};
  Tensor input = Random(2).tensor({2, 3, 96, 128}, -0.3f, 0.3f);
  for (int n = 0; n < 2; ++n) {
    const Box& b = std::get<Objects>(targets[static_cast<std::size_t>(n)])[0].box;
    for (int y = 0; y < 96; ++y) {
      for (int x = 0; x < 128; ++x) {
        const bool in = x >= b.x1 && x < b.x2 && y >= b.y1 && y < b.y2;
        const int place = ((3 * n + n) * 96 + y) * 128 + x;
        if (in) input.data<float>()[static_cast<std::size_t>(place)] = 1;
      }
    }
  }
  TrainableGraph net(graph);
  Optimizer optimizer(net.trained(), {.kind = OptimizerOptions::Kind::adam, .learning_rate = 1e-3});
  std::vector<double> losses;
  for (int step = 0; step < 80; ++step) {
    at::Tensor value = objective->loss(net.forward(to_torch(input), Mode::training), targets);
    losses.push_back(value.item<double>());
    optimizer.clear_gradients();
    value.backward();
    optimizer.step();
  }
  CHECK(losses.front() > 2);
  CHECK(losses.back() < losses.front() / 3);
}

}  // namespace
}  // namespace bench
