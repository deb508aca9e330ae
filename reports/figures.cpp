#include "reports/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace bench {
namespace {

constexpr SizeFigure sizes[] = {
    {"parameters", "numbers", [](const RunRecord& r) { return r.audit.parameters; }},
    {"macs", "MACs", [](const RunRecord& r) { return r.audit.macs; }},
    {"weight_bytes", "bytes", [](const RunRecord& r) { return r.backend.weight_bytes; }},
    {"activation_bytes", "bytes", [](const RunRecord& r) { return r.backend.activation_bytes; }}};

}  // namespace

std::span<const SizeFigure> size_figures() { return sizes; }

const Metric* metric_named(const RunRecord& record, const std::string& name) {
  for (const Metric& metric : record.metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

const Difference* difference_to_float(const RunRecord& record, const std::string& name) {
  for (const Difference& difference : record.against.differences) {
    if (difference.metric == name) return &difference;
  }
  return nullptr;
}

std::vector<std::string> headline_metrics(const std::vector<RunRecord>& records) {
  std::vector<std::string> names;
  for (const RunRecord& record : records) {
    for (const Metric& metric : record.metrics) {
      if (metric.headline && std::find(names.begin(), names.end(), metric.name) == names.end()) {
        names.push_back(metric.name);
      }
    }
  }
  return names;
}

std::string figure_cell(const Metric& metric) {
  if (!std::isfinite(metric.value)) return "-";
  if (!metric.unit.empty()) return fmt::format("{:.6g} {}", metric.value, metric.unit);
  const bool known = metric.interval95 && std::isfinite(metric.interval95->low);
  return fmt::format("{:.4f}", metric.value) +
         (known ? fmt::format(" [{:.3f}, {:.3f}]", metric.interval95->low, metric.interval95->high)
                : "");
}

std::string signed_number(double value, int decimals) {
  std::string text = fmt::format("{:+.{}f}", value, decimals);
  return text.find_first_not_of("+-0.") == text.npos ? text.substr(1) : text;
}

std::string difference_cell(const Difference& difference) {
  if (!std::isfinite(difference.value)) return "-";
  const bool known = difference.interval95 && std::isfinite(difference.interval95->low);
  return signed_number(difference.value, 4) +
         (known ? fmt::format(" [{}, {}]", signed_number(difference.interval95->low, 3),
                              signed_number(difference.interval95->high, 3))
                : "");
}

std::string data_name(const RunRecord& record) {
  return record.data.drawn ? record.data.name + " (drawn)" : record.data.name;
}

bool any_drawn(const std::vector<RunRecord>& records) {
  return std::ranges::any_of(records, [](const RunRecord& one) { return one.data.drawn; });
}

std::string drawn_note(const std::vector<RunRecord>& records) {
  std::set<std::string> names;
  for (const RunRecord& record : records) {
    if (record.data.drawn) names.insert(record.data.name);
  }
  if (names.empty()) return "";
  return fmt::format(
      "(drawn): images drawn by a program in the layout of {}; no figure here is one on the real "
      "set.",
      fmt::join(names, ", "));
}

std::string arithmetic_of(const RunRecord& record) {
  const std::string& recipe = record.quantization.name;
  return recipe.empty() ? record.backend.name : record.backend.name + ", " + recipe;
}

}  // namespace bench
