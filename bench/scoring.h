#pragma once
// From answers to figures: a journal, or what another program wrote, judged image by image in the
// order of the data set.

#include <map>
#include <span>
#include <string>

#include "bench/journal.h"
#include "datasets/dataset.h"
#include "evaluators/tally.h"
#include "reports/run_record.h"

namespace bench {

/// "missing", "bad_data", ...
std::string_view name_of(Fault fault);

/// Fills in what follows from the answers: counts, digests, metrics, warnings, failures, speed and
/// status. REQUIRES record.evaluator (name, protocol, bootstrap) and record.speed.threads to be
/// set. Gives the tally of what was scored. Throws Error{bad_data} if an entry is not of this data
/// set.
Tally score_journal(RunRecord& record, const JournalReader& journal, const Dataset& dataset,
                    std::span<const std::size_t> listed);

/// The same for answers by sample id; an image without one is failed.
Tally score_answers(RunRecord& record, const std::map<std::string, Answer>& answers,
                    const Dataset& dataset, std::span<const std::size_t> listed);

/// What has changed since `reference`, the record of another case answered in `before`: over the
/// images answered in both, judged as `record` says. REQUIRES both to be of this data set.
RunRecord::Against compare_journals(const RunRecord& record, const JournalReader& journal,
                                    const RunRecord& reference, const JournalReader& before,
                                    const Dataset& dataset, std::span<const std::size_t> listed);

/// By id, what each answered image counts in the first figure; nothing where that is no mean over
/// images.
std::map<std::string, double> credits(const RunRecord& record, const JournalReader& journal,
                                      const Dataset& dataset, std::span<const std::size_t> listed);

}  // namespace bench
