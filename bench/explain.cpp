#include "bench/explain.h"

#include <algorithm>

#include "bench/scoring.h"
#include "bench/subset.h"
#include "datasets/prepare.h"
#include "models/error.h"
#include "models/passes/keep_grids.h"

namespace bench {
namespace {

ReadyNetwork with_graph(const ReadyNetwork& like, Graph graph) {
  return {like.preparation, like.compile, std::move(graph), like.decode, like.input, like.facts};
}

class Explainer {
 public:
  Explainer(const ExplainRequest& request, const Dataset& dataset, const std::atomic<bool>& stop,
            const ShowProgress& show)
      : request_(request),
        dataset_(dataset),
        stop_(stop),
        show_(show),
        listed_(choose(dataset.size(), static_cast<std::size_t>(request.run.limit),
                       static_cast<std::uint64_t>(request.run.seed))),
        opened_(open_case(request.run, request.subject, dataset)) {}

  Explanation run() {
    Explanation explanation;
    explanation.subject = request_.subject.name();
    explanation.available = static_cast<std::int64_t>(dataset_.size());
    explanation.seed = request_.run.seed;
    for (const std::size_t index : listed_) explanation.images.push_back(dataset_.id(index));
    measure_noise(explanation);
    explanation.complete = !stop_ && try_grids(explanation) && sweep(explanation);
    if (explanation.complete) count_steps(explanation);
    return explanation;
  }

 private:
  const Graph& graph() const { return opened_.network.graph; }

  // Every prepared input of the images, one after the other; false if stopped.
  bool for_each_input(const std::string& what, const std::function<void(const Tensor&)>& take) {
    Progress progress{listed_.size(), 0, 0, 0};
    show_(what, progress);
    for (const std::size_t index : listed_) {
      if (stop_) return false;
      const EncodedImage image = dataset_.image(index);
      for (const Tensor& view : prepared_views(opened_.network.preparation, image)) take(view);
      ++progress.done;
      show_(what, progress);
    }
    return true;
  }

  void measure_noise(Explanation& explanation) {
    ErrorsByLayer errors(graph(), find_backend(request_.backend));
    for_each_input("noise by layer", [&](const Tensor& input) { errors.add(input); });
    explanation.layers = errors.layers();
    explanation.outputs_decibels = errors.outputs().decibels();
  }

  // `file` tells the trial's journal from the others'.
  GridTrial attempt(const std::string& grids, const std::string& file, Graph graph,
                    const std::string& backend) {
    GridTrial trial{grids, begin_record(request_.run, request_.subject, dataset_)};
    RunRecord& record = trial.record;
    record.name += "." + file;
    record.backend.name = backend;
    record.model = opened_.model;
    const Network network(with_graph(opened_.network, std::move(graph)), find_backend(backend));
    network.describe(record);
    show_(grids, {listed_.size(), 0, 0, 0});
    answer_and_score(
        request_.run, network, dataset_, stop_,
        [&](const Progress& progress) { show_(grids, progress); }, record);
    return trial;
  }

  JournalReader journal(const RunRecord& record) const {
    return JournalReader(journal_path(request_.run.out, record.name));
  }

  bool add(std::vector<GridTrial>& trials, GridTrial trial) {
    trials.push_back(std::move(trial));
    RunRecord& record = trials.back().record;
    if (record.status == "incomplete") return false;
    if (trials.size() == 1) return true;
    const RunRecord& before = trials.front().record;
    record.against =
        compare_journals(record, journal(record), before, journal(before), dataset_, listed_);
    return true;
  }

  bool try_grids(Explanation& explanation) {
    const auto only = [&](auto keep) {
      return keep_grids(graph(), [keep](NodeId, GridPlace place) { return keep(place); });
    };
    const auto weights = [](GridPlace place) { return place != GridPlace::edge; };
    const auto edges = [](GridPlace place) { return place == GridPlace::edge; };
    const auto none = [](GridPlace) { return false; };
    std::vector<GridTrial>& trials = explanation.trials;
    const std::string& backend = request_.backend;
    return add(trials, attempt("none", "no-grids", only(none), backend)) &&
           add(trials, attempt("weights", "weights-only", only(weights), backend)) &&
           add(trials, attempt("activations", "activations-only", only(edges), backend)) &&
           add(trials, attempt("all", "all-grids", graph(), backend)) &&
           (request_.integer_backend.empty() ||
            add(trials, attempt("all, " + request_.integer_backend, request_.integer_backend,
                                graph(), request_.integer_backend)));
  }

  Graph without_layer(const LayerGrids& layer) const {
    return keep_grids(graph(), [&](NodeId node, GridPlace) {
      return node != layer.layer && std::ranges::count(layer.edges, node) == 0;
    });
  }

  bool sweep(Explanation& explanation) {
    if (!request_.sweep) return true;
    const RunRecord& exact = explanation.trials[0].record;
    const RunRecord& all = explanation.trials[3].record;
    const auto right = credits(exact, journal(exact), dataset_, listed_);
    const auto quantised = credits(all, journal(all), dataset_, listed_);
    for (const LayerGrids& layer : grids_by_layer(graph())) {
      const std::string& name = graph().nodes[static_cast<std::size_t>(layer.layer)].name;
      LayerTrial one{layer.layer,
                     attempt("all but " + name, "without-" + std::to_string(layer.layer),
                             without_layer(layer), request_.backend)};
      RunRecord& record = one.trial.record;
      if (record.status == "incomplete") return false;
      const JournalReader answers = journal(record);
      record.against = compare_journals(record, answers, exact, journal(exact), dataset_, listed_);
      one.recovered =
          compare_journals(record, answers, all, journal(all), dataset_, listed_).differences;
      if (!right.empty()) {
        one.right_again = 0;
        const auto now = credits(record, answers, dataset_, listed_);
        for (const auto& [id, counted] : right) {
          if (!quantised.contains(id) || !now.contains(id)) continue;
          one.right_again += quantised.at(id) < counted && now.at(id) >= counted;
        }
      }
      explanation.sweep.push_back(std::move(one));
    }
    return true;
  }

  void count_steps(Explanation& explanation) {
    if (request_.integer_backend.empty()) return;
    IntegerCheck check(graph(), find_backend(request_.integer_backend), opened_.network.compile);
    explanation.complete =
        for_each_input("steps by layer", [&](const Tensor& input) { check.add(input); });
    explanation.steps = check.edges();
  }

  const ExplainRequest& request_;
  const Dataset& dataset_;
  const std::atomic<bool>& stop_;
  const ShowProgress& show_;
  const std::vector<std::size_t> listed_;
  const OpenedCase opened_;
};

}  // namespace

Explanation explain(const ExplainRequest& request, const Dataset& dataset,
                    const std::atomic<bool>& stop, const ShowProgress& show) {
  return Explainer(request, dataset, stop, show).run();
}

}  // namespace bench
