#include "models/audit.h"

#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "bench/calibration.h"
#include "bench/commands/audit_quantized.h"
#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/one_network.h"
#include "bench/commands/output.h"
#include "bench/model_card.h"
#include "bench/recipe_parts.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

Table layers_table(const Audit& counted, const std::string& title) {
  Table table{title,
              {"node", "op", "output", "weights", "biases", "slopes", "batch norm", "MACs",
               "share of MACs"},
              {},
              {}};
  for (const LayerAudit& layer : counted.layers) {
    const double share = counted.macs == 0 ? 0
                                           : 100.0 * static_cast<double>(layer.macs) /
                                                 static_cast<double>(counted.macs);
    table.rows.push_back({layer.node, layer.op, to_string(layer.output),
                          std::to_string(layer.weights), std::to_string(layer.biases),
                          std::to_string(layer.slopes), std::to_string(layer.batch_norm),
                          std::to_string(layer.macs), fmt::format("{:.2f} %", share)});
  }
  return table;
}

Table totals_table(const Audit& counted, const Shape& input) {
  Table table{"totals", {"what", "value"}, {}, {}};
  const auto row = [&](const char* what, std::int64_t value) {
    table.rows.push_back({what, std::to_string(value)});
  };
  table.rows.push_back({"input", to_string(input)});
  row("parameters", counted.parameters);
  row("scalars stored", counted.scalars);
  row("multiply-accumulates", counted.macs);
  row("bytes, 32-bit weights", counted.bytes(32));
  row("bytes, 8-bit weights", counted.bytes(8));
  row("bytes, 1-bit weights", counted.bytes(1));
  row("peak activation elements", counted.peak_activation_elements);
  return table;
}

struct Source {
  Graph graph;
  Shape input;
  std::string title;
};

Source find_source(const AuditArguments& a) {
  if (a.untrained) {
    return {find(zoo(), "untrained network", a.model).make(1), {}, a.model + " (untrained)"};
  }
  std::string path = a.model;
  Shape input;
  if (!is_network_file(a.model)) {
    const ModelCard& card = find_model_card(a.model);
    path = find_weights(card, weights_places(a.weights, a.data)).path;
    input = card.input;
  }
  LoadedNetwork network = load_network(path);
  return {std::move(network.graph), std::move(input), a.model + " (" + network.format + ")"};
}

// Nothing is learned where only sizes are wanted.
Recipe sized(Recipe recipe) {
  for (Pass& one : recipe.passes) {
    if (std::holds_alternative<pass::PruneDeadChannels>(one)) {
      throw Error(Fault::usage,
                  "prune-dead-channels: which channels are dead is seen on images; write the "
                  "network with bench convert --quantize, and audit that file");
    }
    auto* binarize = std::get_if<pass::Binarize>(&one);
    if (!binarize || !needs_images(*binarize)) continue;
    for (BinarizeRule& rule : binarize->rules) {
      const bool learned = rule.scheme && rule.scheme->scale == BinaryScheme::Scale::learned;
      if (learned) rule.scheme->scale = BinaryScheme::Scale::mean_abs;
    }
  }
  return recipe;
}

// Passes that want to see an image see noise: sizes do not depend on what they see.
CalibrationInputs noise(const Shape& shape) {
  CalibrationInputs inputs = inputs_for(nullptr, shape);
  inputs.images = 1;
  inputs.load = [shape](std::size_t image) {
    return std::vector<Tensor>{Random(11 + image).tensor(shape, -1, 1)};
  };
  return inputs;
}

QuantizedAudit quantized_audit(const Recipe& recipe, Source source, const Shape& input,
                               Audit before) {
  QuantizedAudit result;
  result.title = source.title + ", " + (recipe.empty() ? "quantised" : recipe.name);
  result.network = recipe.empty()
                       ? Quantized{std::move(source.graph), {}, {}}
                       : apply(sized(recipe), std::move(source.graph), noise(input), source.title);
  result.before = std::move(before);
  result.after = audit(result.network.graph, input);
  return result;
}

}  // namespace

int execute(const AuditArguments& a, std::ostream& out, std::ostream&) {
  check_format(a.format);
  if (a.model.empty()) {
    throw Error(Fault::usage, "give a model or a network file (see bench audit --help)");
  }
  const Recipe recipe = a.quantize.empty() ? Recipe{} : parse_recipe(a.quantize);
  Source source = find_source(a);
  source.graph = simplify(std::move(source.graph));
  Shape input = a.input.empty() ? source.input : parse_shape(a.input);
  if (input.empty()) input = own_input(source.graph, a.model);
  const Audit counted = audit(source.graph, input);
  // One file of rows for csv: the layers; their sums are in the other formats.
  const bool csv = a.format == "csv";
  std::vector<Table> tables;
  const bool quantized = !recipe.empty() || has_grids(source.graph);
  if (!csv || !quantized) tables.push_back(layers_table(counted, source.title));
  if (!csv) tables.push_back(totals_table(counted, input));
  if (quantized) {
    const QuantizedAudit result = quantized_audit(recipe, std::move(source), input, counted);
    tables.push_back(quantized_layers_table(result));
    if (!csv) tables.push_back(quantized_totals_table(result));
    if (!csv && !recipe.empty()) tables.push_back(passes_table(result));
  }
  print(tables, a.format, out);
  return exit_ok;
}

}  // namespace bench
