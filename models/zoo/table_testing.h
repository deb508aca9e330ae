#pragma once
// For tests only: the published networks' layers, one by one, as tables beside the checkout have
// them (NAME.tsv: idx, name, kind, kh, kw, stride, pad, cin, cout, groups, Hout, Wout, weights,
// MACs).

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "models/audit.h"

namespace bench::testing {

/// "16x257x257, 512 weights, 33817088 MACs" of every layer, sorted.
using LayerRows = std::vector<std::string>;

inline std::string layer_row(std::int64_t channels, std::int64_t height, std::int64_t width,
                             std::int64_t weights, std::int64_t macs) {
  return to_string(Shape{channels, height, width}) + ", " + std::to_string(weights) + " weights, " +
         std::to_string(macs) + " MACs";
}

/// The rows of ../shared/reference/tables/NAME.tsv whose layers' names do not begin with `without`;
/// nothing, after the line by which ctest counts this test as skipped, where it is not there.
inline std::optional<LayerRows> table_rows(const std::string& name,
                                           const std::string& without = "-") {
  const std::filesystem::path path =
      BENCH_SOURCE_DIR "/../shared/reference/tables/" + name + ".tsv";
  std::ifstream file(path);
  if (!file) {
    std::cout << "SKIPPED: table not here: " << path.string() << "\n";
    return std::nullopt;
  }
  LayerRows rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream text(line);
    std::vector<std::string> fields;
    for (std::string field; std::getline(text, field, '\t');) fields.push_back(field);
    if (fields.at(1).starts_with(without)) continue;
    const auto number = [&](std::size_t column) { return std::stoll(fields.at(column)); };
    rows.push_back(layer_row(number(8), number(10), number(11), number(12), number(13)));
  }
  std::ranges::sort(rows);
  return rows;
}

/// The same of a network's convolutions and linear layers.
inline LayerRows audit_rows(const Audit& audit) {
  LayerRows rows;
  for (const LayerAudit& layer : audit.layers) {
    if (layer.weights == 0) continue;
    const auto side = [&](std::size_t axis) {
      return layer.output.size() > axis ? layer.output[axis] : 1;
    };
    rows.push_back(layer_row(side(1), side(2), side(3), layer.weights, layer.macs));
  }
  std::ranges::sort(rows);
  return rows;
}

}  // namespace bench::testing
