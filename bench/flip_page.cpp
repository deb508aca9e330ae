#include "bench/flip_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "bench/flip_drawing.h"
#include "bench/flip_pairs.h"
#include "reports/comparison/shown_flips.h"
#include "reports/comparison/words.h"
#include "reports/html_report.h"

namespace bench {
namespace {

using namespace drawing;
using comparing::ShownFlips, comparing::shown_flips;

constexpr const char* style =
    "body{font:14px sans-serif;background:#222;color:#eee;margin:2em}"
    "figure{display:inline-block;margin:0 1em 1em 0;vertical-align:top}"
    "svg{max-width:100%;height:auto;background:#000}.small{image-rendering:pixelated}"
    "table{display:inline-block;margin-right:3em;vertical-align:top}"
    ".key{display:inline-block;width:1em;height:1em;margin:0 .3em;vertical-align:middle}";

std::string coloured(const char* colour, const std::string& text) {
  return fmt::format("<span style=\"color:{}\">{}</span>", colour, text);
}

std::string before_word() { return coloured(before_colour, "before"); }
std::string after_word() { return coloured(after_colour, "after"); }

// Each of these: `before` is null where the earlier answer was not kept.
std::string show(const ClassScores* before, const ClassScores& after, const Dataset& dataset,
                 std::size_t index) {
  const Truth truth = dataset.truth(index);
  const auto* label = std::get_if<ClassLabel>(&truth);
  const int right = label ? label->index : -1;
  const std::string is = label ? "true: " + html_text(name_of(dataset, right)) : "truth not known";
  std::string text = framed(read_picture(dataset, index), "", is);
  if (before) text += best_classes(*before, dataset, "before", before_colour, right);
  return text + best_classes(after, dataset, "after", after_colour, right);
}

std::string show(const Detections* before, const Detections& after, const Dataset& dataset,
                 std::size_t index) {
  const Picture picture = read_picture(dataset, index);
  std::string drawn = true_boxes(dataset.truth(index), dataset, picture);
  std::string caption = "true in white, dashed; ";
  if (before) {
    // Wider, so that they are seen under later ones in the same place.
    drawn += boxes(*before, dataset, picture, before_colour, 2);
    caption += fmt::format("{}: {} boxes, ", before_word(), before->items.size());
  }
  return framed(picture, drawn + boxes(after, dataset, picture, after_colour, 1),
                caption + fmt::format("{}: {}", after_word(), after.items.size()));
}

std::string show(const LabelMap* before, const LabelMap& after, const Dataset& dataset,
                 std::size_t index) {
  const Picture picture = read_picture(dataset, index);
  const Truth truth = dataset.truth(index);
  const auto* map = std::get_if<LabelMap>(&truth);
  const LabelMap right = map ? *map : LabelMap{};
  const std::string maps =
      framed(picture, label_map(right, picture), "true") +
      (before ? framed(picture, label_map(*before, picture), before_word()) : "") +
      framed(picture, label_map(after, picture), after_word());
  const std::string changed =
      before ? framed(picture, changed_pixels(*before, after, right, picture),
                      "changed pixels: " + coloured(mended_colour, "right now") + ", " +
                          coloured(broken_colour, "wrong now") + ", " +
                          coloured(neither_colour, "wrong both times"))
             : framed(picture, changed_pixels(right, after, right, picture),
                      coloured(broken_colour, "wrong pixels"));
  return maps + changed + label_legend({&right, before ? before : &after, &after}, dataset);
}

std::string show(const Embedding*, const Embedding&, const Dataset& dataset, std::size_t index) {
  return framed(read_picture(dataset, index), "", html_text(dataset.id(index)));
}

std::string decided(const PairDecision& one) {
  std::string text = fmt::format("distance {:.4f}, taken for {}: {}", one.distance,
                                 one.taken_same ? "one person" : "two",
                                 one.taken_same == one.same ? "right" : "wrong");
  if (one.accepted && one.rejected) {
    text += fmt::format(" (threshold between {:.4f} and {:.4f})", *one.accepted, *one.rejected);
  }
  return text;
}

// One run beside another over one data set.
class Shower {
 public:
  Shower(const CaseComparison& comparison, const AnsweredRun& before, const AnsweredRun& after,
         const Dataset& dataset)
      : before_(before),
        after_(after),
        dataset_(dataset),
        old_pairs_(pair_decisions(before.tally, comparison.flips_of)),
        new_pairs_(pair_decisions(after.tally, comparison.flips_of)) {
    for (std::size_t i = 0; i < dataset.size(); ++i) places_[dataset.id(i)] = i;
  }

  std::string show_item(const std::string& item) const {
    std::string text = pair(item);
    for (const std::string& id : ids_of(item)) text += image(id);
    return text;
  }

 private:
  // "A & B" of a pair, or an image's own id.
  std::vector<std::string> ids_of(const std::string& item) const {
    const std::size_t at = item.find(" & ");
    if (places_.contains(item) || at == item.npos) return {item};
    return {item.substr(0, at), item.substr(at + 3)};
  }

  std::string pair(const std::string& item) const {
    const auto old = old_pairs_.find(item), now = new_pairs_.find(item);
    if (old == old_pairs_.end() || now == new_pairs_.end()) return "";
    return fmt::format("<p>true: {}. {}: {}. {}: {}.</p>\n",
                       old->second.same ? "one person" : "two persons", before_word(),
                       decided(old->second), after_word(), decided(now->second));
  }

  std::string image(const std::string& id) const {
    const auto place = places_.find(id);
    if (place == places_.end()) return "<p>" + html_text(id) + ": not in the data set</p>\n";
    const std::size_t index = place->second;
    if (!after_.journal->answered(index) ||
        (before_.journal && !before_.journal->answered(index))) {
      return "<p>" + html_text(id) + ": a journal lacks its answer</p>\n";
    }
    const JournalEntry now = after_.journal->entry(index);
    const JournalEntry old = before_.journal ? before_.journal->entry(index) : JournalEntry{};
    return std::visit(
        [&](const auto& after) -> std::string {
          const auto* before =
              old.answer ? std::get_if<std::decay_t<decltype(after)>>(&*old.answer) : nullptr;
          return show(before, after, dataset_, index);
        },
        *now.answer);
  }

  const AnsweredRun &before_, &after_;
  const Dataset& dataset_;
  const std::map<std::string, PairDecision> old_pairs_, new_pairs_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

std::string flip_page(const CaseComparison& comparison, const AnsweredRun& before,
                      const AnsweredRun& after, const Dataset& dataset, std::size_t most) {
  const std::string title = html_text(comparison.name) + (comparison.drawn ? " (drawn)" : "");
  const ShownFlips shown = shown_flips(comparison.flips, most);
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>{0}</title>\n<style>{1}</style>\n"
      "<h1>{0}: answered otherwise</h1>\n<p>{2}: {3}; {4}: {0}. {5} answered otherwise; here are "
      "{6}, first those that {7} loses most by, then those that it gains most by: by how much, if "
      "they alone took the new answer.{8}</p>\n",
      title, style, before_word(), html_text(comparison.before_name), after_word(),
      comparison.flips.size(), shown.list.size(), html_text(comparison.flips_of),
      before.journal ? "" : " The earlier run keeps no answers: only the later ones are drawn.");
  const Shower shower(comparison, before, after, dataset);
  for (const Flip& flip : shown.list) {
    page += fmt::format("<h2>{}: {}</h2>\n{}", html_text(flip.item), comparing::effect_text(flip.effect),
                        shower.show_item(flip.item));
  }
  return page;
}

}  // namespace bench
