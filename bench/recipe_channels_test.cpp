// The passes unbalance and prune-dead-channels in recipes.

#include <algorithm>
#include <catch2/catch.hpp>

#include "bench/recipe.h"
#include "models/audit.h"
#include "models/conformance.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/mobilenet_v2.h"
#include "models/zoo/vgg16.h"

namespace bench {
namespace {

using Catch::Contains;

Recipe recipe(const std::string& passes) {
  return recipe_of(parse_json(R"({"name": "own", "passes": [)" + passes + "]}", "own.json"),
                   "own.json");
}

const Shape image_shape = {1, 3, 32, 32};

CalibrationInputs noise_images(std::size_t number) {
  CalibrationInputs inputs;
  inputs.images = number;
  inputs.load = [](std::size_t i) {
    return std::vector<Tensor>{Random(20 + i).tensor(image_shape, -2, 2)};
  };
  inputs.shape = image_shape;
  return inputs;
}

Graph mobile() { return mobilenet_v2({.width = 0.25, .image = {32, 32}, .classes = 10}); }

double error_of(const Graph& graph, const Tensor& input) {
  return relative_error(evaluate(graph, input)[0], evaluate(without_grids(graph), input)[0]);
}

TEST_CASE("recipe: equalize undoes unbalance, and 8 bits per tensor do again") {
  const std::string weights =
      R"({"pass": "quantize", "rules": [{"which": {"kind": "layer"}, "weight": {"form": "symmetric"}}]})";
  const std::string fold = R"({"pass": "replace-relu6"}, {"pass": "fold-batch-norm"}, )";
  const std::string apart = R"({"pass": "replace-relu6"}, {"pass": "unbalance", "seed": 5}, )";
  const Tensor input = Random(9).tensor(image_shape, -2, 2);
  const auto error = [&](const std::string& passes) {
    return error_of(apply(recipe(passes + weights), mobile(), {}, "net").graph, input);
  };
  const double before = error(fold), lost = error(apart + fold);
  const double back = error(apart + fold + R"({"pass": "equalize"}, )");
  CAPTURE(before, lost, back);
  CHECK(lost > 5 * before);
  CHECK(lost > 5 * back);
}

TEST_CASE("recipe: unbalance says what ReLU6 does to the answers") {
  const Tensor first = noise_images(1).load(0)[0];
  const Quantized spared = apply(recipe(R"({"pass": "unbalance", "spare_relu6": true})"), mobile(),
                                 noise_images(3), "net");
  CHECK_THAT(spared.reports[0].summary,
             Contains("35 pairs scaled") && Contains("on 3 images; float answers moved by 0"));
  const Tensor a = evaluate(spared.graph, first)[0], b = evaluate(mobile(), first)[0];
  CHECK(std::ranges::equal(a.bytes(), b.bytes()));
  const Quantized blind = apply(recipe(R"({"pass": "unbalance"})"), mobile(), {}, "net");
  CHECK_THAT(blind.reports[0].summary, Contains("on noise"));
  CHECK_THROWS_WITH(
      apply(recipe(R"({"pass": "unbalance", "spare_relu6": true})"), mobile(), {}, "net"),
      Contains("unbalance: there are no calibration images"));
}

TEST_CASE("recipe: dead channels go, and the audit sees it") {
  Graph graph = vgg11({.width = 0.0625, .image = {32, 32}, .classes = 5});
  for (Node& node : graph.nodes) {
    auto* conv = std::get_if<Conv2d>(&node.op);
    if (conv) conv->bias.data<float>()[1] = -1e6f;
  }
  const Quantized result =
      apply(recipe(R"({"pass": "prune-dead-channels"})"), graph, noise_images(4), "net");
  CHECK_THAT(result.reports[0].summary, Contains("float answers moved by 0"));
  CHECK(audit(result.graph, image_shape).parameters < audit(graph, image_shape).parameters);
  CHECK(result.reports[0].nodes.size() == 8);
  const Tensor input = noise_images(1).load(0)[0];
  CHECK(relative_error(evaluate(result.graph, input)[0], evaluate(graph, input)[0]) == 0);
  CHECK_THROWS_WITH(apply(recipe(R"({"pass": "prune-dead-channels"})"), graph, {}, "net"),
                    Contains("prune-dead-channels: there are no calibration images"));
}

TEST_CASE("recipe: what comes before fold-batch-norm, what wants images, what is out of range") {
  for (const std::string name : {"unbalance", "prune-dead-channels"}) {
    const Recipe late = recipe(R"({"pass": "fold-batch-norm"}, {"pass": ")" + name + "\"}");
    CHECK_THROWS_WITH(apply(late, mobile(), noise_images(1), "net"),
                      name + ": comes before fold-batch-norm");
    const Recipe one = recipe(R"({"pass": ")" + name + "\"}");
    CHECK(to_text(to_json(recipe_of(to_json(one), "x"))) == to_text(to_json(one)));
    CHECK(needs_images(one) == (name == "prune-dead-channels"));
  }
  CHECK(needs_images(recipe(R"({"pass": "unbalance", "spare_relu6": true})")));
  CHECK_THROWS_WITH(recipe(R"({"pass": "unbalance", "lowest": -40})"),
                    "own.json: passes[0].lowest: expected -20 to 0");
}

}  // namespace
}  // namespace bench
