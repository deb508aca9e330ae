#include "models/passes/calibrate_data_free.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "models/error.h"
#include "models/passes/calibrate_moments.h"
#include "models/passes/layers.h"

namespace bench {
namespace {

// The statistics each node's result has of its own; empty where it has none.
std::vector<Moments> own_statistics(const Graph& graph, const BatchStatistics& statistics) {
  std::vector<Moments> own(graph.nodes.size());
  bool any = false;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    require_changeable(node);
    if (const auto* op = std::get_if<BatchNorm>(&node.op)) {
      for (const float x : op->beta.data<float>()) own[i].mean.push_back(x);
      for (const float x : op->gamma.data<float>()) own[i].variance.push_back(double{x} * x);
    } else if (const auto found = statistics.find(node.name); found != statistics.end()) {
      own[i].mean = found->second.mean;
      for (const double x : found->second.deviation) own[i].variance.push_back(x * x);
    }
    const auto finite = [](double x) { return std::isfinite(x); };
    if (!std::ranges::all_of(own[i].mean, finite) ||
        !std::ranges::all_of(own[i].variance, finite)) {
      throw Error(Fault::bad_data, describe(node) + ": its batch statistics are not finite");
    }
    any = any || !own[i].mean.empty();
  }
  if (!any) {
    throw Error(Fault::missing,
                "data-free ranges: the graph has no batch norms and no statistics were given; read "
                "them before folding, or calibrate with images");
  }
  return own;
}

bool is_constant(const Node& node) { return std::holds_alternative<Constant>(node.op); }

// Which nodes are read by a plain ReLU.
std::vector<bool> read_by_relu(const Graph& graph) {
  std::vector<bool> result(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    const auto* op = std::get_if<Activation>(&node.op);
    if (op && op->kind == Activation::Kind::relu) {
      result[static_cast<std::size_t>(node.inputs[0])] = true;
    }
  }
  return result;
}

class DocumentRules {
 public:
  DocumentRules(const Graph& graph, const std::vector<Moments>& own, double sigmas)
      : graph_(graph), own_(own), sigmas_(sigmas), read_by_relu_(read_by_relu(graph)) {}

  // Nothing if some path leads back to the image without meeting a batch norm.
  std::optional<Range> range(NodeId value) const {
    std::vector<FoundStatistics> found;
    std::deque<std::pair<NodeId, int>> paths{{value, 0}};
    for (std::size_t steps = 0; !paths.empty(); ++steps) {
      const auto [id, depth] = paths.front();
      paths.pop_front();
      const auto i = static_cast<std::size_t>(id);
      const Node& node = graph_.nodes[i];
      if (id == 0 || steps > most_steps) return std::nullopt;
      if (!own_[i].mean.empty()) {
        found.push_back({depth, spread(own_[i], sigmas_), read_by_relu_[i]});
        continue;
      }
      for (const NodeId input : node.inputs) {
        if (!is_constant(graph_.nodes[static_cast<std::size_t>(input)])) {
          paths.emplace_back(input, depth + 1);
        }
      }
    }
    if (found.empty()) return std::nullopt;
    return document_range(std::move(found));
  }

 private:
  // Paths can be as many as two to the number of additions.
  static constexpr std::size_t most_steps = 100000;

  const Graph& graph_;
  const std::vector<Moments>& own_;
  double sigmas_;
  std::vector<bool> read_by_relu_;
};

// A layer read by a BatchNorm: walking back would give it the range of the batch norm before.
std::vector<bool> layers_before_batch_norm(const Graph& graph) {
  std::vector<bool> result(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    if (!std::holds_alternative<BatchNorm>(node.op)) continue;
    const auto i = static_cast<std::size_t>(node.inputs[0]);
    const Op& op = graph.nodes[i].op;
    result[i] = std::holds_alternative<Conv2d>(op) || std::holds_alternative<Linear>(op);
  }
  return result;
}

Ranges ranges_by_document(const Graph& graph, const std::vector<Moments>& own, double sigmas) {
  const DocumentRules rules(graph, own, sigmas);
  const std::vector<bool> hidden = layers_before_batch_norm(graph);
  Ranges ranges;
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    if (is_constant(graph.nodes[i]) || hidden[i]) continue;
    const auto range = rules.range(static_cast<NodeId>(i));
    if (range) ranges[graph.nodes[i].name] = *range;
  }
  return ranges;
}

Ranges ranges_by_moments(const Graph& graph, const std::vector<Moments>& own,
                         const DataFreeOptions& options) {
  std::vector<Distribution> values(graph.nodes.size());
  values[0].range = options.input;
  Ranges ranges;
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!own[i].mean.empty()) {
      values[i] = {spread(own[i], options.sigmas), own[i]};
    } else {
      std::vector<const Distribution*> inputs;
      for (const NodeId id : node.inputs) inputs.push_back(&values[static_cast<std::size_t>(id)]);
      values[i] = follow(node.op, inputs, options.sigmas);
    }
    if (values[i].range && !is_constant(node)) ranges[node.name] = *values[i].range;
  }
  return ranges;
}

}  // namespace

Ranges data_free_ranges(const Graph& graph, const BatchStatistics& statistics,
                        const DataFreeOptions& options) {
  const std::vector<Moments> own = own_statistics(graph, statistics);
  Ranges ranges = options.rules == DataFreeOptions::Rules::document
                      ? ranges_by_document(graph, own, options.sigmas)
                      : ranges_by_moments(graph, own, options);
  ranges[graph.nodes[0].name] = options.input;
  return ranges;
}

}  // namespace bench
