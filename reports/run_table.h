#pragma once
// How the records of a run are shown.

#include <string>
#include <vector>

#include "reports/run_record.h"
#include "reports/table.h"

namespace bench {

/// One row per record: model, backend, headline metrics with their 95 % intervals, published
/// figures, the difference to them, images scored, images per second. What a careful reader must
/// know besides (failed images, subsets, published figures on other images) stands in the notes.
Table run_table(const std::vector<RunRecord>& records);

/// One such table for each data set, in the order they come; titled by the data set where there are
/// several, or drawn ones.
std::vector<Table> run_tables(const std::vector<RunRecord>& records);

/// One row per record and metric, in full precision.
Table metrics_table(const std::vector<RunRecord>& records);

/// report.md: the tables, those of documents, and for every record how it was made.
std::string run_report(const std::vector<RunRecord>& records,
                       const std::vector<Table>& documents = {});

}  // namespace bench
