// The trained networks that come with the tree, models/mini, and what their cards say of them.
#include <catch2/catch.hpp>
#include <filesystem>

#include "bench/bundled.h"
#include "bench/model_card.h"
#include "bench/training_recipe.h"
#include "datasets/dataset.h"
#include "datasets/prepare.h"
#include "models/decoders/decoders.h"
#include "models/formats/formats.h"
#include "models/sha256.h"

namespace bench {
namespace {

std::vector<ModelCard> mini_cards() {
  std::vector<ModelCard> cards;
  for (const ModelCard& card : model_cards()) {
    if (card.name.starts_with("mini-")) cards.push_back(card);
  }
  return cards;
}

TEST_CASE("mini networks: files are the ones on the cards, small, and can be read and run") {
  REQUIRE_FALSE(mini_cards().empty());
  for (const ModelCard& card : mini_cards()) {
    INFO(card.name);
    const std::string file = bundled("models/mini", card.name) + "/" + card.weights;
    CHECK(sha256_of_file(file) == card.sha256);
    CHECK(std::filesystem::file_size(file) < 1'000'000);
    CHECK(card.origin == "trained by this repository");
    CHECK(card.licence == "Apache-2.0");
    CHECK(card.drawn);
    const LoadedNetwork network = load_network(file);
    CHECK_NOTHROW(find_preparation(card.prepare));
    CHECK_NOTHROW(infer_shapes(network.graph, card.input));
    CHECK_NOTHROW(make_decode(card.decode, network.graph, network.facts));
  }
}

TEST_CASE("mini networks: cards name a recipe of the program and the bundled images") {
  for (const ModelCard& card : mini_cards()) {
    INFO(card.name);
    REQUIRE(card.training);
    const TrainingRecipe recipe = load_training_recipe(card.training->recipe);
    CHECK(recipe.name == card.name);
    CHECK(recipe.seed == static_cast<std::uint64_t>(card.training->seed));
    CHECK(recipe.steps == card.training->steps);
    CHECK(recipe.prepare == card.prepare);
    CHECK(card.training->commit.size() >= 7);
    CHECK(card.training->value > 0);
    CHECK(card.training->value < 1);
    const auto judge = open_dataset(card.task, {.root = data_folder(recipe.judge.data)});
    CHECK(judge->digest() == card.training->judged_on);
  }
}

}  // namespace
}  // namespace bench
