#include "models/audit.h"

#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/one_network.h"
#include "bench/commands/output.h"
#include "bench/model_card.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"

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
