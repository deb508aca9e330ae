// A comparison as tables, and its last word.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/comparison/shown_flips.h"
#include "reports/comparison/words.h"

namespace bench {
namespace {

using namespace comparing;

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
  const ShownFlips shown = shown_flips(one.flips, most);
  for (const Flip& flip : shown.list) table.rows.push_back({flip.item, effect_text(flip.effect)});
  table.notes.push_back(fmt::format(
      "{} answered otherwise: {} by which the figure loses, {} by which it gains{}.",
      one.flips.size(), shown.losses, shown.gains,
      shown.others > 0 ? fmt::format(", {} that do nothing to it", shown.others) : std::string()));
  return table;
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

}  // namespace bench
