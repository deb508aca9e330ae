#include "reports/comparison/words.h"

#include <fmt/format.h>

#include <cmath>

namespace bench::comparing {
namespace {

std::string p_text(double p) {
  if (std::isnan(p)) return "-";
  return p < 1e-4 ? fmt::format("{:.0e}", p) : fmt::format("{:.4f}", p);
}

}  // namespace

bool is_fraction(const FigureChange& change) { return change.unit.empty(); }

std::string value_cell(const FigureChange& change, double value) {
  if (std::isnan(value)) return "-";
  if (is_fraction(change)) return fmt::format("{:.4f}", value);
  return change.unit == "ms" ? fmt::format("{:.3f}", value) : fmt::format("{:.0f}", value);
}

std::string change_cell(const FigureChange& change) {
  const double seen = change.after - change.before;
  if (std::isnan(seen)) return "-";
  if (!is_fraction(change)) {
    return change.before == 0 ? "-" : fmt::format("{:+.2f} %", 100 * seen / change.before);
  }
  std::string text = fmt::format("{:+.4f}", seen);
  if (change.interval95) {
    text += fmt::format(" [{:+.4f}, {:+.4f}]", change.interval95->low, change.interval95->high);
  }
  return text;
}

std::string p_cell(const FigureChange& change) {
  if (change.test.empty() || change.test == "exact") return change.test.empty() ? "-" : "exact";
  return p_text(change.p) + " " + change.test;
}

std::string verdict_cell(const FigureChange& change) {
  return std::string(word(change.verdict)) + (change.missed ? ", gate missed" : "");
}

std::string sentence(const FigureChange& change) {
  return fmt::format("{} -> {}, {}, p {}", value_cell(change, change.before),
                     value_cell(change, change.after), change_cell(change), p_cell(change));
}

}  // namespace bench::comparing
