#include "bench/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>

#include "bench/bundled.h"
#include "bench/files.h"
#include "bench/machine.h"
#include "bench/network.h"
#include "bench/train/easy_start.h"
#include "bench/train/judge.h"
#include "bench/train/training_run.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/formats/graph_file.h"
#include "models/graph_digest.h"
#include "models/passes/passes.h"
#include "models/sha256.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Paths {
  explicit Paths(const TrainingRequest& request)
      : stem((fs::path(request.out) / request.recipe.name).string()),
        weights(stem + ".safetensors"),
        card(stem + ".json"),
        checkpoint(stem + ".checkpoint") {}
  std::string stem, weights, card, checkpoint;
};

// What an earlier training left in the same folder goes before what the program knows.
std::string file_of(const TrainingRequest& request, const std::string& from) {
  const fs::path trained = fs::path(request.out) / (from + ".safetensors");
  if (fs::exists(trained)) return trained.string();
  const auto& cards = model_cards();
  if (std::ranges::find(cards, from, &ModelCard::name) == cards.end()) {
    throw Error(Fault::missing, "recipe " + request.recipe.name + " starts from '" + from +
                                    "': no file " + trained.string() +
                                    "; train that first, into the same --out");
  }
  return find_weights(find_model_card(from), request.weights).path;
}

Graph float_graph(const TrainingRequest& request) {
  const TrainingRecipe::Network& network = request.recipe.network;
  if (!network.from.empty()) {
    return without_grids(load_network(file_of(request, network.from)).graph);
  }
  return easy_start(find(zoo(), "builder", network.builder)
                        .make({.seed = request.recipe.seed,
                               .width = network.width,
                               .image = network.image,
                               .classes = network.classes}));
}

std::unique_ptr<Dataset> open_judge(const TrainingRequest& request) {
  const std::string root = request.judge.empty() ? request.recipe.judge.data : request.judge;
  return root.empty() ? nullptr : open_dataset(request.recipe.task, {data_folder(root)});
}

// A training on disk.
class Checkpoints {
 public:
  Checkpoints(std::string path, std::map<std::string, std::string> identity)
      : path_(std::move(path)), identity_(std::move(identity)) {}

  void load_into(TrainingRun& run) const {
    if (!fs::exists(path_)) return;
    const std::string text = read_file(path_);
    const NamedTensors saved = read_safetensors(std::as_bytes(std::span(text)), path_);
    const auto note = [&saved](const std::string& name) {
      const auto found = saved.notes.find(name);
      return found == saved.notes.end() ? std::string() : found->second;
    };
    for (const auto& [name, value] : identity_) {
      if (note(name) == value) continue;
      throw Error(Fault::bad_data, path_ + ": is of another training (" + name +
                                       " differs); --restart throws it away");
    }
    try {
      run.load(saved, std::stoi(note("step")));
    } catch (const std::logic_error&) {
      throw Error(Fault::bad_data, path_ + ": the note 'step' is not a number");
    } catch (const Error& error) {
      throw Error(error.fault(), path_ + ": " + error.what());
    }
  }

  void save(const TrainingRun& run) const {
    auto notes = identity_;
    notes["step"] = std::to_string(run.done());
    write_file(path_, as_text(write_safetensors(run.save(std::move(notes)))));
  }

  void remove() const { fs::remove(path_); }

 private:
  std::string path_;
  std::map<std::string, std::string> identity_;
};

// Returns false if it was stopped.
bool make_steps(const TrainingRequest& request, const TrainingCalls& calls, TrainingRun& run,
                const Checkpoints& checkpoints) {
  TrainingProgress progress{.steps = request.recipe.steps, .before = run.done()};
  while (run.done() < request.recipe.steps) {
    if (calls.stop) {
      checkpoints.save(run);
      return false;
    }
    const TrainingRun::Step step = run.step();
    progress.step = run.done();
    progress.loss = step.loss;
    progress.learning_rate = step.learning_rate;
    const double share = 1.0 / std::min(100, run.done() - progress.before);
    progress.mean_loss += share * (step.loss - progress.mean_loss);
    calls.progress(progress);
    if (run.done() % request.checkpoint_every == 0) checkpoints.save(run);
  }
  return true;
}

Graph finished(const TrainingRecipe& recipe, Graph trained, const TrainingImages& images) {
  if (recipe.finish.empty()) return trained;
  return prepare_graph(std::move(trained), recipe.finish, inputs_of(images, images.size()),
                       recipe.name)
      .graph;
}

std::string write_network(const TrainingRequest& request, const Graph& graph,
                          const std::string& path) {
  const auto bytes = write_graph_file(
      graph, {{"recipe", request.recipe.name}, {"seed", std::to_string(request.recipe.seed)}});
  write_file(path, as_text(bytes));
  return sha256(std::span<const std::byte>(bytes));
}

ModelCard card_of(const TrainingRequest& request, const TrainingImages& images) {
  const TrainingRecipe& recipe = request.recipe;
  ModelCard card;
  card.name = recipe.name;
  card.about = recipe.about;
  card.task = recipe.task;
  card.weights = recipe.name + ".safetensors";
  card.origin = "trained by this repository";
  card.licence = "Apache-2.0";
  card.prepare = recipe.prepare;
  card.decode = recipe.decode;
  card.output = recipe.output;
  card.input = images.input(0).shape();
  card.drawn = !recipe.images.draw.empty();
  card.training = ModelCard::Training{
      .recipe = recipe.name,
      .seed = static_cast<std::int64_t>(recipe.seed),
      .steps = recipe.steps,
      .device = request.device,
      .command = request.command,
      .commit = this_environment().commit,
      .data = images.digest(),
  };
  return card;
}

}  // namespace

TrainingResult train(const TrainingRequest& request, const TrainingCalls& calls) {
  const TrainingRecipe& recipe = request.recipe;
  const Paths paths(request);
  make_deterministic(request.threads, request.device);
  make_folder(request.out);
  const auto judge_data = open_judge(request);
  auto dataset = open_training_set(recipe, request.data, calls.say);
  calls.say(fmt::format("reading {} images", dataset->size()));
  TrainingImages images(std::move(dataset), recipe);
  StartNetwork start = start_network(recipe, float_graph(request), images);
  const Checkpoints checkpoints(paths.checkpoint, {{"recipe", recipe.digest},
                                                   {"data", images.digest()},
                                                   {"network", digest(start.graph)},
                                                   {"threads", std::to_string(request.threads)},
                                                   {"device", request.device}});
  TrainingRun run(recipe, std::move(start), images, request.device);
  if (request.restart) checkpoints.remove();
  checkpoints.load_into(run);
  if (!make_steps(request, calls, run, checkpoints)) return {};

  ModelCard card = card_of(request, images);
  card.sha256 = write_network(request, finished(recipe, run.result(), images), paths.weights);
  TrainingResult result{true, paths.weights, paths.card, std::numeric_limits<double>::quiet_NaN(),
                        ""};
  if (judge_data) {
    calls.say(fmt::format("answering {} images", judge_data->size()));
    const Judged judged = judge(recipe, paths.weights, *judge_data);
    card.training->metric = result.metric = judged.metric;
    card.training->value = result.value = judged.value;
    card.training->judged_on = judge_data->digest();
  }
  write_file(paths.card, to_text(to_json(card)));
  checkpoints.remove();
  return result;
}

}  // namespace bench
