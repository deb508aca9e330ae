#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/files.h"
#include "bench/model_card.h"
#include "bench/recipe.h"
#include "bench/run_showing.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/formats/onnx_writer.h"
#include "models/graph_digest.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

Graph network(const ConvertArguments& a) {
  if (a.untrained) return find(zoo(), "untrained network", a.model).make(1);
  if (is_network_file(a.model)) return load_network(a.model).graph;
  const ModelCard& card = find_model_card(a.model);
  return load_network(find_weights(card, weights_places(a.weights, a.data)).path).graph;
}

// Untrained networks have no images of their own: numbers in [-1, 1) do.
void use_random_images(CalibrationInputs& inputs, const Graph& graph) {
  Shape shape = std::get<Input>(graph.nodes[0].op).shape;
  for (std::int64_t& size : shape) size = std::max<std::int64_t>(size, 1);
  inputs.images = 2;
  inputs.load = [shape](std::size_t image) {
    return std::vector<Tensor>{Random(11 + image).tensor(shape, -1, 1)};
  };
}

Graph prepared(const ConvertArguments& a, Graph graph) {
  graph = simplify(std::move(graph));
  if (a.quantize.empty()) return simplify(fold_batch_norm(std::move(graph)));
  CalibrationInputs inputs;
  inputs.runner = [](const Graph& shown) { return run_showing(find_backend("float"), shown); };
  if (a.untrained) use_random_images(inputs, graph);
  return apply(parse_recipe(a.quantize), std::move(graph), inputs, a.model).graph;
}

void check(const ConvertArguments& a) {
  if (a.model.empty()) {
    throw Error(Fault::usage, "give a model or a network file (see bench convert --help)");
  }
  if (a.out.empty()) throw Error(Fault::usage, "give --out FILE (see bench convert --help)");
  if (!a.force && std::filesystem::exists(a.out)) {
    throw Error(Fault::usage, a.out + ": is there already; --force writes over it");
  }
}

std::string summary(const Graph& graph) {
  const auto edges = std::ranges::count_if(
      graph.nodes, [](const Node& node) { return std::holds_alternative<FakeQuantize>(node.op); });
  const auto layers = std::ranges::count_if(
      graph.nodes, [](const Node& node) { return weight_of(node.op) != nullptr; });
  const auto on_grids = std::ranges::count_if(
      graph.nodes, [](const Node& node) { return weight_of(node.op) && weight_grid_of(node.op); });
  return fmt::format("{} nodes, {} of {} layers with quantised weights, {} quantised edges",
                     graph.nodes.size(), on_grids, layers, edges);
}

}  // namespace

int execute(const ConvertArguments& a, std::ostream& out, std::ostream&) {
  check(a);
  const Graph graph = prepared(a, network(a));
  std::string bytes;
  try {
    bytes = write_onnx(graph, {.ties_to_even = a.ties_to_even});
  } catch (const Error& error) {
    throw Error(error.fault(), a.model + ": " + error.what());
  }
  write_file(a.out, bytes);
  out << fmt::format("{}: ONNX opset 17, {} bytes; {}; graph {}\n", a.out, bytes.size(),
                     summary(graph), digest(graph));
  return exit_ok;
}

}  // namespace bench
