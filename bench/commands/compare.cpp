#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/draw_flips.h"
#include "bench/files.h"
#include "bench/machine.h"
#include "bench/tally_file.h"
#include "models/registry.h"
#include "reports/compare.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

void check(const CompareArguments& a) {
  if (a.before.empty() || a.after.empty()) {
    throw Error(Fault::usage, "give two run folders: bench compare BEFORE AFTER");
  }
  const auto known = [](const std::string& what, const std::string& given,
                        const std::vector<std::string>& names) {
    if (std::find(names.begin(), names.end(), given) != names.end()) return;
    throw Error(Fault::usage, unknown_name(what, given, names));
  };
  known("format", a.format, {"markdown", "json", "junit", "github"});
  for (const std::string& field : a.allowed) known("field", field, refusing_fields());
  if (a.resamples < 100 || a.resamples > 1000000) {
    throw Error(Fault::usage, "--resamples: expected 100 to 1000000");
  }
  if (a.top < 0) throw Error(Fault::usage, "--top: expected a number of images");
}

// The folder of a run or baseline, where it or its result.json is given.
std::string folder_of(const std::string& given) {
  if (fs::path(given).extension() != ".json") return given;
  const std::string folder = fs::path(given).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::vector<CaseRun> read_run(const std::string& given) {
  const std::string folder = folder_of(given);
  const std::string file = folder == given ? (fs::path(given) / "result.json").string() : given;
  if (!fs::exists(file)) {
    throw Error(Fault::missing, file + ": is not there; give the --out of a finished run");
  }
  std::vector<CaseRun> cases;
  for (RunRecord& record : read_result_file(read_file(file), file)) {
    std::optional<Tally> tally = find_tally(folder, record);
    cases.push_back({std::move(record), std::move(tally)});
  }
  return cases;
}

std::string markdown(const Comparison& comparison, const CompareArguments& a) {
  std::string text;
  for (const Table& table : comparison_tables(comparison, static_cast<std::size_t>(a.top))) {
    text += to_markdown(table) + "\n";
  }
  return text + conclusion(comparison) + "\n";
}

void append_summary(const std::string& text) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (!path || !*path) return;
  std::ofstream file(path, std::ios::app);
  file << text;
  file.flush();
  if (!file) throw Error(Fault::environment, std::string(path) + ": cannot be written");
}

}  // namespace

int execute(const CompareArguments& a, std::ostream& out, std::ostream& err) {
  check(a);
  CompareOptions options;
  options.allowed = a.allowed;
  options.bootstrap.replicates = a.resamples;
  options.today = utc_now().substr(0, 10);
  if (!a.gates.empty()) options.gates = parse_gates(read_file(a.gates), a.gates);
  const std::vector<CaseRun> before = read_run(a.before), after = read_run(a.after);
  const Comparison comparison = compare_runs(before, after, options);
  if (!a.flips.empty()) {
    draw_flips({folder_of(a.before), folder_of(a.after), a.flips, static_cast<std::size_t>(a.top)},
               comparison, before, after, err);
  }
  if (!a.out.empty()) {
    make_folder(a.out);
    write_file(a.out + "/compare.json", to_text(to_json(comparison)));
    write_file(a.out + "/compare.md", markdown(comparison, a));
    write_file(a.out + "/compare.xml", to_junit(comparison));
  }
  if (a.format == "json") {
    out << to_text(to_json(comparison));
  } else if (a.format == "junit") {
    out << to_junit(comparison);
  } else if (a.format == "github") {
    append_summary(markdown(comparison, a));
    out << to_github(comparison);
  } else {
    out << markdown(comparison, a);
  }
  return comparison.passed() ? exit_ok : exit_failed;
}

}  // namespace bench
