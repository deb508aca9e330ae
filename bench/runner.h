#pragma once
// Runs one case: a model on a backend over a data set, from its files to a record.

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "bench/answering.h"
#include "bench/model_card.h"
#include "bench/network.h"
#include "bench/suite.h"
#include "datasets/dataset.h"
#include "reports/run_record.h"

namespace bench {

/// What is common to all cases of a run.
struct RunRequest {
  Suite suite;
  DatasetOptions data;
  WeightsPlaces weights;
  std::int64_t limit = 0, seed = 1;  ///< limit 0: every image
  int threads = 1;
  std::string out;       ///< folder of journals and results
  bool restart = false;  ///< throw journals away first
  int bootstrap = 1000;  ///< replicates
  std::string command;   ///< as typed, for the record
};

/// A case's network before any backend.
struct OpenedCase {
  ReadyNetwork network;
  std::optional<CalibrationImages> calibration;
  RunRecord::Model model;
  std::vector<PublishedFigure> published;
};

/// Finds and reads the network and applies the case's recipe. Throws Error of any kind.
OpenedCase open_case(const RunRequest& request, const Case& one, const Dataset& dataset);

/// What is known of a case before its network is opened.
RunRecord begin_record(const RunRequest& request, const Case& one, const Dataset& dataset);

/// Answers every listed image that `record`'s journal does not hold yet, and scores the journal; if
/// stopped, the record stays "incomplete". REQUIRES network.describe(record). Throws Error.
void answer_and_score(const RunRequest& request, const Network& network, const Dataset& dataset,
                      const std::atomic<bool>& stop,
                      const std::function<void(const Progress&)>& report_progress,
                      RunRecord& record);

struct CaseResult {
  RunRecord record;
  int exit_code = 0;
};

/// Everything about a case that is known before the first image: what its journal begins with.
JournalHeader journal_header(const RunRecord& record);

/// Where a case's answers are kept.
std::string journal_path(const std::string& out, const std::string& case_name);

/// The exit code of `bench` for this record.
int exit_code(const RunRecord& record);

/// Runs the case, or goes on with it. An Error ends the case and stands in its record; nothing is
/// thrown but bugs.
CaseResult run_case(const RunRequest& request, const Case& one, const Dataset& dataset,
                    const std::atomic<bool>& stop,
                    const std::function<void(const Progress&)>& report_progress);

}  // namespace bench
