#include "bench/training_recipe.h"

#include <catch2/catch.hpp>

#include "bench/train/schedule.h"
#include "models/error.h"
#include "models/hostile_testing.h"

namespace bench {
namespace {

const std::string text = R"({
  "name": "n", "about": "a", "task": "imagenet",
  "network": {"builder": "mobilenet-v2", "width": 0.25, "image": [64, 48], "classes": 24},
  "prepare": "mini-64", "decode": "classifier", "objective": {"kind": "softmax"},
  "optimizer": {"learning_rate": 0.5}, "steps": 100,
  "schedule": {"kind": "cosine", "warm_up": 20}})";

std::string changed(const std::string& from, const std::string& to) {
  std::string copy = text;
  copy.replace(copy.find(from), from.size(), to);
  return copy;
}

TEST_CASE("A recipe is read; what it does not say has its default") {
  const TrainingRecipe recipe = parse_training_recipe(text, "n.json");
  CHECK(recipe.network.image == Pair{64, 48});
  CHECK(recipe.network.width == 0.25);
  CHECK(recipe.steps == 100);
  CHECK(recipe.batch == 32);
  CHECK(recipe.seed == 1);
  CHECK(recipe.quantize.empty());
  CHECK(recipe.optimizer.kind == OptimizerOptions::Kind::sgd);
  CHECK(recipe.digest == parse_training_recipe(text, "m.json").digest);
  CHECK(recipe.digest != parse_training_recipe(changed("100", "101"), "n.json").digest);
  const auto grids = parse_training_recipe(
      changed("\"steps\"", "\"quantize\": \"binary-steps:step=2\", \"steps\""), "n.json");
  CHECK(grids.quantize.name == "binary-steps-step2");
}

TEST_CASE("Faults of a recipe name file and key") {
  const auto fault = [](const std::string& from, const std::string& to) {
    try {
      parse_training_recipe(changed(from, to), "n.json");
    } catch (const Error& error) {
      CHECK(error.fault() == Fault::bad_data);
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(fault("\"steps\"", "\"stesp\"").find("n.json: steps") == 0);
  CHECK(fault("\"about\"", "\"seeds\": 3, \"about\"").find("'seeds'; did you mean 'seed'?") !=
        std::string::npos);
  CHECK(fault("64, 48", "64").find("n.json: network.image: expected [height, width]") == 0);
  CHECK(fault("\"builder\"", "\"from\": \"m\", \"builder\"").find("n.json: network.builder") == 0);
  CHECK(fault("cosine", "cosin").find("did you mean 'cosine'?") != std::string::npos);
  CHECK(fault("0.5", "0").find("n.json: optimizer.learning_rate: expected") == 0);
  CHECK(fault("\"kind\": \"softmax\"", "").find("n.json: objective.kind") == 0);
  CHECK(fault("\"steps\"", "\"quantize\": \"int9\", \"steps\"").find("int8") != std::string::npos);
}

TEST_CASE("A damaged recipe is one all the same, or one Error with the file's name") {
  const std::string whole = changed("\"steps\"", R"("quantize": "tf-qat", "freeze": ["a*"],
    "sign_gradient": {"weights": "identity"}, "prune": {"alpha": 1, "ratio": 0.5, "nodes": ["b"]},
    "images": {"draw": "voc", "count": 4}, "observe": {"decay": 0.5}, "steps")");
  CHECK(parse_training_recipe(whole, "n.json").prune->ratio == 0.5);
  const int refused = testing::refused_mutations(whole, "n.json: ", [](const std::string& damaged) {
    const TrainingRecipe read = parse_training_recipe(damaged, "n.json");
    CHECK(read.batch >= 1);
  });
  CHECK(refused > 100);
}

TEST_CASE("Sizes without sense are refused, not tried") {
  for (const char* number : {"-1", "1e300", "9223372036854775807", "92233720368547758070", "NaN"}) {
    CAPTURE(number);
    for (const char* field : {"\"steps\": 100", "\"warm_up\": 20", "\"classes\": 24"}) {
      const std::string key = std::string(field).substr(0, std::string(field).find(' ') + 1);
      CHECK_THROWS_AS(parse_training_recipe(changed(field, key + number), "n.json"), Error);
    }
  }
  CHECK_THROWS_WITH(parse_training_recipe(std::string(100000, '['), "n.json"),
                    Catch::StartsWith("n.json"));
}

TEST_CASE("Recipes in the program are named as their files and can be found") {
  CHECK_FALSE(training_recipes().empty());
  for (const TrainingRecipe& recipe : training_recipes()) {
    CHECK(load_training_recipe(recipe.name).digest == recipe.digest);
    CHECK(load_training_recipe(BENCH_SOURCE_DIR "/bench/train/recipes/" + recipe.name + ".json")
              .digest == recipe.digest);
  }
  CHECK_THROWS_WITH(load_training_recipe("mini-vggg"), Catch::Contains("did you mean 'mini-vgg'?"));
}

TEST_CASE("Recipes that start from others see the same inputs and are read the same way") {
  for (const TrainingRecipe& recipe : training_recipes()) {
    if (recipe.network.from.empty()) continue;
    INFO(recipe.name);
    const TrainingRecipe start = load_training_recipe(recipe.network.from);
    CHECK(recipe.prepare == start.prepare);
    CHECK(recipe.decode == start.decode);
    CHECK(recipe.task == start.task);
  }
}

TEST_CASE("Rates rise evenly, then fall as half a cosine or at the steps named") {
  TrainingRecipe recipe = parse_training_recipe(text, "n.json");
  CHECK(learning_rate(recipe, 0) == Approx(0.5 / 20));
  CHECK(learning_rate(recipe, 9) == Approx(0.25));
  CHECK(learning_rate(recipe, 20) == Approx(0.5));
  CHECK(learning_rate(recipe, 60) == Approx(0.25));  // half of the 80 steps that are left
  CHECK(learning_rate(recipe, 99) < 0.001);
  recipe.schedule = {TrainingRecipe::Schedule::Kind::steps, 0, {40, 80}, 0.1};
  CHECK(learning_rate(recipe, 39) == Approx(0.5));
  CHECK(learning_rate(recipe, 40) == Approx(0.05));
  CHECK(learning_rate(recipe, 80) == Approx(0.005));
  recipe.schedule = {TrainingRecipe::Schedule::Kind::constant};
  CHECK(learning_rate(recipe, 99) == 0.5);
}

}  // namespace
}  // namespace bench
