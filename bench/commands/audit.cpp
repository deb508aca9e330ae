#include "models/audit.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/output.h"
#include "bench/model_card.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

// "1x3x224x224"
Shape parse_shape(const std::string& text) {
  Shape shape;
  const char* at = text.data();
  const char* end = at + text.size();
  for (bool more = true; more;) {
    std::int64_t size = 0;
    const auto [next, fault] = std::from_chars(at, end, size);
    if (fault != std::errc() || size < 1 || size > 65536) shape.assign(5, 0);
    shape.push_back(size);
    more = next != end && *next == 'x' && shape.size() < 5;
    at = next + (more ? 1 : 0);
  }
  if (shape.size() != 4 || at != end) {
    throw Error(Fault::usage, "--input " + text + ": expected a shape such as 1x3x224x224");
  }
  return shape;
}

// What the file itself says, with a batch of one.
Shape own_input(const Graph& graph, const std::string& model) {
  Shape shape = std::get<Input>(graph.nodes.front().op).shape;
  if (!shape.empty() && shape[0] < 0) shape[0] = 1;
  for (const std::int64_t size : shape) {
    if (size > 0) continue;
    throw Error(Fault::usage, model +
                                  ": takes images of any size; say which with --input, such "
                                  "as --input 1x3x240x320");
  }
  return shape;
}

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

}  // namespace

int execute(const AuditArguments& a, std::ostream& out, std::ostream&) {
  check_format(a.format);
  if (a.model.empty()) {
    throw Error(Fault::usage, "give a model or a network file (see bench audit --help)");
  }
  std::string path = a.model;
  Shape input;
  if (!is_network_file(a.model)) {
    const ModelCard& card = find_model_card(a.model);
    path = find_weights(card, weights_places(a.weights, a.data)).path;
    input = card.input;
  }
  const LoadedNetwork network = load_network(path);
  const Graph graph = simplify(network.graph);
  if (!a.input.empty()) input = parse_shape(a.input);
  if (input.empty()) input = own_input(graph, a.model);
  const Audit counted = audit(graph, input);
  const std::string title = a.model + " (" + network.format + ")";
  // One file of rows for csv: the layers; their sums are in the other formats.
  std::vector<Table> tables = {layers_table(counted, title)};
  if (a.format != "csv") tables.push_back(totals_table(counted, input));
  print(tables, a.format, out);
  return exit_ok;
}

}  // namespace bench
