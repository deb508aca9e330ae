#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <ostream>

#include "bench/calibration.h"
#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/one_network.h"
#include "bench/files.h"
#include "bench/network.h"
#include "datasets/prepare.h"
#include "models/error.h"
#include "models/formats/graph_file.h"
#include "models/formats/onnx_writer.h"
#include "models/graph_digest.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

Graph prepared(const ConvertArguments& a, OneNetwork source) {
  if (!a.dataset.empty()) source.task = a.dataset;
  if (!a.prepare.empty()) source.prepare = a.prepare;
  Recipe recipe;
  if (!a.quantize.empty()) recipe = calibrated_by(parse_recipe(a.quantize), a.calibration);
  if (a.untrained) {
    const CalibrationInputs inputs = noise_inputs(own_input(source.graph, a.model));
    return prepare_graph(std::move(source.graph), recipe, inputs, a.model).graph;
  }
  std::unique_ptr<Dataset> dataset;
  std::optional<CalibrationImages> images;
  if (needs_images(recipe)) {
    const bool own = !a.calibration.data.empty();
    if (source.prepare.empty() || (source.task.empty() && !own)) {
      throw Error(Fault::usage,
                  "the recipe wants to see images: give --prepare and --dataset, or "
                  "--prepare and --calibration-data (see bench convert --help)");
    }
    if (!own) {
      dataset = open_dataset(source.task, {.root = data_root(a.data, source.task)});
    }
    images.emplace(a.calibration, dataset.get(), find_preparation(source.prepare));
  }
  const auto inputs = inputs_for(images ? &*images : nullptr, source.input);
  return prepare_graph(std::move(source.graph), recipe, inputs, a.model).graph;
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

struct Written {
  std::string bytes;
  std::string_view format;
};

Written written(const ConvertArguments& a, const Graph& graph) try {
  if (!a.out.ends_with(".safetensors")) {
    return {write_onnx(graph, {.ties_to_even = a.ties_to_even}), "ONNX opset 17"};
  }
  const auto bytes = write_graph_file(graph);
  return {{reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "Quantbench's own format"};
} catch (const Error& error) {
  throw Error(error.fault(), a.model + ": " + error.what());
}

}  // namespace

int execute(const ConvertArguments& a, std::ostream& out, std::ostream&) {
  check(a);
  const Graph graph = prepared(a, open_network({a.model, a.weights, a.data, a.untrained}));
  const Written file = written(a, graph);
  write_file(a.out, file.bytes);
  out << fmt::format("{}: {}, {} bytes; {}; graph {}\n", a.out, file.format, file.bytes.size(),
                     summary(graph), digest(graph));
  return exit_ok;
}

}  // namespace bench
