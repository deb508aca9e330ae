#include "bench/layer_errors.h"

#include <cassert>
#include <cmath>
#include <limits>

#include "models/error.h"

namespace bench {
namespace {

bool heeds_grids(const Backend& backend) {
  Graph graph;  // 0.3 on a grid of whole numbers
  graph.add("input", Input{{1, 1}});
  graph.outputs = {{"on_grid", graph.add("grid", FakeQuantize{Grid{}}, {0})}};
  const auto program = backend.compile(graph, CompileOptions{});
  return program->open_session()->run(Tensor::of({1, 1}, {0.3f})).at(0).data<float>()[0] == 0;
}

void add(SignalToNoise& sum, const std::vector<Compared>& pairs,
         const std::vector<Tensor>& values) {
  for (const auto& [exact, quantised] : pairs) sum.add(values.at(exact), values.at(quantised));
}

void add(std::optional<SignalToNoise>& sum, const std::vector<Compared>& pairs,
         const std::vector<Tensor>& values) {
  if (sum) add(*sum, pairs, values);
}

}  // namespace

void SignalToNoise::add(const Tensor& exact, const Tensor& quantised) {
  const auto from = exact.data<float>(), to = quantised.data<float>();
  assert(from.size() == to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double error = static_cast<double>(to[i]) - from[i];
    signal_ += static_cast<double>(from[i]) * from[i];
    noise_ += error * error;
  }
}

double SignalToNoise::decibels() const {
  if (signal_ == 0 && noise_ == 0) return std::numeric_limits<double>::quiet_NaN();
  return 10 * std::log10(signal_ / noise_);
}

ErrorsByLayer::ErrorsByLayer(const Graph& graph, const Backend& backend) {
  Isolation isolation = isolate_layers(graph);
  if (isolation.layers.empty()) {
    throw Error(Fault::usage,
                "there is no grid in the network: nothing is quantised, and nothing to explain; "
                "give --quantize RECIPE or a quantised file");
  }
  if (!heeds_grids(backend)) {
    throw Error(Fault::usage, "backend '" + std::string(backend.name()) +
                                  "' looks through grids: there would be no error to explain; "
                                  "give --backend fake-quant or --backend reference");
  }
  for (const IsolatedLayer& one : isolation.layers) {
    const Node& node = graph.nodes[static_cast<std::size_t>(one.layer)];
    LayerErrors errors{.layer = one.layer, .name = node.name, .op = std::string(name_of(node.op))};
    if (!one.weights.empty()) errors.weights.emplace();
    if (!one.result.empty()) errors.result.emplace();
    layers_.push_back(std::move(errors));
  }
  isolated_ = std::move(isolation.layers);
  compared_outputs_ = std::move(isolation.outputs);
  program_ = backend.compile(std::move(isolation.graph), CompileOptions{});
  session_ = program_->open_session();
}

void ErrorsByLayer::add(const Tensor& input) {
  const std::vector<Tensor> values = session_->run(input);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    bench::add(layers_[i].weights, isolated_[i].weights, values);
    bench::add(layers_[i].result, isolated_[i].result, values);
    bench::add(layers_[i].alone, isolated_[i].both, values);
    bench::add(layers_[i].so_far, isolated_[i].so_far, values);
  }
  bench::add(outputs_, compared_outputs_, values);
}

}  // namespace bench
