#pragma once
// Two runs side by side: what differs in their making, what in their figures, and whether that is
// more than chance. Everything here is a pure function of records and tallies.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/flips.h"
#include "evaluators/paired.h"
#include "evaluators/watch.h"
#include "reports/gates.h"
#include "reports/manifest.h"
#include "reports/run_record.h"
#include "reports/table.h"

namespace bench {

/// A case of a run folder.
struct CaseRun {
  RunRecord record;
  std::optional<Tally> tally;  ///< without it the case is compared by intervals, unpaired
};

/// In the order of how bad they are.
enum class Verdict { identical, unchanged, improved, regressed, not_comparable };

/// "identical", "unchanged", "improved", "regressed", "not comparable".
std::string_view word(Verdict verdict);

/// One figure of one case. That of the name "changed" is the share of images (of pairs, where these
/// are judged) that count otherwise than before, whatever the other figures make of it: their rows
/// of the tally differ. It is exact, 0 before, and comes where the answers are others, or where a
/// gate asks for it. Times ("median_ms") of two runs are not taken in turn as those within a run
/// are: they have changed only as far as their ratios to a reference timed in the same rounds have
/// too.
struct FigureChange {
  std::string metric{}, unit{};  ///< of no unit: a fraction
  double before = 0, after = 0;
  std::optional<Interval> interval95{};  ///< of the difference
  std::optional<Moved> moved{};
  struct Share {
    std::int64_t items = 0, of = 0;
  };
  std::optional<Share> share{};   ///< of "changed"
  double drift = RunRecord::nan;  ///< of times: by what share the reference took longer
  std::string test{};  ///< "McNemar", "resampled", "unpaired", "exact", "Mann-Whitney"; empty: none
  double p = RunRecord::nan;          ///< of any difference, two-sided
  double corrected = RunRecord::nan;  ///< ... for all figures watched (Holm)
  Verdict verdict = Verdict::unchanged;
  bool watched = false;             ///< by a gate
  double allowed = RunRecord::nan;  ///< how much worse the gate lets it get, in the figure's unit
  bool missed = false;              ///< worse than its gate allows, beyond chance
  std::string note{};               ///< why it is not comparable, which exception holds, ...
  double visible = RunRecord::nan;  ///< the smallest loss that is found with probability 0.9
};

struct CaseComparison {
  std::string data, name, before_name;
  bool drawn = false;  ///< images drawn by a program: no figure is one on the real set
  Verdict verdict = Verdict::identical;
  std::vector<std::string> reasons;      ///< why it is not comparable
  std::vector<std::string> lost_images;  ///< answered before and not now, or failed
  std::vector<ManifestDifference> manifest;
  std::vector<FigureChange> figures;  ///< none where the case is not comparable
  std::string flips_of;               ///< the metric that flips are ranked by
  std::vector<Flip> flips;
};

struct CompareOptions {
  std::vector<std::string> allowed;  ///< fields that differ and are compared all the same
  std::optional<Gates> gates;  ///< none: every headline figure and every size, nothing allowed
  std::string today;           ///< YYYY-MM-DD: exceptions end
  Bootstrap bootstrap{10000, 1};
};

struct Comparison {
  std::vector<CaseComparison> cases;    ///< in the order of the later run, then those it has lost
  std::vector<std::string> only_after;  ///< cases that the earlier run has not
  double alpha = 0.05;
  std::size_t watched = 0;  ///< figures that were tested and corrected for

  /// No gate was missed, and every case could be compared.
  bool passed() const;
};

/// Cases are matched by data set and name; where one on either side is left for a data set, these
/// two. Throws Error{bad_data} for gates of another suite.
Comparison compare_runs(const std::vector<CaseRun>& before, const std::vector<CaseRun>& after,
                        const CompareOptions& options);

/// Figures with verdicts; what differs in the making; images answered otherwise, `flips` of each
/// case at most.
std::vector<Table> comparison_tables(const Comparison& comparison, std::size_t flips);

/// "regressed: 1 of 12 figures", the last word.
std::string conclusion(const Comparison& comparison);

Json to_json(const Comparison& comparison);
std::string to_junit(const Comparison& comparison);  ///< a test case for each figure and case
/// Workflow commands, a line for each thing that went wrong.
std::string to_github(const Comparison& comparison);

}  // namespace bench
