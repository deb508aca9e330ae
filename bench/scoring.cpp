#include "bench/scoring.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "bench/answer_bytes.h"
#include "models/sha256.h"

namespace bench {
namespace {

// `answered`: how many images will be added.
std::unique_ptr<Evaluator> open_evaluator(const RunRecord& record, const Dataset& dataset,
                                          std::ptrdiff_t answered) {
  EvaluatorOptions options;
  options.protocol = record.evaluator.protocol;
  options.class_names = dataset.class_names();
  options.partial = static_cast<std::size_t>(answered) < dataset.size();
  return make_evaluator(record.evaluator.name, options);
}

void begin_counting(RunRecord& record, std::size_t listed) {
  record.data.listed = static_cast<std::int64_t>(listed);
  record.data.scored = record.data.skipped = record.data.failed = 0;
  record.metrics.clear();
  record.against = {};
  record.warnings.clear();
  record.failures.clear();
}

void add_failure(RunRecord& record, const std::string& id, Fault fault, const std::string& why) {
  ++record.data.failed;
  record.failures.push_back({id, std::string(name_of(fault)), why});
}

// "WHAT in 12 images (first: ID)" for each kind of warning.
class ImageWarnings {
 public:
  void add(const JournalEntry& entry) {
    for (const std::string& warning : entry.warnings) {
      Kind& kind = kinds_[warning];
      if (kind.images++ == 0) kind.first = entry.id;
    }
  }
  void append_to(std::vector<std::string>& warnings) const {
    for (const auto& [text, kind] : kinds_) {
      warnings.push_back(text + " in " + std::to_string(kind.images) +
                         (kind.images == 1 ? " image (" : " images (first: ") + kind.first + ")");
    }
  }

 private:
  struct Kind {
    std::size_t images = 0;
    std::string first;
  };
  std::map<std::string, Kind> kinds_;
};

// The value below which `share` of the sorted times lie (nearest rank).
double percentile(std::vector<double>& times, double share) {
  if (times.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::ceil(share * static_cast<double>(times.size()));
  const auto place = times.begin() + static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(times.begin(), place, times.end());
  return *place;
}

// Each of the threads was busy for total_ms on an image, so n images took sum / threads.
void measure_speed(RunRecord::Speed& speed, std::vector<double>& run_ms, double total_ms) {
  speed.median_ms = percentile(run_ms, 0.5);
  speed.p90_ms = percentile(run_ms, 0.9);
  speed.images_per_second = run_ms.empty() || total_ms <= 0
                                ? std::numeric_limits<double>::quiet_NaN()
                                : 1000.0 * static_cast<double>(run_ms.size()) *
                                      static_cast<double>(speed.threads) / total_ms;
}

Bootstrap bootstrap_of(const RunRecord& record) {
  return {static_cast<int>(record.evaluator.bootstrap_replicates),
          static_cast<std::uint64_t>(record.evaluator.bootstrap_seed)};
}

Tally conclude(RunRecord& record, const Evaluator& evaluator) {
  Tally tally;
  if (record.data.scored > 0) {
    record.metrics = evaluator.result(bootstrap_of(record));
    for (Metric& metric : record.metrics) metric.replicates = {};  // of no use in a record
    tally = evaluator.tally();
    for (std::string& warning : evaluator.warnings()) record.warnings.push_back(std::move(warning));
  } else {
    record.warnings.emplace_back("no image was scored");
  }
  if (record.data.limit > 0 && record.data.listed < record.data.available) {
    record.warnings.push_back("a subset: " + std::to_string(record.data.listed) + " of " +
                              std::to_string(record.data.available) +
                              " images; its figures are not those of the whole data set");
  }
  record.evaluator.meaning = evaluator.protocol();
  record.status = record.data.skipped > 0  ? "incomplete"
                  : record.data.failed > 0 ? "failed"
                                           : "passed";
  return tally;
}

void check_place(const JournalEntry& entry, std::size_t index, const Dataset& dataset) {
  if (entry.id == dataset.id(index)) return;
  throw Error(Fault::bad_data, "the journal's image " + std::to_string(index) + " is " + entry.id +
                                   ", the data set's is " + dataset.id(index) +
                                   "; this is another data set");
}

// Scores of classes differ wherever the arithmetic does; the class that comes first is the answer.
bool same_answer(const Answer& a, const Answer& b) {
  const auto* one = std::get_if<ClassScores>(&a);
  const auto* other = std::get_if<ClassScores>(&b);
  if (!one || !other || one->best.empty() || other->best.empty()) return a == b;
  return one->best.front().label == other->best.front().label;
}

}  // namespace

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::usage: return "usage";
    case Fault::missing: return "missing";
    case Fault::bad_data: return "bad_data";
    case Fault::unsupported: return "unsupported";
    case Fault::environment: return "environment";
  }
  throw std::logic_error("name_of: no such fault");
}

Tally score_journal(RunRecord& record, const JournalReader& journal, const Dataset& dataset,
                    std::span<const std::size_t> listed) {
  const auto answered = std::count_if(listed.begin(), listed.end(),
                                      [&](std::size_t index) { return journal.answered(index); });
  const auto evaluator = open_evaluator(record, dataset, answered);
  begin_counting(record, listed.size());
  ImageWarnings warnings;
  Sha256 images;
  std::vector<double> run_ms;
  double total_ms = 0;
  for (const std::size_t index : listed) {
    if (!journal.has(index)) {
      ++record.data.skipped;
      continue;
    }
    const JournalEntry entry = journal.entry(index);
    check_place(entry, index, dataset);
    if (!entry.answer) {
      add_failure(record, entry.id, entry.fault, entry.error);
      continue;
    }
    evaluator->add(entry.id, dataset.truth(index), *entry.answer);
    ++record.data.scored;
    warnings.add(entry);
    images.add(entry.image_sha256);
    run_ms.push_back(entry.run_ms);
    total_ms += entry.total_ms;
  }
  record.data.images_digest = images.hex();
  record.answers_digest = digest(journal, listed);
  measure_speed(record.speed, run_ms, total_ms);
  Tally tally = conclude(record, *evaluator);
  warnings.append_to(record.warnings);
  return tally;
}

Tally score_answers(RunRecord& record, const std::map<std::string, Answer>& answers,
                    const Dataset& dataset, std::span<const std::size_t> listed) {
  const auto answered = std::count_if(listed.begin(), listed.end(), [&](std::size_t index) {
    return answers.contains(dataset.id(index));
  });
  const auto evaluator = open_evaluator(record, dataset, answered);
  begin_counting(record, listed.size());
  Sha256 answered_so;
  for (const std::size_t index : listed) {
    const std::string& id = dataset.id(index);
    const auto found = answers.find(id);
    if (found == answers.end()) {
      add_failure(record, id, Fault::missing, id + ": no prediction");
      continue;
    }
    evaluator->add(id, dataset.truth(index), found->second);
    ++record.data.scored;
    ByteWriter bytes;
    bytes.u64(index).text(id);
    write_answer(bytes, found->second);
    answered_so.add(bytes.bytes());
  }
  record.answers_digest = answered_so.hex();
  std::vector<double> none;
  measure_speed(record.speed, none, 0);
  return conclude(record, *evaluator);
}

RunRecord::Against compare_journals(const RunRecord& record, const JournalReader& journal,
                                    const RunRecord& reference, const JournalReader& before,
                                    const Dataset& dataset, std::span<const std::size_t> listed) {
  std::vector<std::size_t> both;
  for (const std::size_t index : listed) {
    if (journal.answered(index) && before.answered(index)) both.push_back(index);
  }
  const auto from = open_evaluator(record, dataset, std::ssize(both));
  const auto to = open_evaluator(record, dataset, std::ssize(both));
  RunRecord::Against against;
  against.name = reference.name;
  against.images = std::ssize(both);
  for (const std::size_t index : both) {
    const JournalEntry old = before.entry(index), now = journal.entry(index);
    check_place(old, index, dataset);
    check_place(now, index, dataset);
    const Truth truth = dataset.truth(index);
    from->add(old.id, truth, *old.answer);
    to->add(now.id, truth, *now.answer);
    against.changed += same_answer(*old.answer, *now.answer) ? 0 : 1;
  }
  if (both.empty()) return against;
  const Bootstrap bootstrap = bootstrap_of(record);
  against.differences = differences(from->result(bootstrap), to->result(bootstrap));
  if (const auto count = moved(*from, *to)) {
    against.lost = count->lost;
    against.gained = count->gained;
  }
  return against;
}

std::map<std::string, double> credits(const RunRecord& record, const JournalReader& journal,
                                      const Dataset& dataset, std::span<const std::size_t> listed) {
  const auto evaluator = open_evaluator(record, dataset, 0);
  for (const std::size_t index : listed) {
    if (!journal.answered(index)) continue;
    const JournalEntry entry = journal.entry(index);
    check_place(entry, index, dataset);
    evaluator->add(entry.id, dataset.truth(index), *entry.answer);
  }
  return evaluator->per_image();
}

}  // namespace bench
