#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "bench/backend.h"
#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/output.h"
#include "bench/model_card.h"
#include "bench/recipe.h"
#include "bench/training_recipe.h"
#include "datasets/prepare.h"
#include "models/decoders/decoders.h"
#include "models/registry.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

std::string text(std::string_view view) { return std::string(view); }

// Once.
void add_word(std::string& words, const std::string& word) {
  const bool there = (" " + words + " ").find(" " + word + " ") != words.npos;
  if (!there) words += (words.empty() ? "" : " ") + word;
}

Table list_suites(const ListArguments&) {
  Table table{"suites", {"suite", "data", "evaluator", "models", "about"}, {}, {}};
  for (const Suite& suite : suites()) {
    std::string data, evaluators, models;
    for (const Suite& part : parts_of(suite)) {
      add_word(data, part.dataset);
      add_word(evaluators, part.evaluator);
      for (const Case& one : part.cases) add_word(models, one.model);
    }
    table.rows.push_back({suite.name, data, evaluators, models, suite.about});
  }
  return table;
}

// Where the card's file is, or why it is not.
std::string weights_state(const ModelCard& card, const ListArguments& a) {
  try {
    const WeightsPlaces places = weights_places(a.weights, a.data);
    if (places.given.empty() && places.folders.empty()) return "give --weights";
    if (fs::is_regular_file(places.given)) return "give --weights FOLDER";
    return find_weights(card, places).path;
  } catch (const Error& error) {
    return error.fault() == Fault::missing ? "not found" : "another " + card.weights;
  }
}

Table list_models(const ListArguments& a) {
  Table table{
      "models", {"model", "data", "prepare", "decode", "weights", "found", "about"}, {}, {}};
  for (const ModelCard& card : model_cards()) {
    table.rows.push_back({card.name, card.task, card.prepare, card.decode, card.weights,
                          weights_state(card, a), card.about});
  }
  return table;
}

Table list_backends(const ListArguments&) {
  Table table{"backends", {"backend", "about"}, {}, {}};
  for (const Backend* backend : backends()) {
    table.rows.push_back({text(backend->name()), text(backend->about())});
  }
  return table;
}

// Folders in which a data set may lie, given --data and the environment.
std::vector<std::string> candidates(const std::string& name, const ListArguments& a) {
  std::vector<std::string> roots;
  if (!a.data.empty()) roots = {(fs::path(a.data) / name).string(), a.data};
  const char* folder = std::getenv("BENCH_DATA");
  if (folder && *folder) roots.push_back((fs::path(folder) / name).string());
  return roots;
}

// "7701 images in ROOT", or what is wrong with it; empty where nothing of the data set is there.
std::string state_in(const std::string& name, const std::string& root) {
  for (const bool images : {true, false}) {
    try {
      const auto dataset = open_dataset(name, {root, "", images});
      return std::to_string(dataset->size()) + " images in " + root +
             (images ? "" : ", but not all of the files (give --list to run on those there)");
    } catch (const Error& error) {
      if (error.fault() != Fault::missing) return std::string("damaged: ") + error.what();
    }
  }
  return "";
}

std::string data_state(const std::string& name, const ListArguments& a) {
  const std::vector<std::string> roots = candidates(name, a);
  if (roots.empty()) return "give --data";
  for (const std::string& root : roots) {
    const std::string state = fs::exists(root) ? state_in(name, root) : "";
    if (!state.empty()) return state;
  }
  return "not found";
}

Table list_data(const ListArguments& a) {
  Table table{"data", {"data set", "found", "about"}, {}, {}};
  for (const DatasetInfo& info : datasets()) {
    table.rows.push_back({text(info.name), data_state(text(info.name), a), text(info.about)});
  }
  return table;
}

Table list_evaluators(const ListArguments&) {
  Table table{
      "evaluators", {"evaluator", "protocols (the first is the official one)", "about"}, {}, {}};
  for (const EvaluatorInfo& info : evaluators()) {
    std::string protocols;
    for (const auto name : info.protocols) protocols += (protocols.empty() ? "" : " ") + text(name);
    table.rows.push_back({text(info.name), protocols, text(info.about)});
  }
  return table;
}

Table list_preparations(const ListArguments&) {
  Table table{"preparations", {"preparation", "about"}, {}, {}};
  for (const PreparationInfo& info : preparations()) table.rows.push_back({info.name, info.about});
  return table;
}

Table list_decoders(const ListArguments&) {
  Table table{"decoders", {"decoder", "about"}, {}, {}};
  for (const auto& entry : decoders()) table.rows.push_back({text(entry.name), text(entry.about)});
  return table;
}

Table recipe_table(const char* title, const char* column, const std::vector<RecipePart>& parts) {
  Table table{title, {column, "options", "about"}, {}, {}};
  for (const RecipePart& part : parts) table.rows.push_back({part.name, part.options, part.about});
  return table;
}

Table list_presets(const ListArguments&) {
  return recipe_table("presets", "preset", recipe_presets());
}

Table list_architectures(const ListArguments&) {
  Table table{"architectures", {"architecture", "about"}, {}, {}};
  for (const auto& entry : zoo()) table.rows.push_back({text(entry.name), text(entry.about)});
  return table;
}

Table list_passes(const ListArguments&) { return recipe_table("passes", "pass", recipe_passes()); }

// Of trainings; those of quantisation are called presets.
Table list_recipes(const ListArguments&) {
  Table table{"recipes", {"recipe", "data", "network", "steps", "about"}, {}, {}};
  for (const TrainingRecipe& recipe : training_recipes()) {
    const auto& network = recipe.network;
    table.rows.push_back({recipe.name, recipe.task,
                          network.from.empty() ? network.builder : "from " + network.from,
                          std::to_string(recipe.steps), recipe.about});
  }
  return table;
}

constexpr Entry<Table (*)(const ListArguments&)> parts[] = {
    {"suites", "", list_suites},
    {"models", "", list_models},
    {"backends", "", list_backends},
    {"data", "", list_data},
    {"evaluators", "", list_evaluators},
    {"preparations", "", list_preparations},
    {"decoders", "", list_decoders},
    {"presets", "", list_presets},
    {"passes", "", list_passes},
    {"recipes", "", list_recipes},
    {"architectures", "", list_architectures},
};

}  // namespace

int execute(const ListArguments& a, std::ostream& out, std::ostream&) {
  check_format(a.format);
  for (const std::string& plugin : a.plugins) load_plugin(plugin);
  std::vector<Table> tables;
  if (!a.what.empty()) {
    tables.push_back(find(parts, "list", a.what).make(a));
  } else {
    for (const auto& part : parts) tables.push_back(part.make(a));
  }
  print(tables, a.format, out);
  return exit_ok;
}

}  // namespace bench
