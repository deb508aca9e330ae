#pragma once
// What a suite asks of tonight's run against an earlier one: which figures are watched, and how
// much worse each may get. A JSON file:
//
//   {"suite": "mini",                   which suite it is meant for
//    "alpha": 0.05,                     how often all gates together may raise a false alarm (0.05)
//    "gates": [{
//      "case": "mini-vgg.*",            "*" stands for anything; every case where absent
//      "metric": "top1",                or parameters, macs, weight_bytes, activation_bytes,
//                                       median_ms; or changed
//      "direction": "higher",           which is better; "lower" where absent for bytes and times
//      "largest_drop": {"absolute": 0.003},   or {"relative": 0.01}, of the old value; none: 0
//      "minimal_effect": 0.001,         smaller losses never count, however certain; none: 0
//      "exception": {"until": "2026-12-31", "reason": "..."}}]}
//
// "changed" is the share of images (or pairs) that count otherwise than before: 0 where answers are
// equal, exact, and lower is better. {"metric": "changed", "case": "*.int8", "largest_drop":
// {"absolute": 0.002}} is missed where more than 2 in 1,000 do, whatever the other figures say: for
// arithmetics that should not move at all.
//
// Of several gates that fit a figure the last counts. What no gate names is reported, not watched.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Gate {
  std::string case_name = "*", metric{};
  bool higher_is_better = true;
  double largest_drop = 0;
  bool relative = false;  ///< the largest drop is a share of the old value
  double minimal_effect = 0;
  struct Exception {
    std::string until;  ///< last day, YYYY-MM-DD
    std::string reason;
  };
  std::optional<Exception> exception{};
};

struct Gates {
  std::string suite;
  double alpha = 0.05;
  std::vector<Gate> list;
};

/// Throws Error{bad_data} naming `file` and key: unknown, missing, of a wrong type or value.
Gates parse_gates(std::string_view text, const std::string& file);

/// Null where none fits.
const Gate* gate_for(const Gates& gates, const std::string& case_name, const std::string& metric);

/// Whether less of it is better where nobody says otherwise: bytes, times, error rates, "changed".
bool lower_is_better(std::string_view metric);

}  // namespace bench
