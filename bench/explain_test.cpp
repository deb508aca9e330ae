#include "bench/explain.h"

#include <catch2/catch.hpp>

#include "models/testing.h"

namespace bench {
namespace {

GridTrial trial(const std::string& grids, double value, RunRecord::Against against) {
  GridTrial one{grids, {}};
  one.record.metrics = {{"top1", value, std::nullopt, "", true}};
  one.record.against = std::move(against);
  one.record.answers_digest = "0123456789abcdef";
  return one;
}

RunRecord::Against lost(double difference, double low, double high, std::int64_t images) {
  return {"none", 100, images + 1, images, 1, {{"top1", difference, Interval{low, high}}}};
}

LayerErrors layer(NodeId id, const std::string& name, float noise) {
  LayerErrors errors{.layer = id, .name = name, .op = "Conv2d"};
  errors.weights.emplace();
  errors.weights->add(Tensor::of({1}, {1.f}), Tensor::of({1}, {1 + noise}));
  errors.alone = errors.so_far = *errors.weights;
  return errors;
}

// Noise 0.125 is 10 log10(64) = 18.1 dB, 0.5 is 6.0 dB.
Explanation sample() {
  Explanation e;
  e.subject = "net.recipe.fake-quant";
  e.images = {"a", "b"};
  e.available = 100;
  e.seed = 7;
  e.trials = {trial("none", 0.7, {}), trial("weights", 0.5, lost(-0.2, -0.3, -0.1, 21)),
              trial("activations", 0.69, lost(-0.01, -0.02, 0.01, 2)),
              trial("all", 0.48, lost(-0.22, -0.3, -0.1, 23))};
  e.layers = {layer(1, "first", 0.125f), layer(3, "second", 0.5f)};
  e.outputs_decibels = 5.25;
  LayerTrial one{1, trial("all but first", 0.49, lost(-0.21, -0.3, -0.1, 22))};
  one.recovered = {{"top1", 0.01, Interval{-0.01, 0.03}}};
  one.right_again = 2;
  LayerTrial two{3, trial("all but second", 0.68, lost(-0.02, -0.05, 0.01, 3))};
  two.recovered = {{"top1", 0.2, Interval{0.1, 0.3}}};
  two.right_again = 19;
  e.sweep = {one, two};
  return e;
}

TEST_CASE("Every table about drawings says so") {
  Explanation e = sample();
  for (const Table& table : tables(e)) {
    for (const std::string& note : table.notes) CHECK(note.find("drawn") == note.npos);
  }
  e.trials[0].record.data.drawn = true;
  for (const Table& table : tables(e)) CHECK(table.notes.back().find("(drawn): ") == 0);
}

TEST_CASE("What the numbers say, where they say it") {
  CHECK(findings(sample()) ==
        std::vector<std::string>{
            "top1 with all grids: -0.2200 [-0.300, -0.100] to none",
            "mostly the weights: -0.2000 with their grids alone, -0.0100 with the others'",
            "layer second alone explains 19 of 23 lost answers",
            "the noisiest layer: second (Conv2d), 6.0 dB alone"});
  Explanation spread = sample();
  spread.sweep[1].right_again = 11;
  CHECK(findings(spread)[2] ==
        "no layer alone explains more than half of 23 lost answers; second explains most, 11");
  Explanation boxes = sample();  // no mean over images
  for (GridTrial& one : boxes.trials) one.record.against.lost = -1;
  for (LayerTrial& one : boxes.sweep) one.right_again = -1;
  CHECK(findings(boxes)[2] == "layer second alone explains 0.2000 of 0.2200");
  boxes.sweep[1].recovered[0].value = 0.1;
  CHECK(findings(boxes)[2] == "no layer alone explains half of it; second explains most, 0.1000");
  boxes.sweep[1].recovered[0].interval95->low = -0.1;
  CHECK(findings(boxes).size() == 3);
  Explanation harmless = sample();
  harmless.trials[3] = trial("all", 0.69, lost(-0.01, -0.03, 0.01, 1));
  CHECK(findings(harmless)[0] ==
        "top1 with all grids: -0.0100 [-0.030, +0.010] to none: no loss beyond doubt on these "
        "images");
}

TEST_CASE("Tables rank layers, the worst first") {
  const auto list = tables(sample());
  REQUIRE(list.size() == 4);
  CHECK(list[0].notes == std::vector<std::string>{"2 of 100 images, seed 7"});
  CHECK(to_markdown(list[1]) == R"(### grids on weights, on activations, on both

| grids       | top1   | to none                  | changed                | answers      |
|-------------|--------|--------------------------|------------------------|--------------|
| none        | 0.7000 | -                        | -                      | 0123456789ab |
| weights     | 0.5000 | -0.2000 [-0.300, -0.100] | 22 (21 lost, 1 gained) | 0123456789ab |
| activations | 0.6900 | -0.0100 [-0.020, +0.010] | 3 (2 lost, 1 gained)   | 0123456789ab |
| all         | 0.4800 | -0.2200 [-0.300, -0.100] | 24 (23 lost, 1 gained) | 0123456789ab |
)");
  CHECK(list[2].rows[0] ==
        std::vector<std::string>{"second", "Conv2d", "6.0", "-", "6.0", "6.0", "2"});
  CHECK(to_markdown(list[3]) == R"(### one layer back to float

| layer in float | top1   | recovered                | right again | alone dB |
|----------------|--------|--------------------------|-------------|----------|
| second         | 0.6800 | +0.2000 [+0.100, +0.300] | 19 of 23    | 6.0      |
| first          | 0.4900 | +0.0100 [-0.010, +0.030] | 2 of 23     | 18.1     |
)");
}

TEST_CASE("MobileNetV1 0.25 with weights of 4 bits per tensor: the weights are to blame",
          "[slow]") {
  const auto data = testing::real_data("voc_imagenet/imagenet/sample1000");
  const auto weights = testing::real_data("voc_imagenet/models");
  if (!data || !weights) return;
  const testing::TemporaryFolder folder;
  ExplainRequest request;
  request.run.suite = load_suite("imagenet");
  request.run.data = {*data, "", true};
  request.run.weights = weights_places(*weights, *data);
  request.run.limit = 24;
  request.run.threads = 2;
  request.run.bootstrap = 200;
  request.run.out = folder.path();
  request.subject.model = "mobilenetv1-0.25";
  request.subject.backend = request.backend = "fake-quant";
  request.subject.recipe = parse_recipe("tflite");
  for (Pass& pass : request.subject.recipe.passes) {
    auto* quantize = std::get_if<pass::Quantize>(&pass);
    if (!quantize) continue;
    for (QuantizeRule& rule : quantize->rules) {
      if (!rule.scheme.weight) continue;
      rule.scheme.weight->bits = 4;
      rule.scheme.weight_per_channel = false;
    }
  }
  const auto dataset = open_dataset("imagenet", request.run.data);
  const std::atomic<bool> stop = false;
  const Explanation e = explain(request, *dataset, stop, [](auto&&...) {});
  REQUIRE(e.complete);
  CHECK(e.images.size() == 24);
  REQUIRE(e.trials.size() == 4);
  const auto top1 = [&](std::size_t i) { return e.trials[i].record.metrics.at(0).value; };
  CHECK(top1(0) > 0.4);
  CHECK(top1(1) < 0.1);
  CHECK(top1(2) > 0.2);
  CHECK(top1(3) < 0.1);
  CHECK(findings(e).at(1).find("mostly the weights") == 0);
  CHECK(e.outputs_decibels < 5);
}

}  // namespace
}  // namespace bench
