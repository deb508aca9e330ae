#include <memory>
#include <ostream>
#include <set>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/interrupt.h"
#include "bench/commands/output.h"
#include "bench/commands/progress.h"
#include "bench/documents.h"
#include "bench/files.h"
#include "bench/scoring.h"
#include "bench/speed.h"
#include "bench/subset.h"
#include "reports/network_table.h"

namespace bench {
namespace {

// Cases may come in any order: whichever of a network's cases comes later finds the other there.
void compare_with_float(std::vector<RunRecord>& records, const RunRequest& request,
                        const Dataset& dataset) {
  const auto listed = choose(dataset.size(), static_cast<std::size_t>(request.limit),
                             static_cast<std::uint64_t>(request.seed));
  const auto journal = [&](const RunRecord& one) { return journal_path(request.out, one.name); };
  for (RunRecord& record : records) {
    const RunRecord* in_float = float_case_of(record, records);
    if (!in_float || !record.against.name.empty()) continue;
    if (record.metrics.empty() || in_float->metrics.empty()) continue;
    record.against = compare_journals(record, JournalReader(journal(record)), *in_float,
                                      JournalReader(journal(*in_float)), dataset, listed);
  }
}

// The cases of each network side by side, once all answers are written down.
void measure_speed(std::vector<RunRecord>& records, const std::vector<Case>& cases,
                   const RunRequest& request, const Dataset& dataset) {
  constexpr std::size_t images = 8;
  constexpr int rounds = 7;
  std::vector<EncodedImage> shown;
  for (const std::size_t index : choose(dataset.size(), images, 1)) {
    shown.push_back(dataset.image(index));
  }
  for (const std::vector<std::size_t>& network : by_network(records)) {
    std::vector<Network> opened;
    for (const std::size_t i : network) {
      opened.emplace_back(open_case(request, cases[i], dataset).network,
                          find_backend(cases[i].backend));
    }
    const auto times = time_in_turn(opened, shown, rounds);
    for (std::size_t k = 0; k < network.size(); ++k) {
      records[network[k]].speed_one_thread = times[k];
    }
  }
}

std::string without_restart(const std::string& command) {
  const std::size_t at = command.find(" --restart");
  return at == command.npos ? command : command.substr(0, at) + command.substr(at + 10);
}

// One data set of the run.
struct TaskRun {
  ChosenRun run;
  std::unique_ptr<Dataset> dataset;
  std::vector<RunRecord> records{};
  std::set<std::string> warnings{};  ///< said already: each is said of the first case only
};

// All data sets are opened before anything long begins.
std::vector<TaskRun> open_parts(const RunArguments& a) {
  std::vector<TaskRun> parts;
  for (ChosenRun& run : choose_runs(a)) {
    auto dataset = open_dataset(run.request.suite.dataset, run.request.data);
    parts.push_back({std::move(run), std::move(dataset)});
  }
  return parts;
}

std::vector<RunRecord> records_of(const std::vector<TaskRun>& parts) {
  std::vector<RunRecord> all;
  for (const TaskRun& part : parts) {
    all.insert(all.end(), part.records.begin(), part.records.end());
  }
  return all;
}

std::vector<Table> tables_of_documents(const std::vector<TaskRun>& parts,
                                       const std::vector<RunRecord>& records) {
  return filled_tables(parts.front().run.request.suite.documents, records);
}

void write(const std::vector<TaskRun>& parts, const std::string& folder) {
  const auto records = records_of(parts);
  write_results(records, tables_of_documents(parts, records), folder);
}

// Runs one case with its progress shown.
CaseResult run_showing_progress(TaskRun& part, const Case& one,
                                const std::atomic<bool>& interrupted, std::ostream& err) {
  ProgressLine line(err, one.name());
  CaseResult result = run_case(part.run.request, one, *part.dataset, interrupted,
                               [&](const Progress& progress) { line.show(progress); });
  line.close();
  if (!result.record.error.empty()) {
    err << "bench: " << one.name() << ": " << result.record.error << std::endl;
  }
  for (const std::string& warning : result.record.warnings) {
    if (!part.warnings.insert(warning).second) continue;
    err << "bench: " << one.name() << ": warning: " << warning << std::endl;
  }
  return result;
}

}  // namespace

int execute(const RunArguments& a, std::ostream& out, std::ostream& err) {
  std::vector<TaskRun> parts = open_parts(a);
  const std::string folder = parts.at(0).run.request.out;
  make_folder(folder);
  err << "bench: results go to " << folder << std::endl;

  const Interrupt interrupt;
  int code = exit_ok;
  for (TaskRun& part : parts) {
    for (const Case& one : part.run.cases) {
      CaseResult result = run_showing_progress(part, one, interrupt.flag(), err);
      part.records.push_back(std::move(result.record));
      if (code == exit_ok) code = result.exit_code;
      if (result.exit_code == exit_interrupted) {
        err << "bench: interrupted; go on with: " << without_restart(a.command) << std::endl;
        return exit_interrupted;
      }
      compare_with_float(part.records, part.run.request, *part.dataset);
      write(parts, folder);
    }
  }
  for (TaskRun& part : parts) {
    if (!a.speed && !part.run.request.suite.speed) continue;
    measure_speed(part.records, part.run.cases, part.run.request, *part.dataset);
    write(parts, folder);
  }
  const auto records = records_of(parts);
  print(records, tables_of_documents(parts, records), a.format, out);
  return code;
}

}  // namespace bench
