#include "models/passes/calibrate.h"

#include <algorithm>
#include <utility>

#include "models/error.h"

namespace bench {
namespace {

bool is_relu(const Node& node) {
  const auto* op = std::get_if<Activation>(&node.op);
  if (!op) return false;
  return op->kind == Activation::Kind::relu ||
         (op->kind == Activation::Kind::clip && op->alpha == 0 && op->beta == 6);
}

struct Choose {
  const Histogram& histogram;
  const MovingAverage& average;

  Range operator()(const ByMax&) const { return max_range(histogram); }
  Range operator()(const ByMovingAverage&) const { return average.range(); }
  Range operator()(const ByPercentile& by) const { return percentile_range(histogram, by.percent); }
  Range operator()(const ByKl& by) const { return kl_range(histogram, by.bits); }
  Range operator()(const ByMse& by) const { return mse_range(histogram, by.grid_of, by.steps); }
};

}  // namespace

Calibrator::Calibrator(const Graph& graph, CalibratorOptions options)
    : graph_(&graph), options_(std::move(options)), histograms_(graph.nodes.size()) {
  for (const Node& node : graph.nodes) {
    averages_.emplace_back(
        MovingAverage::Options{.decay = options_.moving_average_decay,
                               .start = is_relu(node) ? Range{0, 6} : Range{-6, 6},
                               .zero_debiased = options_.zero_debiased});
  }
  if (!options_.run) {
    options_.run = [](const Graph& g, const Tensor& input, const SeeValue& see) {
      evaluate_showing(g, input, see);
    };
  }
}

void Calibrator::observe(const Tensor& input) {
  options_.run(*graph_, input, [&](NodeId id, const Tensor& value) {
    const auto i = static_cast<std::size_t>(id);
    const auto values = value.data<float>();
    if (values.empty()) return;
    histograms_[i].add(value, describe(graph_->nodes[i]));
    const auto [min, max] = std::ranges::minmax_element(values);
    averages_[i].add({*min, *max});
  });
  ++observed_;
}

void Calibrator::merge(const Calibrator& other) {
  if (other.histograms_.size() != histograms_.size()) {
    throw Error(Fault::usage, "calibration: merging results of a graph of " +
                                  std::to_string(other.histograms_.size()) +
                                  " nodes into those of one of " +
                                  std::to_string(histograms_.size()));
  }
  for (std::size_t i = 0; i < histograms_.size(); ++i) histograms_[i].merge(other.histograms_[i]);
  observed_ += other.observed_;
  merged_ = true;
}

Ranges Calibrator::ranges(const RangeRule& rule) const {
  if (observed_ == 0) {
    throw Error(Fault::missing,
                "calibration: no images were shown; activation ranges need at least one (or ranges "
                "from batch norm statistics, which need none)");
  }
  if (merged_ && std::holds_alternative<ByMovingAverage>(rule)) {
    throw Error(Fault::usage,
                "calibration: a moving average follows one order of the images; it cannot be had "
                "from merged parts");
  }
  if (const auto* mse = std::get_if<ByMse>(&rule); mse && !mse->grid_of) {
    throw Error(Fault::usage, "calibration: mse needs the grid whose error is to be least");
  }
  Ranges ranges;
  for (std::size_t i = 0; i < histograms_.size(); ++i) {
    if (histograms_[i].empty()) continue;
    ranges[graph_->nodes[i].name] = std::visit(Choose{histograms_[i], averages_[i]}, rule);
  }
  return ranges;
}

}  // namespace bench
