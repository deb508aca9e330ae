#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

#include "bench/backend.h"
#include "bench/bundled.h"
#include "bench/commands/commands.h"
#include "bench/commands/output.h"
#include "bench/recipe_parts.h"
#include "datasets/prepare.h"
#include "models/decoders/decoders.h"
#include "models/registry.h"
#include "models/requantize.h"

namespace bench {
namespace {

Suite choose_suite(const RunArguments& a) {
  if (a.suite.empty() == a.dataset.empty()) {
    throw Error(Fault::usage, "give --suite NAME, or --dataset NAME with --model (bench list)");
  }
  if (!a.dataset.empty() && a.models.empty()) {
    throw Error(Fault::usage, "--dataset needs a --model; or give --suite " + a.dataset);
  }
  return load_suite(a.suite.empty() ? a.dataset : a.suite);
}

// Whether a model asked for is for this part of a suite.
bool is_for(const Suite& part, const std::string& model) {
  const auto of_model = [&](const Case& one) { return one.model == model; };
  if (std::ranges::any_of(part.cases, of_model)) return true;
  return !is_network_file(model) && find_model_card(model).task == part.dataset;
}

// The parts that the models asked for are for, each with those models in `models`.
struct ChosenPart {
  Suite suite;
  std::vector<std::string> models;
};

std::vector<ChosenPart> choose_parts(const Suite& suite, const RunArguments& a) {
  const std::vector<Suite> parts = parts_of(suite);
  if (parts.size() == 1) return {{parts[0], a.models}};
  std::vector<ChosenPart> chosen;
  std::set<std::string> placed;
  for (const Suite& part : parts) {
    ChosenPart one{part, {}};
    for (const std::string& model : a.models) {
      if (!is_for(part, model)) continue;
      one.models.push_back(model);
      placed.insert(model);
    }
    if (a.models.empty() || !one.models.empty()) chosen.push_back(std::move(one));
  }
  for (const std::string& model : a.models) {
    if (placed.contains(model)) continue;
    throw Error(Fault::usage, "suite '" + suite.name + "' has no data set that " + model +
                                  " is for; give the suite of its data set");
  }
  return chosen;
}

// What is about one data set cannot be said of several.
void check_one_part(const RunArguments& a, std::size_t parts) {
  if (parts == 1) return;
  for (const auto& [name, value] :
       {std::pair("--data", a.data), std::pair("--list", a.list),
        std::pair("--protocol", a.protocol), std::pair("--prepare", a.prepare),
        std::pair("--decode", a.decode)}) {
    if (value.empty()) continue;
    throw Error(Fault::usage, std::string(name) + " is about one data set, and suite '" + a.suite +
                                  "' has several; give --model too");
  }
}

// The suite's cases of `model`, or a new one.
std::vector<Case> cases_of(const Suite& suite, const std::string& model) {
  std::vector<Case> found;
  for (const Case& one : suite.cases) {
    if (one.model == model) found.push_back(one);
  }
  if (!found.empty()) return found;
  if (!is_network_file(model)) {
    const ModelCard& card = find_model_card(model);
    if (card.task != suite.dataset) {
      throw Error(Fault::usage, "model '" + model + "' is for " + card.task + ", suite '" +
                                    suite.name + "' is about " + suite.dataset);
    }
  }
  return {Case{model, "float", "", ""}};
}

// On each of these backends: the cases there are, or else others, moved. Of networks asked for by
// name (`each`), every one.
std::vector<Case> on_backends(const std::vector<Case>& cases, const std::vector<std::string>& names,
                              bool each) {
  const auto there_already = [&](const Case& one, const std::string& name) {
    return std::ranges::any_of(cases, [&](const Case& other) {
      const bool same =
          other.model == one.model && other.prepare == one.prepare && other.decode == one.decode;
      return other.backend == name && (same || !each);
    });
  };
  std::vector<Case> all;
  for (const Case& one : cases) {
    for (const std::string& name : names) {
      if (one.backend != name && there_already(one, name)) continue;
      all.push_back(one);
      all.back().backend = name;
    }
  }
  return all;
}

// Every case with every recipe; but `float`, which looks through grids, is what others are compared
// with.
std::vector<Case> with_recipes(const std::vector<Case>& cases,
                               const std::vector<std::string>& recipes) {
  const auto in_float = [](const Case& one) { return one.backend == "float"; };
  const bool nothing_else = std::ranges::all_of(cases, in_float);
  std::vector<Case> all;
  for (const std::string& text : recipes) {
    const Recipe recipe = parse_recipe(text);
    if (nothing_else && !recipe.empty()) {
      throw Error(Fault::usage, "--quantize " + text +
                                    ": is not for the backend float, which looks through grids; "
                                    "give --backend fake-quant, int8 or 1-bit");
    }
    for (Case one : cases) {
      if (!in_float(one)) one.recipe = recipe;
      all.push_back(std::move(one));
    }
  }
  return all;
}

void override_calibration(CalibrationChoice& choice, const RunArguments& a) {
  if (a.calibration_images >= 0) choice.images = a.calibration_images;
  if (a.calibration_seed >= 0) choice.seed = a.calibration_seed;
  if (!a.calibration_data.empty()) choice.data = a.calibration_data;
  if (!a.calibration_rule.empty()) choice.rule = a.calibration_rule;
}

// Names are checked before anything long begins.
void check_names(const std::vector<Case>& cases, const std::string& weights) {
  std::vector<std::string> cards;
  for (const Case& one : cases) {
    find_backend(one.backend);
    if (!one.requantization.empty()) {
      find(requantizations(), "requantization", one.requantization);
    }
    if (!one.binary_engine.empty()) find(binary_engines(), "binary engine", one.binary_engine);
    if (!one.calibration.rule.empty()) calibration_rule(one.calibration.rule);
    if (!one.prepare.empty()) find_preparation(one.prepare);
    if (!one.decode.empty()) find(decoders(), "decoder", one.decode);
    if (is_network_file(one.model)) {
      if (one.prepare.empty() || one.decode.empty()) {
        throw Error(Fault::usage, one.model + ": a network file needs --prepare and --decode");
      }
    } else if (std::find(cards.begin(), cards.end(), one.model) == cards.end()) {
      cards.push_back(one.model);
    }
  }
  if (cards.size() > 1 && std::filesystem::is_regular_file(weights)) {
    throw Error(Fault::usage, "--weights names one file, but there are " +
                                  std::to_string(cards.size()) + " models; give --model too");
  }
}

void check_numbers(const RunArguments& a) {
  const auto refuse = [](const char* what) { throw Error(Fault::usage, what); };
  if (a.limit < -1) refuse("--limit: expected a number of images, or 0 for all");
  if (a.seed < 0) refuse("--seed: expected 0 or more");
  if (a.threads < 0 || a.threads > 1024) refuse("--threads: expected 1 to 1024");
  if (a.calibration_images < -1) refuse("--calibration-images: expected 0 or more");
  if (a.calibration_seed < -1) refuse("--calibration-seed: expected 0 or more");
  if (a.bootstrap < 0 || a.bootstrap > 1000000) refuse("--bootstrap: expected 0 to 1000000");
}

RunRequest make_request(const RunArguments& a, const Suite& suite) {
  RunRequest request;
  request.suite = suite;
  request.data = {data_root(a.data, suite), suite.list, true};
  request.weights = weights_places(a.weights, request.data.root);
  request.limit = a.limit >= 0 ? a.limit : suite.limit;
  request.seed = a.seed;
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  request.threads = a.threads > 0 ? a.threads : std::max(1, cores);
  request.out = a.out.empty() ? "out/" + suite.name : a.out;
  request.restart = a.restart;
  request.bootstrap = a.bootstrap;
  request.command = a.command;
  return request;
}

}  // namespace

std::vector<Case> choose_cases(const Suite& suite, const RunArguments& a) {
  std::vector<Case> cases;
  for (const std::string& model : a.models) {
    for (const Case& one : cases_of(suite, model)) cases.push_back(one);
  }
  if (a.models.empty()) cases = suite.cases;
  if (cases.empty()) {
    throw Error(Fault::usage, "suite '" + suite.name +
                                  "' has no networks of its own; give --model FILE --prepare P "
                                  "--decode D, or score answers with bench score");
  }
  for (Case& one : cases) {
    if (!a.prepare.empty()) one.prepare = a.prepare;
    if (!a.decode.empty()) one.decode = a.decode;
    if (!a.requantization.empty()) one.requantization = a.requantization;
    one.integer_only = one.integer_only || a.integer_only;
    if (!a.binary_engine.empty()) one.binary_engine = a.binary_engine;
    override_calibration(one.calibration, a);
  }
  if (!a.backends.empty()) cases = on_backends(cases, a.backends, !a.models.empty());
  if (!a.quantize.empty()) cases = with_recipes(cases, a.quantize);
  std::vector<Case> once;
  for (const Case& one : cases) {
    const bool twice = std::any_of(once.begin(), once.end(),
                                   [&](const Case& other) { return other.name() == one.name(); });
    if (!twice) once.push_back(one);
  }
  return once;
}

std::string data_root(const std::string& given, const Suite& suite) {
  return data_root(given.empty() ? suite.data : given, suite.dataset);
}

std::string data_root(const std::string& given, const std::string& dataset) {
  if (!given.empty()) return data_folder(given);
  const char* folder = std::getenv("BENCH_DATA");
  if (folder && *folder) return (std::filesystem::path(folder) / dataset).string();
  throw Error(Fault::missing, "no data for " + dataset +
                                  ": give --data DIR, or set BENCH_DATA to a folder that "
                                  "holds one called " +
                                  dataset);
}

std::vector<ChosenRun> choose_runs(const RunArguments& a) {
  check_run_format(a.format);
  check_numbers(a);
  for (const std::string& plugin : a.plugins) load_plugin(plugin);
  const Suite suite = choose_suite(a);
  std::vector<ChosenRun> runs;
  std::vector<Case> all;
  for (ChosenPart& part : choose_parts(suite, a)) {
    if (!a.protocol.empty()) part.suite.protocol = a.protocol;
    if (!a.list.empty()) part.suite.list = a.list;
    RunArguments own = a;
    own.models = part.models;
    ChosenRun& run = runs.emplace_back();
    run.cases = choose_cases(part.suite, own);
    all.insert(all.end(), run.cases.begin(), run.cases.end());
    run.request.suite = std::move(part.suite);
  }
  check_one_part(a, runs.size());
  check_names(all, a.weights);
  for (ChosenRun& run : runs) {
    const Suite& part = run.request.suite;
    make_evaluator(part.evaluator, {part.protocol, {"any"}, true});  // a wrong protocol is said now
    run.request = make_request(a, part);
  }
  return runs;
}

}  // namespace bench
