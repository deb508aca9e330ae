#include "models/passes/equalize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "models/passes/layers.h"

namespace bench {
namespace {

// The smallest and largest of some weights.
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void include(double a, double b) {
    low = std::min(low, a);
    high = std::max(high, b);
  }
  double range(WeightRange kind) const {
    return kind == WeightRange::spread ? high - low : std::max(std::abs(low), std::abs(high));
  }
};

// A layer under scaling: weight[o][j][k] stands for weight * out[o] * in[input of o, j]. Since all
// k of a kernel are scaled alike, their extremes and mean magnitude are all the rounds need.
class ScaledLayer {
 public:
  explicit ScaledLayer(const Op& op)
      : size_(size_of_layer(op)),
        out_(size_.outputs, 1.0),
        in_(size_.all_inputs(), 1.0),
        out_before_(out_),
        in_before_(in_) {
    const auto weights = weight_of(op)->data<float>();
    for (std::size_t at = 0; at < weights.size(); at += size_.kernel) {
      const auto kernel = weights.subspan(at, size_.kernel);
      const auto [low, high] = std::ranges::minmax(kernel);
      double sum = 0;
      for (const float w : kernel) sum += std::abs(w);
      kernels_.push_back({low, high, static_cast<float>(sum / static_cast<double>(kernel.size()))});
    }
  }

  std::vector<Extent> outputs() const {
    std::vector<Extent> result(size_.outputs);
    each_kernel([&](const Kernel& kernel, std::size_t o, std::size_t i) {
      const double factor = out_[o] * in_[i];
      result[o].include(kernel.low * factor, kernel.high * factor);
    });
    return result;
  }

  // One for each run of `per_channel` inputs.
  std::vector<Extent> inputs(std::size_t per_channel) const {
    std::vector<Extent> each(size_.all_inputs());
    each_kernel([&](const Kernel& kernel, std::size_t o, std::size_t i) {
      const double factor = out_[o] * in_[i];
      each[i].include(kernel.low * factor, kernel.high * factor);
    });
    std::vector<Extent> result(each.size() / per_channel);
    for (std::size_t i = 0; i < each.size(); ++i) {
      result[i / per_channel].include(each[i].low, each[i].high);
    }
    return result;
  }

  void multiply_output(std::size_t o, double s) { out_[o] *= s; }
  void divide_inputs(std::size_t channel, std::size_t per_channel, double s) {
    for (std::size_t i = 0; i < per_channel; ++i) in_[channel * per_channel + i] /= s;
  }

  // Mean |W - W of the last call|.
  double mean_change() {
    double sum = 0;
    each_kernel([&](const Kernel& kernel, std::size_t o, std::size_t i) {
      sum += kernel.mean_magnitude * std::abs(out_[o] * in_[i] - out_before_[o] * in_before_[i]);
    });
    out_before_ = out_;
    in_before_ = in_;
    return sum / static_cast<double>(kernels_.size());
  }

  const std::vector<double>& scale() const { return out_; }

  void apply_to(Op& op) const {
    const auto weights = weight_of(op)->data<float>();
    std::size_t at = 0;
    each_kernel([&](const Kernel&, std::size_t o, std::size_t i) {
      const double factor = out_[o] * in_[i];
      for (float& w : weights.subspan(at, size_.kernel)) w = static_cast<float>(w * factor);
      at += size_.kernel;
    });
    if (bias_of(op)->empty()) return;
    const auto bias = bias_of(op)->data<float>();
    for (std::size_t o = 0; o < bias.size(); ++o) bias[o] = static_cast<float>(bias[o] * out_[o]);
  }

 private:
  struct Kernel {
    float low, high, mean_magnitude;
  };

  template <class Visit>
  void each_kernel(Visit visit) const {
    auto kernel = kernels_.begin();
    for (std::size_t o = 0; o < size_.outputs; ++o) {
      const std::size_t first = size_.input_of(o, 0);
      for (std::size_t j = 0; j < size_.inputs; ++j) visit(*kernel++, o, first + j);
    }
  }

  LayerSize size_;
  std::vector<Kernel> kernels_;
  std::vector<double> out_, in_, out_before_, in_before_;
};

double ratio(const std::vector<Extent>& channels, WeightRange kind) {
  Extent ranges;
  for (const Extent& channel : channels) {
    const double range = channel.range(kind);
    if (range > 0) ranges.include(range, range);
  }
  return ranges.high > 0 ? ranges.high / ranges.low : 1;
}

class Equalization {
 public:
  Equalization(const Graph& graph, const EqualizeOptions& options)
      : options_(options), pairs_(find_layer_pairs(graph, options.through_pools)) {
    for (const Node& node : graph.nodes) require_changeable(node);
    report_.left = pairs_.left;
    for (const LayerPair& pair : pairs_.pairs) {
      for (const NodeId id : {pair.first, pair.second}) {
        layers_.try_emplace(id, graph.nodes[static_cast<std::size_t>(id)].op);
      }
      report_.pairs.push_back({graph.nodes[static_cast<std::size_t>(pair.first)].name,
                               graph.nodes[static_cast<std::size_t>(pair.second)].name,
                               {},
                               {},
                               {},
                               {}});
    }
  }

  Equalized apply_to(Graph graph, BatchStatistics statistics) && {
    measure(&RangeRatio::before);
    iterate();
    measure(&RangeRatio::after);
    for (const auto& [id, layer] : layers_) {
      Node& node = graph.nodes[static_cast<std::size_t>(id)];
      layer.apply_to(node.op);
      require_changeable(node);
      const auto known = statistics.find(node.name);
      if (known != statistics.end()) scale(known->second, layer.scale());
    }
    return {std::move(graph), std::move(statistics), std::move(report_)};
  }

 private:
  static void scale(ChannelStatistics& statistics, const std::vector<double>& factors) {
    for (std::size_t c = 0; c < factors.size(); ++c) {
      statistics.mean[c] *= factors[c];
      statistics.deviation[c] *= factors[c];
    }
  }

  void iterate() {
    double least = std::numeric_limits<double>::infinity();
    int stalled = 0;
    while (!pairs_.pairs.empty() && stalled < options_.patience) {
      for (std::size_t i = 0; i < pairs_.pairs.size(); ++i) balance(i);
      ++report_.rounds;
      report_.last_change = 0;
      for (auto& [id, layer] : layers_) report_.last_change += layer.mean_change();
      if (report_.last_change <= options_.tolerance) break;
      stalled = report_.last_change < least ? 0 : stalled + 1;
      least = std::min(least, report_.last_change);
    }
  }

  void balance(std::size_t number) {
    const LayerPair& pair = pairs_.pairs[number];
    ScaledLayer &first = layers_.at(pair.first), &second = layers_.at(pair.second);
    const auto outputs = first.outputs(), inputs = second.inputs(pair.inputs_per_channel);
    std::vector<std::size_t> untouched;
    for (std::size_t c = 0; c < outputs.size(); ++c) {
      const double r1 = outputs[c].range(options_.range), r2 = inputs[c].range(options_.range);
      if (r1 > 0 && r2 > 0) {
        const double s = std::clamp(std::sqrt(r1 * r2) / r1, 1e-8, 1e8);
        first.multiply_output(c, s);
        second.divide_inputs(c, pair.inputs_per_channel, s);
      } else {
        untouched.push_back(c);
      }
    }
    report_.pairs[number].untouched = std::move(untouched);
  }

  void measure(double RangeRatio::*when) {
    for (std::size_t i = 0; i < pairs_.pairs.size(); ++i) {
      const LayerPair& pair = pairs_.pairs[i];
      const ScaledLayer& first = layers_.at(pair.first);
      EqualizedPair& report = report_.pairs[i];
      report.outputs_of_first.*when = ratio(first.outputs(), options_.range);
      report.inputs_of_second.*when =
          ratio(layers_.at(pair.second).inputs(pair.inputs_per_channel), options_.range);
      report.scale = first.scale();
    }
  }

  EqualizeOptions options_;
  LayerPairs pairs_;
  EqualizeReport report_;
  std::map<NodeId, ScaledLayer> layers_;
};

}  // namespace

Equalized equalize(Graph graph, const EqualizeOptions& options, BatchStatistics statistics) {
  Equalization equalization(graph, options);
  return std::move(equalization).apply_to(std::move(graph), std::move(statistics));
}

}  // namespace bench
