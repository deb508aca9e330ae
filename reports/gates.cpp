#include "reports/gates.h"

#include <algorithm>
#include <array>

#include "models/json.h"
#include "models/passes/node_filter.h"

namespace bench {
namespace {

bool is_date(const std::string& text) {
  constexpr std::string_view form = "0000-00-00";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '0' ? !digit : text[i] != '-') return false;
  }
  const std::string month = text.substr(5, 2), day = text.substr(8);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

double at_least_zero(JsonFields& fields, const char* key) {
  const double value = fields.number_or(key, 0);
  if (!(value >= 0)) fields.fail(key, "expected a number that is not negative");
  return value;
}

void take_largest_drop(JsonFields& fields, Gate& gate) {
  if (!fields.has("largest_drop")) return;
  JsonFields drop = fields.object("largest_drop");
  gate.relative = drop.has("relative");
  if (gate.relative == drop.has("absolute")) {
    fields.fail("largest_drop", R"(expected {"absolute": NUMBER} or {"relative": NUMBER})");
  }
  gate.largest_drop = at_least_zero(drop, gate.relative ? "relative" : "absolute");
  drop.finish();
}

Gate take_gate(JsonFields& fields) {
  Gate gate;
  gate.case_name = fields.text_or("case", "*");
  gate.metric = fields.text("metric");
  const std::string direction =
      fields.text_or("direction", lower_is_better(gate.metric) ? "lower" : "higher");
  gate.higher_is_better = direction == "higher";
  if (!gate.higher_is_better && direction != "lower") {
    fields.fail("direction", R"(expected "higher" or "lower", whichever is better)");
  }
  take_largest_drop(fields, gate);
  if (gate.metric == "changed" && gate.higher_is_better) {
    fields.fail("direction", "images that count otherwise: lower is better");
  }
  if (gate.metric == "changed" && gate.relative) {
    fields.fail("largest_drop", "the share of changed images was 0: give it as absolute");
  }
  gate.minimal_effect = at_least_zero(fields, "minimal_effect");
  if (fields.has("exception")) {
    JsonFields exception = fields.object("exception");
    gate.exception = {exception.text("until"), exception.text("reason")};
    if (!is_date(gate.exception->until)) exception.fail("until", "expected a day, YYYY-MM-DD");
    if (gate.exception->reason.empty()) exception.fail("reason", "an exception needs one");
    exception.finish();
  }
  fields.finish();
  return gate;
}

}  // namespace

Gates parse_gates(std::string_view text, const std::string& file) {
  const Json json = parse_json(text, file);
  JsonFields fields(json, file);
  Gates gates;
  gates.suite = fields.text("suite");
  gates.alpha = fields.number_or("alpha", 0.05);
  if (!(gates.alpha > 0 && gates.alpha < 0.5)) fields.fail("alpha", "expected between 0 and 0.5");
  for (JsonFields& gate : fields.objects("gates")) gates.list.push_back(take_gate(gate));
  if (gates.list.empty()) fields.fail("gates", "there are none: nothing would be watched");
  fields.finish();
  return gates;
}

const Gate* gate_for(const Gates& gates, const std::string& case_name, const std::string& metric) {
  const auto found = std::find_if(gates.list.rbegin(), gates.list.rend(), [&](const Gate& gate) {
    return gate.metric == metric && matches(gate.case_name, case_name);
  });
  return found == gates.list.rend() ? nullptr : &*found;
}

bool lower_is_better(std::string_view metric) {
  constexpr std::array lower = {"parameters", "macs", "weight_bytes", "activation_bytes",
                                "median_ms",  "eer",  "changed"};
  return std::find(lower.begin(), lower.end(), metric) != lower.end();
}

}  // namespace bench
