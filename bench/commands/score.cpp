#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/output.h"
#include "bench/documents.h"
#include "bench/machine.h"
#include "bench/predictions/predictions.h"
#include "bench/runner.h"
#include "bench/scoring.h"
#include "bench/subset.h"
#include "bench/tally_file.h"
#include "evaluators/face_verification.h"
#include "models/error.h"
#include "models/sha256.h"
#include "reports/network_table.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> journals_in(const std::string& folder) {
  if (!fs::is_directory(folder)) {
    throw Error(Fault::missing, folder + ": no such folder; give the --out of a run");
  }
  std::vector<std::string> found;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    if (file.path().extension() == ".journal") found.push_back(file.path().string());
  }
  if (found.empty()) throw Error(Fault::missing, folder + ": no .journal of a run is in it");
  std::sort(found.begin(), found.end());
  return found;
}

void check_same_data(const RunRecord& record, const Dataset& dataset, const std::string& path) {
  if (dataset.digest() == record.data.annotations_digest) return;
  throw Error(Fault::bad_data, path + ": was answered for annotations with sha256 " +
                                   record.data.annotations_digest + ", those in " +
                                   record.data.root + " have " + dataset.digest());
}

std::vector<std::size_t> listed_of(const RunRecord& record, const Dataset& dataset) {
  return choose(dataset.size(), static_cast<std::size_t>(record.data.limit),
                static_cast<std::uint64_t>(record.data.seed));
}

RunRecord score_again(const std::string& path, const ScoreArguments& a) {
  const JournalReader journal(path);
  RunRecord record = run_record_of(parse_json(journal.header().record, path), path);
  if (!a.data.empty()) record.data.root = a.data;
  if (!a.list.empty()) record.data.list = a.list;
  if (!a.protocol.empty()) record.evaluator.protocol = a.protocol;
  record.evaluator.bootstrap_replicates = a.bootstrap;
  const auto dataset = open_dataset(record.data.name, {record.data.root, record.data.list, false});
  check_same_data(record, *dataset, path);
  const Tally tally = score_journal(record, journal, *dataset, listed_of(record, *dataset));
  if (!a.out.empty()) write_tally(a.out, record, tally);
  record.command += " && " + a.command;
  record.finished = utc_now();
  return record;
}

std::vector<RunRecord> score_run(const ScoreArguments& a) {
  std::vector<RunRecord> records;
  std::map<std::string, std::string> journals;  // by the name of the case
  for (const std::string& path : journals_in(a.run)) {
    records.push_back(score_again(path, a));
    journals[records.back().name] = path;
  }
  for (RunRecord& record : records) {
    const RunRecord* in_float = float_case_of(record, records);
    if (!in_float) continue;
    const auto dataset =
        open_dataset(record.data.name, {record.data.root, record.data.list, false});
    record.against = compare_journals(record, JournalReader(journals.at(record.name)), *in_float,
                                      JournalReader(journals.at(in_float->name)), *dataset,
                                      listed_of(record, *dataset));
  }
  return records;
}

RunRecord begin_record(const ScoreArguments& a, const Suite& suite) {
  RunRecord record;
  record.suite = suite.name;
  record.model.name = fs::path(a.predictions).lexically_normal().filename();
  if (record.model.name.empty()) record.model.name = a.predictions;
  record.name = record.model.name + ".given";
  record.backend.name = "given";
  record.command = a.command;
  record.started = utc_now();
  record.data.name = suite.dataset;
  record.data.root = data_root(a.data, suite);
  record.data.list = a.list.empty() ? suite.list : a.list;
  record.data.drawn = is_drawn(record.data.root);
  record.evaluator.name = suite.evaluator;
  record.evaluator.protocol = a.protocol.empty() ? suite.protocol : a.protocol;
  record.evaluator.bootstrap_replicates = a.bootstrap;
  record.evaluator.bootstrap_seed = 1;
  record.environment = this_environment();
  return record;
}

std::vector<FileHash> hash_files(const std::vector<std::string>& files) {
  std::vector<FileHash> hashes;
  for (const std::string& file : files) {
    hashes.push_back({file, static_cast<std::int64_t>(fs::file_size(file)), sha256_of_file(file)});
  }
  return hashes;
}

// Face pairs compared already are judged as pairs; every listed image is in one.
Tally score_pairs(RunRecord& record, const PairScores& scores, const Dataset& dataset) {
  EvaluatorOptions options;
  options.protocol = record.evaluator.protocol;
  const auto evaluator = make_evaluator(record.evaluator.name, options);
  if (options.protocol.empty()) options.protocol = face_verification_info().protocols.front();
  record.evaluator.meaning = evaluator->protocol();
  record.metrics = verify(scores.pairs, options.protocol,
                          {static_cast<int>(record.evaluator.bootstrap_replicates),
                           static_cast<std::uint64_t>(record.evaluator.bootstrap_seed)});
  record.warnings = scores.warnings;
  record.data.listed = record.data.scored = static_cast<std::int64_t>(dataset.size());
  record.answers_digest = record.model.files.at(0).sha256;
  record.status = "passed";
  return pairs_tally(scores.pairs, options.protocol);
}

Tally score_images(RunRecord& record, const std::string& path, const Dataset& dataset) {
  const Predictions given = read_predictions(dataset.name(), path, dataset);
  record.model.files = hash_files(given.files);
  Tally tally = score_answers(record, given.answers, dataset, choose(dataset.size(), 0, 0));
  record.warnings.insert(record.warnings.begin(), given.warnings.begin(), given.warnings.end());
  return tally;
}

RunRecord score_given(const ScoreArguments& a) {
  const Suite suite = load_suite(a.suite);
  if (!suite.parts.empty()) {
    throw Error(Fault::usage, "suite '" + suite.name +
                                  "' has several data sets; --predictions are for one: give the "
                                  "suite of that data set");
  }
  RunRecord record = begin_record(a, suite);
  const auto dataset = open_dataset(suite.dataset, {record.data.root, record.data.list, false});
  record.data.annotations_digest = dataset->digest();
  record.data.available = static_cast<std::int64_t>(dataset->size());
  const auto pairs = suite.dataset == "lfw" ? read_lfw_pair_scores(a.predictions, *dataset)
                                            : std::optional<PairScores>();
  if (pairs) record.model.files = hash_files({a.predictions});
  const Tally tally =
      pairs ? score_pairs(record, *pairs, *dataset) : score_images(record, a.predictions, *dataset);
  if (!a.out.empty()) write_tally(a.out, record, tally);
  record.finished = utc_now();
  return record;
}

void check(const ScoreArguments& a) {
  check_run_format(a.format);
  if (a.run.empty() == (a.suite.empty() && a.predictions.empty())) {
    throw Error(Fault::usage, "give either a run's folder, or --suite NAME and --predictions PATH");
  }
  if (a.run.empty() && (a.suite.empty() || a.predictions.empty())) {
    throw Error(Fault::usage, "--suite and --predictions go together");
  }
  if (a.bootstrap < 0 || a.bootstrap > 1000000) {
    throw Error(Fault::usage, "--bootstrap: expected 0 to 1000000");
  }
}

}  // namespace

int execute(const ScoreArguments& a, std::ostream& out, std::ostream& err) {
  check(a);
  std::vector<RunRecord> records;
  if (a.run.empty()) {
    records.push_back(score_given(a));
  } else {
    records = score_run(a);
  }
  int code = exit_ok;
  for (const RunRecord& record : records) {
    for (const std::string& warning : record.warnings) {
      err << "bench: " << record.name << ": warning: " << warning << "\n";
    }
    if (code != exit_ok || record.status == "passed") continue;
    code = record.status == "incomplete" ? int{exit_failed} : exit_code(record);
  }
  const std::vector<Table> documents = filled_tables(documents_of(records), records);
  if (!a.out.empty()) write_results(records, documents, a.out);
  print(records, documents, a.format, out);
  return code;
}

}  // namespace bench
