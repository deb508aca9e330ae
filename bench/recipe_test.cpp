#include "bench/recipe.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "bench/recipe_parts.h"
#include "models/error.h"

namespace bench {
namespace {

std::string text_of(const Recipe& recipe) { return to_text(to_json(recipe)); }

TEST_CASE("every preset is written out in full and read back the same") {
  for (const RecipePart& preset : recipe_presets()) {
    INFO(preset.name);
    const Recipe recipe = parse_recipe(preset.name);
    CHECK(recipe.name == preset.name);
    const std::string text = text_of(recipe);
    CHECK(text_of(recipe_of(parse_json(text, "x"), "x")) == text);
  }
}

TEST_CASE("the options a preset lists are its defaults") {
  for (const RecipePart& preset : recipe_presets()) {
    INFO(preset.name);
    std::string options = preset.options;
    std::ranges::replace(options, ' ', ',');
    const Recipe plain = parse_recipe(preset.name);
    Recipe said = parse_recipe(preset.name + (options.empty() ? "" : ":" + options));
    said.name = plain.name;
    CHECK(text_of(said) == text_of(plain));
  }
}

TEST_CASE("a recipe's name is its preset and what was said of it") {
  CHECK(parse_recipe("dfq:bias_bits=16,correct_bias=true,relu=false").name ==
        "dfq-bias16-correct-bias-no-relu");
  CHECK(parse_recipe("int8:rule=kl").name == "int8-kl");
  CHECK(parse_recipe("none").empty());
  const Json json = parse_json(R"({"preset": "nbit", "n": 4})", "suite.json");
  CHECK(recipe_of(json, "suite.json").name == "nbit-n4");
}

TEST_CASE("what is wrong with a recipe is said with its place") {
  CHECK_THROWS_WITH(parse_recipe("dqf"), Catch::Contains("did you mean 'dfq'"));
  CHECK_THROWS_WITH(parse_recipe("dfq:bias_bit=16"), Catch::Contains("did you mean 'bias_bits'"));
  CHECK_THROWS_WITH(parse_recipe("dfq:bias_bits=12"), Catch::Contains("bias_bits: expected"));
  CHECK_THROWS_WITH(parse_recipe("dfq:relu"), Catch::Contains("option=value"));
  CHECK_THROWS_WITH(parse_recipe("int8:rule=kll"), Catch::Contains("did you mean 'kl'"));
  const auto read = [](const char* text) {
    return recipe_of(parse_json(text, "own.json"), "own.json");
  };
  CHECK_THROWS_WITH(
      read(R"({"passes": [{"pass": "equalise"}]})"),
      Catch::Contains("own.json: passes[0].pass") && Catch::Contains("did you mean 'equalize'"));
  CHECK_THROWS_WITH(read(R"({"passes": [{"pass": "equalize", "rang": "spread"}]})"),
                    Catch::Contains("passes[0].rang") && Catch::Contains("did you mean 'range'"));
  CHECK_THROWS_WITH(
      read(R"({"passes": [{"pass": "quantize", "rules": [{"weight": {"form": "sum-scale"}}]}]})"),
      Catch::Contains("rules[0].weight.form"));
}

}  // namespace
}  // namespace bench
