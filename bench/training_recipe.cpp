#include "bench/training_recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "bench/embedded.h"
#include "bench/files.h"
#include "models/registry.h"
#include "models/sha256.h"

namespace bench {
namespace {

using Schedule = TrainingRecipe::Schedule;

constexpr Entry<Schedule::Kind> schedules[] = {
    {"constant", "", Schedule::Kind::constant},
    {"cosine", "", Schedule::Kind::cosine},
    {"steps", "", Schedule::Kind::steps},
};
constexpr Entry<OptimizerOptions::Kind> optimizers[] = {
    {"sgd", "", OptimizerOptions::Kind::sgd},
    {"adam", "", OptimizerOptions::Kind::adam},
};
constexpr Entry<SignGradient> sign_gradients[] = {
    {"identity", "", SignGradient::identity},
    {"binary-net", "", SignGradient::binary_net},
    {"bi-real", "", SignGradient::bi_real},
};

template <class Value, std::size_t n>
Value choice(JsonFields& fields, const char* key, const Entry<Value> (&list)[n], Value otherwise) {
  if (!fields.has(key)) return otherwise;
  const std::string text = fields.text(key);
  std::vector<std::string> known;
  for (const auto& entry : list) {
    if (entry.name == text) return entry.make;
    known.emplace_back(entry.name);
  }
  fields.fail(key, unknown_name("value", text, known));
}

int whole(JsonFields& fields, const char* key, std::int64_t otherwise, int least, int most) {
  const std::int64_t value = fields.integer_or(key, otherwise);
  if (value < least || value > most) {
    fields.fail(key, fmt::format("expected {} to {}", least, most));
  }
  return static_cast<int>(value);
}

double between(JsonFields& fields, const char* key, double otherwise, double least, double most) {
  const double value = fields.number_or(key, otherwise);
  if (!(value >= least && value <= most)) {
    fields.fail(key, fmt::format("expected {} to {}", least, most));
  }
  return value;
}

std::uint64_t seed_or_1(JsonFields& fields) {
  return static_cast<std::uint64_t>(whole(fields, "seed", 1, 0, 1 << 30));
}

constexpr int many = 1 << 24;

TrainingRecipe::Network take_network(JsonFields fields) {
  TrainingRecipe::Network network;
  network.builder = fields.text_or("builder", "");
  network.from = fields.text_or("from", "");
  if (network.builder.empty() == network.from.empty()) {
    fields.fail("builder", "expected either a builder or where the network is from");
  }
  if (!network.builder.empty()) {
    network.width = between(fields, "width", 1, 1.0 / 64, 64);
    const auto image = fields.integers("image");
    if (image.size() != 2 ||
        std::ranges::any_of(image, [](auto side) { return side < 1 || side > 4096; })) {
      fields.fail("image", "expected [height, width], 1 to 4096 each");
    }
    network.image = {static_cast<int>(image[0]), static_cast<int>(image[1])};
    network.classes = whole(fields, "classes", 0, 0, many);
  }
  fields.finish();
  return network;
}

TrainingRecipe::Images take_images(JsonFields fields) {
  TrainingRecipe::Images images;
  images.draw = fields.text("draw");
  images.count = whole(fields, "count", -1, 1, many);
  images.seed = seed_or_1(fields);
  fields.finish();
  return images;
}

TrainingRecipe::Augment take_augment(JsonFields fields) {
  TrainingRecipe::Augment augment;
  augment.flip = fields.boolean_or("flip", false);
  augment.shift = between(fields, "shift", 0, 0, 0.5);
  augment.zoom = between(fields, "zoom", 0, 0, 0.5);
  augment.brightness = between(fields, "brightness", 0, 0, 0.5);
  fields.finish();
  return augment;
}

OptimizerOptions take_optimizer(JsonFields fields) {
  OptimizerOptions options;
  options.kind = choice(fields, "kind", optimizers, options.kind);
  options.learning_rate = between(fields, "learning_rate", -1, 1e-9, 1e3);
  options.weight_decay = between(fields, "weight_decay", 0, 0, 1);
  if (options.kind == OptimizerOptions::Kind::sgd) {
    options.momentum = between(fields, "momentum", options.momentum, 0, 1);
    options.nesterov = fields.boolean_or("nesterov", false);
  } else {
    options.beta1 = between(fields, "beta1", options.beta1, 0, 1);
    options.beta2 = between(fields, "beta2", options.beta2, 0, 1);
    options.epsilon = between(fields, "epsilon", options.epsilon, 1e-30, 1);
  }
  fields.finish();
  return options;
}

Schedule take_schedule(JsonFields fields) {
  Schedule schedule;
  schedule.kind = choice(fields, "kind", schedules, schedule.kind);
  schedule.warm_up = whole(fields, "warm_up", 0, 0, many);
  if (schedule.kind == Schedule::Kind::steps) {
    schedule.at = fields.integers("at");
    if (schedule.at.empty()) fields.fail("at", "expected the steps where the rate falls");
    schedule.factor = between(fields, "factor", schedule.factor, 0, 1);
  }
  fields.finish();
  return schedule;
}

TrainingRecipe::Observe take_observe(JsonFields fields) {
  TrainingRecipe::Observe observe;
  observe.images = whole(fields, "images", observe.images, 1, many);
  observe.decay = between(fields, "decay", observe.decay, 0, 1);
  observe.freeze_after = whole(fields, "freeze_after", 0, 0, many);
  fields.finish();
  return observe;
}

void take_sign_gradient(JsonFields fields, TrainingRecipe& recipe) {
  recipe.sign_of_weights = choice(fields, "weights", sign_gradients, recipe.sign_of_weights);
  recipe.sign_of_edges = choice(fields, "edges", sign_gradients, recipe.sign_of_edges);
  fields.finish();
}

TrainingRecipe::Prune take_prune(JsonFields fields) {
  TrainingRecipe::Prune prune;
  prune.alpha = between(fields, "alpha", -1, 0, 1e6);
  prune.ratio = between(fields, "ratio", -1, 0, 1);
  prune.nodes = fields.texts("nodes");
  if (prune.nodes.empty()) fields.fail("nodes", "expected names of nodes");
  fields.finish();
  return prune;
}

TrainingRecipe::Judge take_judge(JsonFields fields) {
  TrainingRecipe::Judge judge;
  judge.data = fields.text("data");
  judge.metric = fields.text_or("metric", "");
  fields.finish();
  return judge;
}

Recipe take_passes(JsonFields& fields, const char* key, const std::string& file) {
  if (!fields.has(key)) return {};
  const Json json = fields.json(key);
  const auto* text = std::get_if<std::string>(&json.value);
  if (!text) return recipe_of(json, file, key);
  try {
    return parse_recipe(*text);
  } catch (const Error& error) {
    fields.fail(key, error.what());
  }
}

Json take_objective(JsonFields& fields) {
  fields.object("objective").text("kind");
  return fields.json("objective");
}

}  // namespace

TrainingRecipe parse_training_recipe(std::string_view text, const std::string& file) {
  const Json json = parse_json(text, file);
  JsonFields fields(json, file);
  TrainingRecipe recipe;
  recipe.name = fields.text("name");
  recipe.about = fields.text("about");
  recipe.task = fields.text("task");
  recipe.network = take_network(fields.object("network"));
  recipe.prepare = fields.text("prepare");
  recipe.decode = fields.text("decode");
  recipe.output = fields.text_or("output", "");
  recipe.objective = take_objective(fields);
  if (fields.has("images")) recipe.images = take_images(fields.object("images"));
  if (fields.has("augment")) recipe.augment = take_augment(fields.object("augment"));
  recipe.batch = whole(fields, "batch", recipe.batch, 1, 4096);
  recipe.steps = whole(fields, "steps", -1, 0, many);
  recipe.optimizer = take_optimizer(fields.object("optimizer"));
  if (fields.has("schedule")) recipe.schedule = take_schedule(fields.object("schedule"));
  recipe.clip = between(fields, "clip", 0, 0, 1e9);
  recipe.batch_norm_momentum = between(fields, "batch_norm_momentum", 0.1, 0, 1);
  recipe.quantize = take_passes(fields, "quantize", file);
  if (fields.has("observe")) recipe.observe = take_observe(fields.object("observe"));
  if (fields.has("sign_gradient")) take_sign_gradient(fields.object("sign_gradient"), recipe);
  recipe.freeze = fields.texts("freeze");
  if (fields.has("prune")) recipe.prune = take_prune(fields.object("prune"));
  recipe.finish = take_passes(fields, "finish", file);
  recipe.seed = seed_or_1(fields);
  if (fields.has("judge")) recipe.judge = take_judge(fields.object("judge"));
  fields.finish();
  recipe.digest = sha256(to_text(json));
  return recipe;
}

const std::vector<TrainingRecipe>& training_recipes() {
  static const std::vector<TrainingRecipe> recipes = [] {
    std::vector<TrainingRecipe> list;
    for (const EmbeddedFile& file : embedded_training_recipes()) {
      list.push_back(parse_training_recipe(file.text, std::string(file.path)));
    }
    std::ranges::sort(list, {}, &TrainingRecipe::name);
    return list;
  }();
  return recipes;
}

TrainingRecipe load_training_recipe(const std::string& name_or_path) {
  const bool path = name_or_path.find('/') != name_or_path.npos || name_or_path.ends_with(".json");
  if (path) return parse_training_recipe(read_file(name_or_path), name_or_path);
  return find(training_recipes(), "recipe", name_or_path);
}

}  // namespace bench
