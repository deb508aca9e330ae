// How a comparison is written.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "models/json.h"
#include "reports/compare.h"

namespace bench {
namespace {

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

std::string p_text(double p) {
  if (std::isnan(p)) return "-";
  return p < 1e-4 ? fmt::format("{:.0e}", p) : fmt::format("{:.4f}", p);
}

std::string p_cell(const FigureChange& change) {
  if (change.test.empty() || change.test == "exact") return change.test.empty() ? "-" : "exact";
  return p_text(change.p) + " " + change.test;
}

std::string verdict_cell(const FigureChange& change) {
  return std::string(word(change.verdict)) + (change.missed ? ", gate missed" : "");
}

std::string name_of(const CaseComparison& one) {
  return one.before_name == one.name ? one.name : one.before_name + " -> " + one.name;
}

// With its data set where there are several; drawings are never shown without saying so.
std::string full_name(const CaseComparison& one, bool several) {
  const std::string name = several ? one.data + "/" + name_of(one) : name_of(one);
  return one.drawn ? name + " (drawn)" : name;
}

bool several_data(const Comparison& comparison) {
  return std::ranges::any_of(comparison.cases, [&](const CaseComparison& one) {
    return one.data != comparison.cases.front().data;
  });
}

// Sizes that are what they were are no news.
bool worth_a_row(const FigureChange& change) {
  return is_fraction(change) || change.unit == "ms" || change.verdict != Verdict::identical;
}

std::vector<std::string> notes_on(const Comparison& comparison) {
  std::vector<std::string> notes;
  if (comparison.watched > 0) {
    notes.push_back(fmt::format(
        "p: two-sided, of the same images in both runs; verdicts are for p corrected for {} "
        "(Holm), at {}.",
        comparison.watched == 1 ? "one figure" : fmt::format("{} figures", comparison.watched),
        comparison.alpha));
  }
  std::vector<std::string> unpaired;
  for (const CaseComparison& one : comparison.cases) {
    for (const FigureChange& change : one.figures) {
      if (!change.note.empty()) {
        notes.push_back(one.name + ", " + change.metric + ": " + change.note + ".");
      }
      if (change.test == "unpaired" && (unpaired.empty() || unpaired.back() != one.name)) {
        unpaired.push_back(one.name);
      }
    }
  }
  for (const std::string& name : unpaired) {
    notes.push_back(name +
                    ": unpaired, by the figures' own intervals: a tally is missing or of other "
                    "images, so that only large changes can be seen.");
  }
  for (const std::string& name : comparison.only_after) {
    notes.push_back(name + ": new, there is nothing to compare it with.");
  }
  return notes;
}

Table figures_table(const Comparison& comparison) {
  Table table{"Comparison",
              {"case", "figure", "before", "after", "difference [95 %]", "lost, gained", "p",
               "sees with 90 %", "verdict"},
              {},
              {}};
  const bool several = several_data(comparison);
  for (const CaseComparison& one : comparison.cases) {
    const std::string name = full_name(one, several);
    if (one.figures.empty()) {
      table.rows.push_back(
          {name, "-", "-", "-", "-", "-", "-", "-", std::string(word(one.verdict))});
    }
    for (const FigureChange& change : one.figures) {
      if (!worth_a_row(change)) continue;
      table.rows.push_back(
          {name, change.metric, value_cell(change, change.before), value_cell(change, change.after),
           change_cell(change),
           change.moved ? fmt::format("{}, {}", change.moved->lost, change.moved->gained) : "-",
           p_cell(change), std::isnan(change.visible) ? "-" : fmt::format("{:.4f}", change.visible),
           verdict_cell(change)});
    }
  }
  table.notes = notes_on(comparison);
  for (const CaseComparison& one : comparison.cases) {
    for (const std::string& reason : one.reasons) {
      table.notes.push_back(one.name + ": not comparable: " + reason + ".");
    }
  }
  if (std::ranges::any_of(comparison.cases, &CaseComparison::drawn)) {
    table.notes.emplace_back(
        "(drawn): images drawn by a program in the layout of a data set; no figure here is one on "
        "the real set.");
  }
  return table;
}

// Fields that differ alike in all their cases stand once.
Table manifest_table(const Comparison& comparison) {
  Table table{"What differs in the making", {"field", "before", "after", "cases"}, {}, {}};
  std::vector<std::pair<ManifestDifference, std::vector<std::string>>> kinds;
  for (const CaseComparison& one : comparison.cases) {
    for (const ManifestDifference& difference : one.manifest) {
      const auto found = std::ranges::find_if(kinds, [&](const auto& kind) {
        return kind.first.field == difference.field && kind.first.before == difference.before &&
               kind.first.after == difference.after;
      });
      if (found == kinds.end()) {
        kinds.push_back({difference, {one.name}});
      } else {
        found->second.push_back(one.name);
      }
    }
  }
  for (const auto& [difference, cases] : kinds) {
    const std::string which = cases.size() == comparison.cases.size() ? "all"
                              : cases.size() > 3
                                  ? fmt::format("{} of {}", cases.size(), comparison.cases.size())
                                  : fmt::format("{}", fmt::join(cases, ", "));
    table.rows.push_back({difference.field, difference.before, difference.after, which});
  }
  return table;
}

Table flips_table(const CaseComparison& one, std::size_t most) {
  Table table{fmt::format("{}: answered otherwise", full_name(one, false)),
              {"image", one.flips_of + ", by this image alone"},
              {},
              {}};
  // Half of them losses, half of them gains; those that move nothing are only counted.
  const auto losses = static_cast<std::size_t>(
      std::ranges::count_if(one.flips, [](const Flip& flip) { return flip.effect < 0; }));
  const auto gains = static_cast<std::size_t>(
      std::ranges::count_if(one.flips, [](const Flip& flip) { return flip.effect > 0; }));
  const std::size_t first = std::min(losses, std::max(most - std::min(gains, most / 2), most / 2));
  const std::size_t last = std::min(gains, most - first);
  const auto add = [&](const Flip& flip) {
    table.rows.push_back({flip.item, fmt::format("{:+.6f}", flip.effect)});
  };
  for (std::size_t i = 0; i < first; ++i) add(one.flips[i]);
  for (std::size_t i = last; i > 0; --i) add(one.flips[one.flips.size() - i]);
  table.notes.push_back(
      fmt::format("{} answered otherwise: {} by which the figure loses, {} by which it gains.",
                  one.flips.size(), losses, gains));
  return table;
}

JsonObject interval_json(const Interval& interval) {
  return {{"low", interval.low}, {"high", interval.high}};
}

Json figure_json(const FigureChange& change) {
  JsonObject json = {{"metric", change.metric},
                     {"unit", change.unit},
                     {"before", change.before},
                     {"after", change.after},
                     {"test", change.test},
                     {"p", change.p},
                     {"p_corrected", change.corrected},
                     {"verdict", std::string(word(change.verdict))},
                     {"watched", change.watched},
                     {"missed", change.missed},
                     {"visible_loss", change.visible},
                     {"note", change.note}};
  if (change.interval95) json.emplace_back("interval95", interval_json(*change.interval95));
  if (change.moved) {
    json.emplace_back("lost", change.moved->lost);
    json.emplace_back("gained", change.moved->gained);
  }
  return json;
}

Json case_json(const CaseComparison& one) {
  JsonArray manifest, figures, list;
  for (const ManifestDifference& difference : one.manifest) {
    manifest.emplace_back(JsonObject{{"field", difference.field},
                                     {"before", difference.before},
                                     {"after", difference.after},
                                     {"refuses", difference.refuses}});
  }
  for (const FigureChange& change : one.figures) figures.push_back(figure_json(change));
  for (const Flip& flip : one.flips) {
    list.emplace_back(JsonObject{{"image", flip.item}, {"effect", flip.effect}});
  }
  return JsonObject{{"data", one.data},
                    {"name", one.name},
                    {"drawn", one.drawn},
                    {"before_name", one.before_name},
                    {"verdict", std::string(word(one.verdict))},
                    {"reasons", JsonArray(one.reasons.begin(), one.reasons.end())},
                    {"lost_images", JsonArray(one.lost_images.begin(), one.lost_images.end())},
                    {"manifest", std::move(manifest)},
                    {"figures", std::move(figures)},
                    {"flips_of", one.flips_of},
                    {"flips", std::move(list)}};
}

std::string xml(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      escaped += ' ';
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string sentence(const FigureChange& change) {
  return fmt::format("{} -> {}, {}, p {}", value_cell(change, change.before),
                     value_cell(change, change.after), change_cell(change), p_cell(change));
}

// Data of a workflow command: the characters that end or part it are written as %XX.
std::string command_data(const std::string& text, bool property) {
  std::string escaped;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    escaped += special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return escaped;
}

std::string command(const char* level, const std::string& title, const std::string& text) {
  return fmt::format("::{} title={}::{}\n", level, command_data(title, true),
                     command_data(text, false));
}

}  // namespace

std::vector<Table> comparison_tables(const Comparison& comparison, std::size_t most) {
  std::vector<Table> tables = {figures_table(comparison)};
  if (Table making = manifest_table(comparison); !making.rows.empty()) {
    tables.push_back(std::move(making));
  }
  for (const CaseComparison& one : comparison.cases) {
    if (!one.flips.empty() && most > 0) tables.push_back(flips_table(one, most));
  }
  return tables;
}

std::string conclusion(const Comparison& comparison) {
  std::map<Verdict, std::size_t> cases;
  std::size_t missed = 0;
  for (const CaseComparison& one : comparison.cases) {
    ++cases[one.verdict];
    missed +=
        static_cast<std::size_t>(std::ranges::count(one.figures, true, &FigureChange::missed));
  }
  std::string text;
  for (auto kind = cases.rbegin(); kind != cases.rend(); ++kind) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kind->second, word(kind->first));
  }
  if (text.empty()) text = "no case in both runs";
  if (missed > 0) text += fmt::format("; {} {} missed", missed, missed == 1 ? "gate" : "gates");
  return text + (comparison.passed() ? ": passed" : ": failed");
}

Json to_json(const Comparison& comparison) {
  JsonArray cases;
  for (const CaseComparison& one : comparison.cases) cases.push_back(case_json(one));
  return JsonObject{
      {"version", 1},
      {"passed", comparison.passed()},
      {"alpha", comparison.alpha},
      {"watched", static_cast<std::int64_t>(comparison.watched)},
      {"only_after", JsonArray(comparison.only_after.begin(), comparison.only_after.end())},
      {"cases", std::move(cases)}};
}

std::string to_junit(const Comparison& comparison) {
  std::string body;
  std::size_t tests = 0, failures = 0;
  const auto add = [&](const CaseComparison& one, const std::string& name, bool failed,
                       const std::string& verdict, const std::string& text) {
    ++tests;
    failures += failed;
    body += fmt::format("  <testcase classname=\"{}\" name=\"{}\">", xml(one.data + "." + one.name),
                        xml(name));
    body += failed ? fmt::format("<failure message=\"{}\">{}</failure>", xml(verdict), xml(text))
                   : fmt::format("<system-out>{}: {}</system-out>", xml(verdict), xml(text));
    body += "</testcase>\n";
  };
  for (const CaseComparison& one : comparison.cases) {
    const bool comparable = one.verdict != Verdict::not_comparable;
    add(one, "comparable", !comparable, std::string(word(one.verdict)),
        fmt::format("{}", fmt::join(one.reasons, "; ")));
    for (const FigureChange& change : one.figures) {
      add(one, change.metric, change.missed, verdict_cell(change), sentence(change));
    }
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bench compare\" tests=\"{}\" "
      "failures=\"{}\">\n{}</testsuite>\n",
      tests, failures, body);
}

std::string to_github(const Comparison& comparison) {
  std::string text;
  for (const CaseComparison& one : comparison.cases) {
    if (one.verdict == Verdict::not_comparable) {
      text += command("error", one.name + " is not comparable",
                      fmt::format("{}", fmt::join(one.reasons, "; ")));
    }
    for (const FigureChange& change : one.figures) {
      if (!change.missed && change.verdict != Verdict::regressed) continue;
      text += command(change.missed ? "error" : "warning",
                      fmt::format("{}: {} regressed", one.name, change.metric), sentence(change));
    }
  }
  return text + command("notice", "bench compare", conclusion(comparison));
}

}  // namespace bench
