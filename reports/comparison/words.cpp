#include "reports/comparison/words.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/comparison/shown_flips.h"
#include "reports/figures.h"

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
    return change.before == 0 ? "-" : signed_number(100 * seen / change.before, 2) + " %";
  }
  if (change.share) return fmt::format("{} of {}", change.share->items, change.share->of);
  std::string text = signed_number(seen, 4);
  if (change.interval95) {
    text += fmt::format(" [{}, {}]", signed_number(change.interval95->low, 4),
                        signed_number(change.interval95->high, 4));
  }
  return text;
}

std::string p_cell(const FigureChange& change) {
  if (change.test.empty() || change.test == "exact") return change.test.empty() ? "-" : "exact";
  return p_text(change.p) + " " + change.test;
}

std::string verdict_cell(const FigureChange& change) {
  // That an image counts otherwise is neither good nor bad by itself.
  const bool by_itself = change.share && change.verdict == Verdict::unchanged;
  if (by_itself) return change.watched ? "allowed" : "-";
  return std::string(word(change.verdict)) + (change.missed ? ", gate missed" : "");
}

std::string sentence(const FigureChange& change) {
  std::string text =
      change.share
          ? fmt::format("{} count otherwise", change_cell(change))
          : fmt::format("{} -> {}, {}, p {}", value_cell(change, change.before),
                        value_cell(change, change.after), change_cell(change), p_cell(change));
  if (change.allowed > 0) text += ", allowed " + value_cell(change, change.allowed);
  return text;
}

std::string effect_text(double effect) {
  if (is_nothing(effect)) return "nothing";
  return std::abs(effect) < 5e-7 ? fmt::format("{:+.0e}", effect) : signed_number(effect, 6);
}

}  // namespace bench::comparing
