#pragma once
// A figure of a suite's cases, run after run: which runs can be compared, where it changed, and how
// that is shown. Everything here is a pure function of what history keeps of records.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/change_point.h"
#include "reports/manifest.h"
#include "reports/run_record.h"
#include "reports/table.h"

namespace bench {

/// What is kept of one case of one run, but for its figures.
struct HistoryCase {
  std::string run;  ///< sha256 of the run's result.json
  std::string suite, data, name, status;
  std::string started, finished;  ///< UTC, ISO 8601
  std::string answers;            ///< digest
  bool drawn = false;
  bool whole = false;  ///< passed: every image was answered
  std::vector<ManifestField> manifest;
};

HistoryCase history_case(const RunRecord& record, const std::string& run);

/// The record's metrics; then, where they are known, parameters, macs, weight_bytes,
/// activation_bytes; and median_ms of one thread, where the machine is known: times of several
/// machines are not compared.
std::vector<Metric> history_figures(const RunRecord& record);

/// answers and size follow from their inputs bit for bit; a time scatters.
enum class FigureKind { answers, size, time };
FigureKind figure_kind(std::string_view metric);

/// One figure of one case of one run. The value is NaN where a run that is not whole has none.
struct HistoryPoint {
  HistoryCase of;
  Metric figure;
  std::size_t place = 0;  ///< of its run among all that are shown, from 0; set by history_series()
};

/// Something happened between a point and the one before it.
struct HistoryChange {
  std::size_t at = 0;  ///< the first point after it
  enum class Kind {
    figure,   ///< other answers and another figure; another size
    answers,  ///< other answers, the same figure
    judge,    ///< the same answers, another figure
    level,    ///< times: more than chance
    making    ///< the series breaks: what was asked is another thing
  } kind = Kind::figure;
  double before = RunRecord::nan, after = RunRecord::nan;  ///< of levels: medians
  double p = RunRecord::nan;                               ///< of levels
  std::string back_to{};                     ///< when a level that came back was there first
  std::vector<ManifestDifference> making{};  ///< to the run that it is a change from
};

/// A case's figure on one instruction set; a time on one machine.
struct HistorySeries {
  std::string data, name, metric, unit;
  std::string where;  ///< the instruction set, or the machine
  bool drawn = false;
  std::vector<HistoryPoint> points{};  ///< by when they finished
  std::vector<HistoryChange> changes{};
  std::vector<double> levels{};  ///< of times, at each point; else empty
};

struct HistoryOptions {
  std::string cases = "*";  ///< pattern of names, * for any text
  std::string machine;      ///< a part of the machine's name, its CPU or its hash
  std::string since;        ///< YYYY-MM-DD: the first day shown
  std::size_t limit = 0;    ///< points shown of each series, the last ones; 0: all
  LevelOptions level;
};

/// The series of one metric of one suite, in the order in which their first runs finished. Points
/// are ordered by when they finished (else started), then by run. Compared are whole runs with the
/// same making (what manifest_differences() does not refuse), on one instruction set or, for times,
/// one machine. Changes are found in all of a series, `since` and `limit` say which part is shown.
/// Throws Error{usage}, naming what there is, for a pattern or machine that nothing fits.
std::vector<HistorySeries> history_series(std::vector<HistoryPoint> points,
                                          const HistoryOptions& options);

/// Lower to higher blocks, oldest first: "▆▆▆│▂▂". A change of figure or level is │, a break ┊, a
/// run that is not whole ×. More than `most` points are cut in front.
std::string sparkline(const HistorySeries& series, std::size_t most = 60);

/// One row per series; one per change; of a single series one per run.
std::vector<Table> history_tables(const std::vector<HistorySeries>& series);

/// One row per run, in full precision.
Table history_points_table(const std::vector<HistorySeries>& series);

Json to_json(const std::vector<HistorySeries>& series);

/// A drawing that needs nothing else: a chart for each series, runs from left to right at equal
/// distances, intervals as bands, changes as vertical marks with the commits before and after.
/// Light or dark as the reader has it.
std::string history_svg(const std::vector<HistorySeries>& series);

}  // namespace bench
