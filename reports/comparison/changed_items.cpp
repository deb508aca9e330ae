#include "reports/comparison/changed_items.h"

namespace bench::comparing {
namespace {

FigureChange::Share changed_share(const Tally& before, const Tally& after) {
  FigureChange::Share share{0, std::ssize(before.items)};
  for (std::size_t i = 0; i < before.rows.size(); ++i)
    share.items += before.rows[i] != after.rows[i];
  return share;
}

}  // namespace

void add_changed(PendingCase& one, const CaseRun& before, const CaseRun& after,
                 const CompareOptions& options) {
  const bool same = same_answers(before.record, after.record);
  const bool known = same || both_tallied(before, after);
  Pending pending{{"changed", "", 0, 0}};
  FigureChange& change = pending.change;
  set_gate(pending, options, after.record.name, false);
  if (!change.watched && (same || !known)) return;
  if (!known) {
    change.after = RunRecord::nan;
    change.verdict = Verdict::not_comparable;
    change.note = "not known, a tally is missing or of other images";
  } else {
    change.share = same ? FigureChange::Share{0, after.record.data.scored}
                        : changed_share(*before.tally, *after.tally);
    if (change.share->of > 0) {
      change.after =
          static_cast<double>(change.share->items) / static_cast<double>(change.share->of);
    }
    judge_exactly(pending);
    if (!same && !change.missed) change.verdict = Verdict::unchanged;
    if (!same && change.share->items == 0) {
      change.note = "the answers differ, but nothing counts otherwise";
    }
  }
  one.figures.push_back(std::move(pending));
}

}  // namespace bench::comparing
