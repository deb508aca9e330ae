#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/interrupt.h"
#include "bench/commands/output.h"
#include "bench/commands/progress.h"
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

}  // namespace

int execute(const RunArguments& a, std::ostream& out, std::ostream& err) {
  const auto [request, cases] = choose_run(a);
  const auto dataset = open_dataset(request.suite.dataset, request.data);
  make_folder(request.out);
  err << "bench: results go to " << request.out << std::endl;

  const Interrupt interrupt;
  std::vector<RunRecord> records;
  int code = exit_ok;
  for (const Case& one : cases) {
    ProgressLine line(err, one.name());
    const CaseResult result = run_case(request, one, *dataset, interrupt.flag(),
                                       [&](const Progress& progress) { line.show(progress); });
    line.close();
    if (!result.record.error.empty()) {
      err << "bench: " << one.name() << ": " << result.record.error << std::endl;
    }
    for (const std::string& warning : result.record.warnings) {
      err << "bench: " << one.name() << ": warning: " << warning << std::endl;
    }
    records.push_back(result.record);
    if (code == exit_ok) code = result.exit_code;
    if (result.exit_code == exit_interrupted) {
      err << "bench: interrupted; go on with: " << without_restart(a.command) << std::endl;
      return exit_interrupted;
    }
    compare_with_float(records, request, *dataset);
    write_results(records, request.out);
  }
  if (a.speed) {
    measure_speed(records, cases, request, *dataset);
    write_results(records, request.out);
  }
  print(records, a.format, out);
  return code;
}

}  // namespace bench
