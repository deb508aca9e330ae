#include "bench/commands/audit_quantized.h"

#include <fmt/format.h>

#include "models/size_by_bits.h"

namespace bench {
namespace {

std::string percent(double part, std::int64_t whole) {
  return whole == 0 ? "-" : fmt::format("{:.2f} %", 100 * part / static_cast<double>(whole));
}

std::string bits_of(const Packed& packed) {
  return packed.numbers == 0 ? "" : std::to_string(packed.bits);
}

// Multiply-accumulates of layers whose weights are -1 and +1.
std::int64_t binary_macs(const QuantizedAudit& audit, const SizeByBits& size) {
  std::int64_t macs = 0;
  std::size_t next = 0;  // both lists are in the graph's order
  for (const LayerAudit& layer : audit.after.layers) {
    while (size.layers[next].node != layer.node) ++next;
    if (size.layers[next].weights.bits == 1) macs += layer.macs;
  }
  return macs;
}

}  // namespace

Table quantized_layers_table(const QuantizedAudit& audit) {
  Table table{audit.title,
              {"node", "op", "weights", "bits", "biases", "bits of biases", "other numbers",
               "scales", "bytes", "bytes in float"},
              {},
              {}};
  for (const LayerBits& layer : size_by_bits(audit.network.graph).layers) {
    table.rows.push_back({layer.node, layer.op, std::to_string(layer.weights.numbers),
                          bits_of(layer.weights), std::to_string(layer.biases.numbers),
                          bits_of(layer.biases), std::to_string(layer.others),
                          std::to_string(layer.scales), std::to_string(layer.bytes()),
                          std::to_string(layer.bytes_in_float())});
  }
  return table;
}

Table quantized_totals_table(const QuantizedAudit& audit) {
  const SizeByBits size = size_by_bits(audit.network.graph);
  Table table{"quantised", {"what", "value"}, {}, {}};
  const auto row = [&](std::string what, std::string value) {
    table.rows.push_back({std::move(what), std::move(value)});
  };
  for (const auto& [bits, numbers] : size.numbers) {
    row(fmt::format("numbers of {} bit{}", bits, bits == 1 ? "" : "s"), std::to_string(numbers));
  }
  row("scales and zero points", std::to_string(size.scales));
  row("bytes", std::to_string(size.bytes));
  row("bytes of the same network in float", std::to_string(size.bytes_in_float));
  row("bytes of the network before the recipe", std::to_string(audit.before.bytes(32)));
  const auto saved = [&](std::int64_t of) {
    return percent(static_cast<double>(of - size.bytes), of);
  };
  row("saved of the same network in float", saved(size.bytes_in_float));
  row("saved of the network before the recipe", saved(audit.before.bytes(32)));
  row("weight compressing, as document 4 has it",
      percent(size.weights_saved, audit.before.parameters));
  const std::int64_t binary = binary_macs(audit, size);
  row("multiply-accumulates with weights of 1 bit",
      fmt::format("{} ({})", binary, percent(static_cast<double>(binary), audit.after.macs)));
  return table;
}

Table passes_table(const QuantizedAudit& audit) {
  Table table{"passes", {"pass", "what it did"}, {}, {}};
  for (const PassReport& pass : audit.network.reports) {
    table.rows.push_back({pass.pass, pass.summary});
  }
  return table;
}

}  // namespace bench
