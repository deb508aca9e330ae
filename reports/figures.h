#pragma once
// What tables of records share: which figures stand in them, and how they are written.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/run_record.h"

namespace bench {

/// The metric of this name, or null.
const Metric* metric_named(const RunRecord& record, const std::string& name);

/// What the metric of this name has changed by against the float case, or null.
const Difference* difference_to_float(const RunRecord& record, const std::string& name);

/// Names of the metrics that belong in a run's table, in the order in which records name them
/// first.
std::vector<std::string> headline_metrics(const std::vector<RunRecord>& records);

/// "0.8110 [0.790, 0.830]", "31958 faces"; "-" for no number.
std::string figure_cell(const Metric& metric);

/// "+0.0120"; what rounds to nothing has no sign: "0.0000".
std::string signed_number(double value, int decimals);

/// What a network takes: whole numbers that follow from how it was made. 0: not known.
struct SizeFigure {
  const char *name, *unit;
  std::int64_t (*of)(const RunRecord&);
};

/// parameters, macs, weight_bytes, activation_bytes.
std::span<const SizeFigure> size_figures();

/// "+0.0120 [-0.003, +0.027]".
std::string difference_cell(const Difference& difference);

/// "imagenet", or "imagenet (drawn)": drawings in the layout of a data set are never shown under
/// its bare name.
std::string data_name(const RunRecord& record);

bool any_drawn(const std::vector<RunRecord>& records);

/// The note that goes with "(drawn)" under every table; empty for records on real images only.
std::string drawn_note(const std::vector<RunRecord>& records);

/// "float", or "int8, dfq-bias16": the backend, and the recipe where there is one.
std::string arithmetic_of(const RunRecord& record);

}  // namespace bench
