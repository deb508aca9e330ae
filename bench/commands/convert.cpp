#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/files.h"
#include "bench/model_card.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/formats/onnx_writer.h"
#include "models/graph_digest.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

Graph network(const ConvertArguments& a) {
  if (a.untrained) return find(zoo(), "untrained network", a.model).make(1);
  if (is_network_file(a.model)) return load_network(a.model).graph;
  const ModelCard& card = find_model_card(a.model);
  return load_network(find_weights(card, weights_places(a.weights, a.data)).path).graph;
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
  const Graph graph = simplify(fold_batch_norm(simplify(network(a))));
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
