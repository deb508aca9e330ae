#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "bench/train/box_matching.h"
#include "bench/train/objective.h"
#include "bench/train/objective_testing.h"
#include "bench/train/optimizer.h"
#include "bench/train/trainable_graph.h"
#include "models/anchors.h"
#include "models/random.h"
#include "models/zoo/dsfd_vgg16.h"
#include "models/zoo/ssd_lite_mobilenet_v2.h"

namespace bench {
namespace {

using Catch::Contains;

// Four anchors of 10 x 10 side by side.
const std::vector<Box> row{{0, 0, 10, 10}, {10, 0, 20, 10}, {20, 0, 30, 10}, {30, 0, 40, 10}};

TEST_CASE("anchors learn the box they overlap most, each box its best anchor at least") {
  // a = 2 .. 12 shares 8 of 12 with anchor 0 (IoU 2/3), 2 of 18 with anchor 1.
  const Box a{2, 0, 12, 10};
  CHECK(match_anchors(row, std::vector{a}, 0.5) == std::vector<int>{0, -1, -1, -1});
  CHECK(match_anchors(row, std::vector{a}, 0.1) == std::vector<int>{0, 0, -1, -1});
  // A speck within anchor 3: IoU 1/100, and yet it is learnt. Nothing touches the last one.
  const Box speck{31, 1, 32, 2}, outside{50, 50, 60, 60};
  CHECK(match_anchors(row, std::vector{a, speck, outside}, 0.5) == std::vector<int>{0, -1, -1, 1});
  // 20 .. 40 overlaps two anchors by half: both learn it. At 0.51 its best one does, the first.
  const Box wide{20, 0, 40, 10};
  CHECK(match_anchors(row, std::vector{wide}, 0.5) == std::vector<int>{-1, -1, 0, 0});
  CHECK(match_anchors(row, std::vector{wide}, 0.51) == std::vector<int>{-1, -1, 0, -1});
  // Two boxes in one anchor: the better one by its overlap, but both want it, and the last has it.
  const Box half{0, 0, 5, 10};
  CHECK(match_anchors(row, std::vector{a, half}, 0.4) == std::vector<int>{1, -1, -1, -1});
  CHECK(match_anchors(row, std::vector{half, a}, 0.4) == std::vector<int>{1, -1, -1, -1});
  CHECK(match_anchors(row, {}, 0.5) == std::vector<int>(4, background));
  CHECK(match_anchors({}, std::vector{a}, 0.5).empty());
}

TEST_CASE("the hardest of those that learn the background") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<int> matches{-1, 0, -1, -1, -1};
  const std::vector<float> losses{1, 9, 3, 3, 2};
  using List = std::vector<std::size_t>;
  CHECK(hardest_negatives(matches, losses, 0).empty());
  CHECK(hardest_negatives(matches, losses, 1) == List{2});
  CHECK(hardest_negatives(matches, losses, 3) == List{2, 3, 4});
  CHECK(hardest_negatives(matches, losses, 9) == List{0, 2, 3, 4});
  CHECK(hardest_negatives(matches, std::vector<float>{1, 9, 3, nan, 2}, 1) == List{3});
}

/// A graph whose outputs are constants of these sizes, for an image of this size.
Graph heads(Pair image, std::int64_t images, std::int64_t anchors, std::int64_t classes) {
  Graph graph;
  graph.add("image", Input{{images, 3, image.h, image.w}});
  const NodeId boxes = graph.add("boxes", Constant{Tensor({images, anchors, 4})});
  const NodeId logits = graph.add("logits", Constant{Tensor({images, anchors, classes})});
  graph.outputs = {{"logits", logits}, {"boxes", boxes}};
  return graph;
}

std::unique_ptr<Objective> make(const std::string& options, const Graph& graph) {
  const ObjectiveFacts facts{graph, std::get<Input>(graph.nodes[0].op).shape};
  return find(objectives(), "objective", "multibox").make(parse_json(options, "test"), facts);
}

// At 16 x 16 pixels every map of SSD-Lite has one cell: 36 anchors.
constexpr std::int64_t ssd_anchors = 36;
const Pair ssd_image{16, 16};

/// The box in pixels that is one of these anchors.
Box anchor_box(std::size_t index) {
  const Box b = box_of(anchors_of(ssd_lite_anchors(ssd_image))[index]);
  return {b.x1 * 16, b.y1 * 16, b.x2 * 16, b.y2 * 16};
}

at::Tensor filled(const Shape& shape, float value) { return at::full(shape, value, at::kFloat); }

TEST_CASE("multibox: the loss by hand") {
  const Graph graph = heads(ssd_image, 2, ssd_anchors, 4);
  const auto objective = make(R"({"kind": "multibox", "form": "ssd", "overlap": 0.999})", graph);
  const std::vector<Target> targets{std::vector<ObjectBox>{{.label = 1, .box = anchor_box(0)}},
                                    std::vector<ObjectBox>{{.label = 2, .box = anchor_box(6)}}};
  const auto loss = [&](const at::Tensor& logits, const at::Tensor& boxes) {
    return objective->loss({logits, boxes}, targets).item<double>();
  };
  // Nothing known: every anchor's cross entropy is log 4; one matched anchor and three others in
  // each image: (2 * 4 log 4) / 2. Codes of the anchors themselves are 0.
  const at::Tensor logits = filled({2, ssd_anchors, 4}, 0), boxes = filled({2, ssd_anchors, 4}, 0);
  CHECK(loss(logits, boxes) == Approx(4 * std::log(4.0)));
  // Codes off by 3 and 0.5: 3 - 1/2 and 1/2 0.25, of the two matched ones. Others do not count.
  at::Tensor off = filled({2, ssd_anchors, 4}, 0);
  off[0][0][2] = 3;
  off[1][6][0] = -0.5;
  off[1][7][0] = 100;
  CHECK(loss(logits, off) == Approx(4 * std::log(4.0) + (2.5 + 0.125) / 2));
  // In the first image the true class (1 + 1) has 3 more, and anchors 5 and 9 take themselves for
  // objects, by 2 and 1: these two and one of the indifferent are the hardest.
  at::Tensor sure = filled({2, ssd_anchors, 4}, 0);
  sure[0][0][2] = 3;
  sure[0][5][1] = 2;
  sure[0][9][3] = 1;
  const auto sum_with = [](double x) { return 3 + std::exp(x); };
  const double first =
      std::log(sum_with(3)) - 3 + std::log(sum_with(2)) + std::log(sum_with(1)) + std::log(4.0);
  CHECK(loss(sure, boxes) == Approx((first + 4 * std::log(4.0)) / 2));
}

TEST_CASE("multibox: what is learnt, and what is not") {
  const Graph graph = heads(ssd_image, 1, ssd_anchors, 3);
  const at::Tensor logits = filled({1, ssd_anchors, 3}, 0), boxes = filled({1, ssd_anchors, 4}, 0);
  const auto loss = [&](const std::string& options, const Target& target) {
    return make(options, graph)->loss({logits, boxes}, {&target, 1}).item<double>();
  };
  const std::string strict = R"({"form": "ssd", "overlap": 0.999})";
  CHECK(loss(strict, std::vector<ObjectBox>{}) == 0);
  CHECK(loss(strict, std::vector<ObjectBox>{{.box = {5, 5, 5, 9}}}) == 0);  // no width
  const std::vector<ObjectBox> hidden{{.label = 1, .box = anchor_box(0), .difficult = true}};
  CHECK(loss(strict, hidden) == 0);
  CHECK(loss(R"({"form": "ssd", "overlap": 0.999, "difficult": true})", hidden) ==
        Approx(4 * std::log(3.0)));
  CHECK(loss(R"({"form": "ssd", "overlap": 0.999, "negatives": 1})",
             std::vector<FaceBox>{{.box = anchor_box(0)}}) == Approx(2 * std::log(3.0)));
}

TEST_CASE("multibox: DSFD's anchors and codes") {
  // 32 x 32 pixels: 64 + 16 + 4 + 1 + 1 + 1 anchors. The first of stride 16: centre (8, 8), 64
  // x 96.
  const Graph graph = heads({32, 32}, 1, 87, 2);
  const auto objective = make(R"({"form": "dsfd", "overlap": 0.9})", graph);
  // It alone learns a face 8 of 64 pixels further to the left at its left edge: IoU 64 / 72; its
  // code -8 / 64 * 5.
  const std::vector<Target> targets{std::vector<FaceBox>{{.box = {-32, -40, 40, 56}}}};
  const at::Tensor logits = filled({1, 87, 2}, 0), boxes = filled({1, 87, 4}, 0);
  CHECK(objective->loss({logits, boxes}, targets).item<double>() ==
        Approx(4 * std::log(2.0) + 0.625 * 0.625 / 2));
}

TEST_CASE("multibox: gradients") {
  Random random(8);
  for (const bool dsfd : {false, true}) {
    const std::int64_t anchors = dsfd ? 87 : ssd_anchors, classes = dsfd ? 2 : 4;
    const Graph graph = heads(dsfd ? Pair{32, 32} : ssd_image, 2, anchors, classes);
    const at::Tensor logits = to_torch(random.tensor({2, anchors, classes}, -2, 2));
    const at::Tensor boxes = to_torch(random.tensor({2, anchors, 4}, -1, 1));
    logits.requires_grad_();
    boxes.requires_grad_();
    std::vector<FaceBox> one{{.box = {2, 3, 9, 11}}}, two{{.box = {1, 1, 15, 14}}, one[0]};
    const std::vector<Target> targets{one, two};
    const auto objective = make(dsfd ? R"({"form": "dsfd"})" : R"({"form": "ssd"})", graph);
    const auto loss = [&] { return objective->loss({logits, boxes}, targets); };
    check_slope(loss, boxes, 1e-2);
    check_slope(loss, logits, 1e-2);
  }
}

TEST_CASE("multibox refuses networks, options and targets that are not its own") {
  const Graph graph = heads(ssd_image, 1, ssd_anchors, 3);
  CHECK_THROWS_WITH(make("{}", graph), Contains("form: is missing"));
  CHECK_THROWS_WITH(make(R"({"form": "sdd"})", graph), Contains("ssd or dsfd"));
  CHECK_THROWS_WITH(make(R"({"form": "ssd", "negative": 2})", graph), Contains("'negatives'"));
  CHECK_THROWS_WITH(make(R"({"form": "ssd", "overlap": 0})", graph), Contains("overlap"));
  CHECK_THROWS_WITH(make(R"({"form": "ssd", "negatives": -1})", graph), Contains("negatives"));
  CHECK_THROWS_WITH(make(R"({"form": "dsfd"})", graph), Contains("'boxes' is 1x36x4"));
  CHECK_THROWS_WITH(make(R"({"form": "dsfd"})", heads({32, 32}, 1, 87, 3)),
                    Contains("'logits' is 1x87x3"));
  CHECK_THROWS_WITH(make(R"({"form": "ssd"})", heads(ssd_image, 1, ssd_anchors, 1)),
                    Contains("no class but the background"));
  Graph renamed = graph;
  renamed.outputs[1].name = "box";
  CHECK_THROWS_WITH(make(R"({"form": "ssd"})", renamed), Contains("no output 'boxes'"));

  const auto objective = make(R"({"form": "ssd"})", graph);
  const at::Tensor logits = filled({1, ssd_anchors, 3}, 0), boxes = filled({1, ssd_anchors, 4}, 0);
  const auto loss = [&](const std::vector<Target>& targets) {
    objective->loss({logits, boxes}, targets);
  };
  CHECK_THROWS_WITH(loss({}), Contains("0 targets for 1 images"));
  CHECK_THROWS_WITH(loss({ClassLabel{1}}), Contains("cannot learn"));
  CHECK_THROWS_WITH(loss({std::vector<ObjectBox>{{.label = 2, .box = {1, 1, 5, 5}}}}),
                    Contains("label 2 of 2 classes"));
}

/// An image with one bright rectangle on noise.
Tensor scene(Pair size, const Box& box) {
  Tensor image = Random(21).tensor({1, 3, size.h, size.w}, -0.3f, 0.3f);
  for (int c = 0; c < 3; ++c) {
    for (auto y = static_cast<int>(box.y1); y < static_cast<int>(box.y2); ++y) {
      for (auto x = static_cast<int>(box.x1); x < static_cast<int>(box.x2); ++x) {
        image.data<float>()[static_cast<std::size_t>((c * size.h + y) * size.w + x)] += 0.8f;
      }
    }
  }
  return image;
}

/// The losses before and after so many steps on one image, twice in the batch.
std::pair<double, double> trained(Graph graph, const std::string& options, Pair size, int steps) {
  const Box box{12, 20, 38, 52};
  const at::Tensor one = to_torch(scene(size, box));
  const at::Tensor batch = at::cat({one, one});
  const std::vector<Target> targets(2, std::vector<FaceBox>{{.box = box}});
  const auto objective = find(objectives(), "objective", "multibox")
                             .make(parse_json(options, "test"), {graph, {2, 3, size.h, size.w}});
  TrainableGraph net(std::move(graph));
  Optimizer optimizer(net.trained(), {.kind = OptimizerOptions::Kind::adam, .learning_rate = 3e-3});
  double first = 0, last = 0;
  for (int step = 0; step < steps; ++step) {
    optimizer.clear_gradients();
    const at::Tensor loss = objective->loss(net.forward(batch, Mode::training), targets);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  return {first, last};
}

TEST_CASE("SSD-Lite and DSFD learn where a rectangle is") {
  make_deterministic();
  const Build small{.width = 0.0625, .image = {64, 64}, .classes = 2};
  const auto ssd = trained(ssd_lite_mobilenet_v2(small), R"({"form": "ssd"})", {64, 64}, 100);
  CHECK(ssd.second < ssd.first / 4);
  const auto dsfd = trained(dsfd_vgg16(small), R"({"form": "dsfd"})", {64, 64}, 25);
  CHECK(dsfd.second < dsfd.first / 4);
}

}  // namespace
}  // namespace bench
