#include "bench/train/judge.h"

#include <numeric>

#include "bench/machine.h"
#include "bench/network.h"
#include "bench/runner.h"
#include "bench/scoring.h"
#include "models/error.h"
#include "models/passes/layers.h"
#include "models/registry.h"

namespace bench {
namespace {

RunRecord score(const TrainingRecipe& recipe, const Dataset& dataset,
                const std::map<std::string, Answer>& answers) {
  RunRequest request;
  request.suite = load_suite(recipe.task);  // there is one for every data set
  request.bootstrap = 0;
  RunRecord record = begin_record(request, {recipe.name, "", "", ""}, dataset);
  std::vector<std::size_t> listed(dataset.size());
  std::iota(listed.begin(), listed.end(), std::size_t{0});
  score_answers(record, answers, dataset, listed);
  return record;
}

}  // namespace

Judged judge(const TrainingRecipe& recipe, const std::string& weights, const Dataset& dataset) {
  ReadyNetwork ready = make_ready({weights, recipe.prepare, recipe.decode, {}, recipe.output});
  const bool on_grids = has_grids(ready.graph);
  const Network network(std::move(ready), find_backend(on_grids ? "fake-quant" : "float"));
  const AnswerImage answer = network.open_worker();
  std::map<std::string, Answer> answers;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    answers[dataset.id(i)] = answer(dataset.image(i)).answer;
  }
  const RunRecord record = score(recipe, dataset, answers);
  std::vector<Entry<double>> known;
  for (const Metric& metric : record.metrics) known.push_back({metric.name, "", metric.value});
  if (known.empty()) throw Error(Fault::bad_data, "no figure came out of " + recipe.task);
  if (recipe.judge.metric.empty()) return {std::string(known[0].name), known[0].make};
  const auto& metric = find(known, "metric", recipe.judge.metric);
  return {std::string(metric.name), metric.make};
}

}  // namespace bench
