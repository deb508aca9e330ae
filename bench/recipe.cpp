#include "bench/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/recipe_parts.h"
#include "bench/recipe_report.h"
#include "bench/recipe_showing.h"
#include "models/error.h"
#include "models/passes/absorb_bias.h"
#include "models/passes/calibrate_data_free.h"
#include "models/passes/clip_weights.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/passes/replace_relu6.h"
#include "models/passes/round_batch_norm.h"
#include "models/reference.h"

namespace bench {
namespace {

class Cooking {
 public:
  Cooking(const Recipe& recipe, Graph graph, const CalibrationInputs& inputs)
      : recipe_(recipe), inputs_(inputs) {
    done_.graph = std::move(graph);
  }

  Quantized run() && {
    for (const Pass& one : recipe_.passes) {
      std::visit([this](const auto& p) { (*this)(p); }, one);
    }
    return std::move(done_);
  }

 private:
  void report(const char* pass, std::string summary, Notes notes = {}) {
    done_.reports.push_back({pass, std::move(summary), std::move(notes)});
  }

  void operator()(const pass::FoldBatchNorm&) {
    statistics_ = batch_statistics(done_.graph);
    const std::size_t before = done_.graph.nodes.size();
    done_.graph = simplify(fold_batch_norm(simplify(std::move(done_.graph))));
    report("fold-batch-norm",
           fmt::format("{} -> {} nodes, statistics of {}", before, done_.graph.nodes.size(),
                       count(statistics_.size(), "layer")));
  }

  void operator()(const pass::ReplaceRelu6& options) {
    WithoutRelu6 result = replace_relu6(std::move(done_.graph), static_cast<float>(options.cap));
    done_.graph = std::move(result.graph);
    Notes notes;
    for (const std::string& name : result.replaced) notes.emplace_back(name, "replaced");
    report("replace-relu6", count(result.replaced.size(), "ReLU6") + " replaced", notes);
  }

  void operator()(const pass::Equalize& options) {
    const Tensor input = any_input(done_.graph, inputs_);
    const PrepareGraph prepare = as_prepare(inputs_);
    const Graph before = done_.graph;
    Equalized result = equalize(std::move(done_.graph), options.options, std::move(statistics_));
    done_.graph = std::move(result.graph);
    statistics_ = std::move(result.statistics);
    equalized_ = std::move(result.report);
    double change = moved(prepare(before)(input), prepare(done_.graph)(input));
    if (!(change <= options.answers)) {  // the plain loops, which round less, have the last word
      change = moved(evaluate(before, input), evaluate(done_.graph, input));
    }
    if (!(change <= options.answers)) {
      throw Error(Fault::bad_data,
                  fmt::format("equalize: the float answers moved by {:.3g} of the largest one, "
                              "more than {:.3g}; leave equalization out of the recipe",
                              change, options.answers));
    }
    Notes notes;
    for (const EqualizedPair& pair : equalized_->pairs) {
      notes.emplace_back(
          pair.first,
          fmt::format("scaled with '{}': largest range / smallest {:.3g} -> {:.3g}", pair.second,
                      pair.outputs_of_first.before, pair.outputs_of_first.after));
    }
    add_left(notes, equalized_->left);
    report("equalize",
           fmt::format("{} scaled in {}, {} left; float answers moved by {:.2g}",
                       count(equalized_->pairs.size(), "pair"),
                       count(static_cast<std::size_t>(equalized_->rounds), "round"),
                       count(equalized_->left.size(), "layer"), change),
           notes);
  }

  void operator()(const pass::RoundBatchNorm& options) {
    RoundedBatchNorm result = round_batch_norm(std::move(done_.graph), options.grid);
    done_.graph = std::move(result.graph);
    report("round-batch-norm", count(result.rounded.size(), "batch norm") + " rounded", {});
  }

  void operator()(const pass::AbsorbBias& options) {
    const AbsorbOptions absorb{
        .deviations = options.deviations,
        .scaled = options.only_scaled && equalized_ ? &*equalized_ : nullptr};
    Absorbed result = absorb_bias(std::move(done_.graph), std::move(statistics_), absorb);
    done_.graph = std::move(result.graph);
    statistics_ = std::move(result.statistics);
    Notes notes;
    for (const AbsorbedPair& pair : result.pairs) {
      const auto channels = std::ranges::count_if(pair.moved, [](double c) { return c > 0; });
      notes.emplace_back(pair.first, count(static_cast<std::size_t>(channels), "channel") +
                                         " absorbed by '" + pair.second +
                                         (pair.exact_at_borders ? "'" : "', not at borders"));
    }
    add_left(notes, result.left);
    report("absorb-bias",
           fmt::format("{} changed, {} left", count(result.pairs.size(), "pair"),
                       count(result.left.size(), "layer")),
           notes);
  }

  void operator()(const pass::ClipWeights& options) {
    ClippedWeights result = clip_weights(std::move(done_.graph), static_cast<float>(options.low),
                                         static_cast<float>(options.high));
    done_.graph = std::move(result.graph);
    Notes notes;
    for (const ClippedLayer& layer : result.clipped) {
      notes.emplace_back(layer.layer,
                         count(static_cast<std::size_t>(layer.weights), "weight") + " clipped");
    }
    report("clip-weights", count(result.clipped.size(), "layer") + " clipped", notes);
  }

  void operator()(const pass::CorrectBias&) {
    if (reads_signs_) {
      throw Error(Fault::usage,
                  "correct-bias: batch norm statistics say nothing of binary inputs; give "
                  "correct-bias-on-data");
    }
    take("correct-bias",
         correct_bias(original("correct-bias"), std::move(done_.graph), statistics_));
  }

  void operator()(const pass::CorrectBiasOnData&) {
    need_images(inputs_, "correct-bias-on-data");
    if (scales_pixels_) {
      throw Error(Fault::usage,
                  "correct-bias-on-data: the biases of layers with XNOR-Net's scale are no "
                  "longer their own; leave it out of the recipe");
    }
    take("correct-bias-on-data",
         correct_bias_on(
             original("correct-bias-on-data"), std::move(done_.graph),
             [this](const auto& take_image) { for_each(inputs_, take_image); },
             as_prepare(inputs_)));
  }

  void operator()(const pass::Calibrate& options) {
    using Rule = pass::Calibrate::Rule;
    const bool data_free = options.rule == Rule::data_free || options.rule == Rule::document;
    done_.ranges = data_free ? without_data(options) : on_images(options);
    Notes notes;
    for (const auto& [node, range] : done_.ranges) {
      notes.emplace_back(node, fmt::format("{:.6g} .. {:.6g}", range.min, range.max));
    }
    report("calibrate", "ranges of " + count(done_.ranges.size(), "tensor"), notes);
  }

  void operator()(const pass::Unbalance& options) { change_channels("unbalance", options); }
  void operator()(const pass::PruneDeadChannels& options) {
    change_channels("prune-dead-channels", options);
  }

  void operator()(const pass::Quantize& options) {
    if (!original_) original_ = done_.graph;
    const auto before = counts();
    done_.graph = quantize(std::move(done_.graph), options.rules, done_.ranges);
    const auto after = counts();
    report("quantize",
           fmt::format("grids on {}, {}, {}", count(after[0] - before[0], "weight tensor"),
                       count(after[1] - before[1], "bias tensor"),
                       count(after[2] - before[2], "tensor") + " of activations"));
  }

  void operator()(const pass::Binarize& options) {
    if (!original_) original_ = done_.graph;
    done_.reports.push_back(bench::apply(options, done_.graph, inputs_));
    for (const BinarizeRule& rule : options.rules) {
      if (!rule.scheme) continue;
      reads_signs_ |= rule.scheme->input == BinaryScheme::Input::sign;
      scales_pixels_ |= rule.scheme->scale == BinaryScheme::Scale::xnor_net;
    }
  }

  // Grids on weights, biases, tensors between nodes.
  std::array<std::size_t, 3> counts() const {
    std::array<std::size_t, 3> result{};
    for (const Node& node : done_.graph.nodes) {
      if (std::holds_alternative<FakeQuantize>(node.op)) ++result[2];
      if (!weight_of(node.op)) continue;
      if (weight_grid_of(node.op)) ++result[0];
      if (bias_grid_of(node.op)) ++result[1];
    }
    return result;
  }

  const Graph& original(const char* pass) const {
    if (original_) return *original_;
    throw Error(Fault::usage, std::string(pass) +
                                  ": comes after a quantize pass that has put weights onto grids");
  }

  // Statistics taken out of folded batch norms would not follow.
  template <class P>
  void change_channels(const char* name, const P& options) {
    if (!statistics_.empty()) {
      throw Error(Fault::usage, std::string(name) + ": comes before fold-batch-norm");
    }
    done_.reports.push_back(bench::apply(options, done_.graph, inputs_));
  }

  void take(const char* pass, CorrectedBias result) {
    done_.graph = std::move(result.graph);
    Notes notes;
    for (const CorrectedLayer& layer : result.corrected) {
      double most = 0;
      for (const double x : layer.added) most = std::max(most, std::abs(x));
      notes.emplace_back(layer.layer, fmt::format("moved by up to {:.3g}", most));
    }
    add_left(notes, result.left);
    report(pass,
           fmt::format("{} corrected, {} left", count(result.corrected.size(), "layer"),
                       count(result.left.size(), "layer")),
           notes);
  }

  Ranges without_data(const pass::Calibrate& options) const {
    DataFreeOptions free;
    if (options.rule == pass::Calibrate::Rule::document)
      free.rules = DataFreeOptions::Rules::document;
    free.sigmas = options.sigmas;
    free.input = options.image;
    return data_free_ranges(done_.graph, statistics_, free);
  }

  Ranges on_images(const pass::Calibrate& options) const {
    need_images(inputs_, "calibrate");
    Calibrator calibrator(done_.graph, {.run = runner(inputs_, done_.graph),
                                        .moving_average_decay = options.decay,
                                        .zero_debiased = options.zero_debiased});
    for_each(inputs_, [&](const Tensor& image) { calibrator.observe(image); });
    return calibrator.ranges(range_rule(options));
  }

  static RangeRule range_rule(const pass::Calibrate& options) {
    using Rule = pass::Calibrate::Rule;
    switch (options.rule) {
      case Rule::moving_average: return ByMovingAverage{};
      case Rule::percentile: return ByPercentile{options.percent};
      case Rule::kl: return ByKl{options.bits};
      case Rule::mse:
        return ByMse{[scheme = options.grid](const Range& range) {
          return grid_for_range(scheme, range, "calibrate");
        }};
      default: return ByMax{};
    }
  }

  const Recipe& recipe_;
  const CalibrationInputs& inputs_;
  Quantized done_{};
  BatchStatistics statistics_{};
  std::optional<EqualizeReport> equalized_{};
  std::optional<Graph> original_{};                   // before anything had a grid
  bool reads_signs_ = false, scales_pixels_ = false;  // binary layers there may be
};

}  // namespace

bool needs_images(const Recipe& recipe) {
  using Rule = pass::Calibrate::Rule;
  return std::ranges::any_of(recipe.passes, [](const Pass& one) {
    const auto* binarize = std::get_if<pass::Binarize>(&one);
    if (binarize) return needs_images(*binarize);
    const auto* calibrate = std::get_if<pass::Calibrate>(&one);
    const auto* apart = std::get_if<pass::Unbalance>(&one);
    return std::holds_alternative<pass::CorrectBiasOnData>(one) ||
           std::holds_alternative<pass::PruneDeadChannels>(one) || (apart && apart->spare_relu6) ||
           (calibrate && calibrate->rule != Rule::data_free && calibrate->rule != Rule::document);
  });
}

Quantized apply(const Recipe& recipe, Graph graph, const CalibrationInputs& inputs,
                const std::string& file) {
  if (recipe.empty()) return {std::move(graph), {}, {}};
  if (has_grids(graph)) {
    throw Error(Fault::usage, file + ": is quantised already; run it without --quantize " +
                                  recipe.name + ", or give a float network");
  }
  return Cooking(recipe, std::move(graph), inputs).run();
}

}  // namespace bench
