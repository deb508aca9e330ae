#include "bench/commands/draw_flips.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <ostream>
#include <stdexcept>

#include "bench/bundled.h"
#include "bench/files.h"
#include "bench/flip_page.h"
#include "bench/runner.h"
#include "bench/subset.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

const CaseRun& run_of(const std::string& data, const std::string& name,
                      const std::vector<CaseRun>& runs) {
  for (const CaseRun& run : runs) {
    if (run.record.name == name && run.record.data.name == data) return run;
  }
  throw std::logic_error("draw_flips: no record of " + name);
}

// Bundled data are where this program's tree is, wherever the run's was.
std::string root_of(const RunRecord& record) {
  const std::string& root = record.data.root;
  constexpr std::string_view tree = "/datasets/mini/data/";
  const std::size_t at = root.rfind(tree);
  if (at == root.npos || fs::exists(root)) return data_folder(root);
  return find_bundled(root.substr(at + 1)).value_or(root);
}

std::unique_ptr<Dataset> dataset_of(const RunRecord& record) {
  const std::string root = root_of(record);
  auto dataset = open_dataset(record.data.name, {root, record.data.list, true});
  if (dataset->digest() == record.data.annotations_digest) return dataset;
  throw Error(Fault::bad_data, root + ": is not the data set of these runs");
}

void require_own_journal(const JournalReader& journal, const std::string& path,
                         const RunRecord& record, const Dataset& dataset) {
  const auto listed = choose(dataset.size(), static_cast<std::size_t>(record.data.limit),
                             static_cast<std::uint64_t>(record.data.seed));
  const bool whole = std::ranges::all_of(listed, [&](std::size_t i) { return journal.has(i); });
  if (whole && digest(journal, listed) == record.answers_digest) return;
  throw Error(Fault::bad_data, path + (whole ? ": holds other answers than result.json is of"
                                             : ": lacks answers, it was cut short"));
}

// Names come from a file that somebody may have written by hand.
std::string page_name(std::string name) {
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-') c = '_';
  }
  return name + ".html";
}

std::string page_of(const FlipRequest& request, const CaseComparison& one, const CaseRun& before,
                    const CaseRun& after) {
  const auto dataset = dataset_of(after.record);
  const std::string old_path = journal_path(request.before, one.before_name);
  const std::string new_path = journal_path(request.after, one.name);
  const JournalReader new_journal(new_path);
  require_own_journal(new_journal, new_path, after.record, *dataset);
  std::optional<JournalReader> old_journal;  // a committed baseline has none
  if (fs::exists(old_path)) {
    old_journal.emplace(old_path);
    require_own_journal(*old_journal, old_path, before.record, *dataset);
  }
  return flip_page(one, {old_journal ? &*old_journal : nullptr, *before.tally},
                   {&new_journal, *after.tally}, *dataset, request.most);
}

}  // namespace

void draw_flips(const FlipRequest& request, const Comparison& comparison,
                const std::vector<CaseRun>& before, const std::vector<CaseRun>& after,
                std::ostream& err) {
  make_folder(request.out);
  for (const CaseComparison& one : comparison.cases) {
    if (one.flips.empty()) continue;
    std::string page;
    try {
      page = page_of(request, one, run_of(one.data, one.before_name, before),
                     run_of(one.data, one.name, after));
    } catch (const Error& error) {
      err << "bench: " << one.name << ": not drawn: " << error.what() << std::endl;
      continue;
    }
    const std::string path = (fs::path(request.out) / page_name(one.name)).string();
    write_file(path, page);
    err << "bench: " << path << std::endl;
  }
}

}  // namespace bench
