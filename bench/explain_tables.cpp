#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/explain.h"
#include "reports/figures.h"

namespace bench {
namespace {

std::string decibels(const SignalToNoise& ratio) {
  const double value = ratio.decibels();
  if (std::isnan(value)) return "-";
  return std::isinf(value) ? (value > 0 ? "exact" : "-inf") : fmt::format("{:.1f}", value);
}

std::string decibels(const std::optional<SignalToNoise>& ratio) {
  return ratio ? decibels(*ratio) : "-";
}

// NaN where nothing is known sorts last.
double order(const SignalToNoise& ratio) {
  const double value = ratio.decibels();
  return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
}

std::vector<LayerErrors> by_noise(std::vector<LayerErrors> layers) {
  std::ranges::stable_sort(layers, {}, [](const LayerErrors& one) { return order(one.alone); });
  return layers;
}

const LayerErrors* errors_of(const Explanation& e, NodeId layer) {
  const auto found = std::ranges::find(e.layers, layer, &LayerErrors::layer);
  return found == e.layers.end() ? nullptr : &*found;
}

double recovered(const LayerTrial& one) {
  return one.recovered.empty() ? 0 : one.recovered.front().value;
}

// What brings most back first; equals by their noise.
std::vector<LayerTrial> by_recovery(const Explanation& e) {
  std::vector<LayerTrial> sweep = e.sweep;
  std::ranges::stable_sort(sweep, [&](const LayerTrial& a, const LayerTrial& b) {
    if (recovered(a) != recovered(b)) return recovered(a) > recovered(b);
    const LayerErrors *one = errors_of(e, a.layer), *other = errors_of(e, b.layer);
    return one && other && order(one->alone) < order(other->alone);
  });
  return sweep;
}

const GridTrial* trial_named(const Explanation& e, const std::string& grids) {
  const auto found = std::ranges::find(e.trials, grids, &GridTrial::grids);
  return found == e.trials.end() ? nullptr : &*found;
}

std::string first_metric(const Explanation& e) {
  if (e.trials.empty()) return "";
  const auto names = headline_metrics({e.trials.front().record});
  return names.empty() ? "" : names.front();
}

const Difference* drop_of(const Explanation& e, const std::string& grids) {
  const GridTrial* trial = trial_named(e, grids);
  return trial ? difference_to_float(trial->record, first_metric(e)) : nullptr;
}

// Whether the interval leaves no doubt that something was lost.
bool is_loss(const Difference* difference) {
  return difference && difference->interval95 && difference->interval95->high < 0;
}

std::string changed(const RunRecord::Against& against) {
  if (against.name.empty()) return "-";
  std::string text = std::to_string(against.changed);
  if (against.lost >= 0) text += fmt::format(" ({} lost, {} gained)", against.lost, against.gained);
  return text;
}

std::string cell(const RunRecord& record, const std::string& metric) {
  const Metric* found = metric_named(record, metric);
  return found ? figure_cell(*found) : "-";
}

std::string cell(const Difference* difference) {
  return difference ? difference_cell(*difference) : "-";
}

Table trials_table(const Explanation& e) {
  const std::string metric = first_metric(e);
  Table table{"grids on weights, on activations, on both",
              {"grids", metric, "to none", "changed", "answers"},
              {},
              {}};
  for (const GridTrial& trial : e.trials) {
    table.rows.push_back(
        {trial.grids, cell(trial.record, metric), cell(difference_to_float(trial.record, metric)),
         changed(trial.record.against), trial.record.answers_digest.substr(0, 12)});
  }
  return table;
}

Table noise_table(const Explanation& e) {
  Table table{"layers by the noise of their own grids, in dB",
              {"layer", "op", "weights", "result", "alone", "so far", "place"},
              {},
              {"signal to noise, 10 log10(sum exact^2 / sum error^2); low is bad. alone: only this "
               "layer's grids; so far: all grids up to here. A grid belongs to the layer whose "
               "result it holds.",
               fmt::format("the network's outputs with all grids: {:.1f} dB", e.outputs_decibels)}};
  for (const LayerErrors& one : by_noise(e.layers)) {
    const auto place = std::ranges::find(e.layers, one.layer, &LayerErrors::layer);
    table.rows.push_back({one.name, one.op, decibels(one.weights), decibels(one.result),
                          decibels(one.alone), decibels(one.so_far),
                          std::to_string(place - e.layers.begin() + 1)});
  }
  const auto exact = [](const LayerErrors& one) {
    return one.weights && std::isinf(one.weights->decibels());
  };
  if (std::ranges::any_of(e.layers, exact)) {
    table.notes.emplace_back(
        "weights exact: a quantised file holds the grid's numbers; what they were is not known");
  }
  return table;
}

Table sweep_table(const Explanation& e) {
  const std::string metric = first_metric(e);
  Table table{"one layer back to float",
              {"layer in float", metric, "recovered", "right again", "alone dB"},
              {},
              {}};
  const GridTrial* all = trial_named(e, "all");
  for (const LayerTrial& one : by_recovery(e)) {
    const LayerErrors* errors = errors_of(e, one.layer);
    const Difference* back = one.recovered.empty() ? nullptr : &one.recovered.front();
    table.rows.push_back({errors ? errors->name : "-", cell(one.trial.record, metric), cell(back),
                          one.right_again < 0 || !all
                              ? "-"
                              : fmt::format("{} of {}", one.right_again, all->record.against.lost),
                          errors ? decibels(errors->alone) : "-"});
  }
  return table;
}

Table steps_table(const Explanation& e) {
  Table table{"steps between integers and what the grids mean",
              {"node", "op", "largest", "mean", "differ", "over one step", "numbers"},
              {},
              {"each layer is given the integers of the layer before"}};
  for (const StepsApart& edge : e.steps) {
    table.rows.push_back({edge.node, edge.op, std::to_string(edge.largest),
                          fmt::format("{:.2g}", edge.mean()), std::to_string(edge.apart),
                          std::to_string(edge.over_one), std::to_string(edge.numbers)});
  }
  return table;
}

void add_cause(std::vector<std::string>& list, const Explanation& e) {
  const Difference *weights = drop_of(e, "weights"), *edges = drop_of(e, "activations"),
                   *all = drop_of(e, "all");
  if (!all) return;
  const std::string metric = first_metric(e);
  list.push_back(fmt::format("{} with all grids: {} to none{}", metric, difference_cell(*all),
                             is_loss(all) ? "" : ": no loss beyond doubt on these images"));
  if (!is_loss(all) || !weights || !edges) return;
  const bool by_weights = is_loss(weights) && weights->value <= all->value / 2;
  const bool by_edges = is_loss(edges) && edges->value <= all->value / 2;
  if (by_weights != by_edges) {
    list.push_back(fmt::format(
        "mostly {}: {} with their grids alone, {} with the others'",
        by_weights ? "the weights" : "the activations",
        signed_number(by_weights ? weights->value : edges->value, 4),
        signed_number(by_weights ? edges->value : weights->value, 4)));
  } else {
    list.push_back(fmt::format("{}: weights alone {}, activations alone {}",
                               by_weights ? "weights and activations each cost half or more"
                                          : "neither weights nor activations cost half of it alone",
                               signed_number(weights->value, 4), signed_number(edges->value, 4)));
  }
}

void add_culprit(std::vector<std::string>& list, const Explanation& e) {
  const GridTrial* all = trial_named(e, "all");
  if (e.sweep.empty() || !all || all->record.against.lost <= 0) return;
  const auto best = std::ranges::max_element(e.sweep, {}, &LayerTrial::right_again);
  const LayerErrors* layer = errors_of(e, best->layer);
  if (best->right_again < 0 || !layer) return;
  const std::int64_t lost = all->record.against.lost;
  list.push_back(2 * best->right_again > lost
                     ? fmt::format("layer {} alone explains {} of {} lost answers", layer->name,
                                   best->right_again, lost)
                     : fmt::format("no layer alone explains more than half of {} lost answers; {} "
                                   "explains most, {}",
                                   lost, layer->name, best->right_again));
}

// Where the figure is no mean over images: by the figure itself.
void add_culprit_by_figure(std::vector<std::string>& list, const Explanation& e) {
  const Difference* all = drop_of(e, "all");
  if (e.sweep.empty() || e.sweep.front().right_again >= 0 || !is_loss(all)) return;
  const LayerTrial best = by_recovery(e).front();
  const LayerErrors* layer = errors_of(e, best.layer);
  if (!layer || best.recovered.empty() || !best.recovered.front().interval95) return;
  const Difference& back = best.recovered.front();
  if (back.interval95->low <= 0) return;
  list.push_back(back.value >= -all->value / 2
                     ? fmt::format("layer {} alone explains {:.4f} of {:.4f}", layer->name,
                                   back.value, -all->value)
                     : fmt::format("no layer alone explains half of it; {} explains most, {:.4f}",
                                   layer->name, back.value));
}

void add_noisiest(std::vector<std::string>& list, const Explanation& e) {
  if (e.layers.empty()) return;
  const LayerErrors worst = by_noise(e.layers).front();
  const auto with_unit = [](const SignalToNoise& ratio) {
    const std::string text = decibels(ratio);
    return text == "exact" ? text : text + " dB";
  };
  std::string text = fmt::format("the noisiest layer: {} ({}), {} alone", worst.name, worst.op,
                                 with_unit(worst.alone));
  if (worst.weights && worst.result) {
    text +=
        fmt::format(": weights {}, result {}", with_unit(*worst.weights), with_unit(*worst.result));
  }
  list.push_back(std::move(text));
}

void add_steps(std::vector<std::string>& list, const Explanation& e) {
  if (e.steps.empty()) return;
  const auto far = std::ranges::max_element(e.steps, {}, &StepsApart::largest);
  list.push_back(
      far->largest <= 1
          ? fmt::format("integers are within one grid step of the grids' meaning in all "
                        "{} tensors",
                        e.steps.size())
          : fmt::format("integers are up to {} steps from the grids' meaning, in node {}",
                        far->largest, far->node));
}

}  // namespace

std::vector<std::string> findings(const Explanation& explanation) {
  std::vector<std::string> list;
  add_cause(list, explanation);
  add_culprit(list, explanation);
  add_culprit_by_figure(list, explanation);
  add_noisiest(list, explanation);
  add_steps(list, explanation);
  return list;
}

std::vector<Table> tables(const Explanation& e) {
  Table said{"what " + e.subject + " lost, and where",
             {"finding"},
             {},
             {fmt::format("{} of {} images, seed {}", e.images.size(), e.available, e.seed)}};
  for (const std::string& finding : findings(e)) said.rows.push_back({finding});
  std::vector<Table> list = {std::move(said), trials_table(e), noise_table(e)};
  if (!e.sweep.empty()) list.push_back(sweep_table(e));
  if (!e.steps.empty()) list.push_back(steps_table(e));
  std::vector<RunRecord> records;
  for (const GridTrial& trial : e.trials) records.push_back(trial.record);
  if (const std::string note = drawn_note(records); !note.empty()) {
    for (Table& table : list) table.notes.push_back(note);
  }
  return list;
}

}  // namespace bench
