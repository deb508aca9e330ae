#include "bench/scoring.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "bench/commands/dispatch.h"
#include "bench/fake_testing.h"
#include "bench/runner.h"
#include "bench/subset.h"
#include "models/testing.h"

namespace bench {
namespace {

using testing::fake_answer;
using testing::FakeDataset;
using testing::TemporaryFolder;

RunRecord blank() {
  RunRecord record;
  record.evaluator = {"top-k", "", "", 0, 1};
  record.speed.threads = 2;
  record.data.available = 21;
  return record;
}

// A journal of images 0..20; `failed` fails, those from `end` on are not there.
std::string write_journal(const TemporaryFolder& folder, std::size_t failed, std::size_t end = 21) {
  const std::string path = folder.path() / "a.journal";
  const FakeDataset dataset(21);
  JournalWriter writer(path, {{{"model", "fake"}}, "{}"});
  for (std::size_t i = 0; i < end; ++i) {
    JournalEntry entry;
    entry.index = i;
    entry.id = dataset.id(i);
    entry.image_sha256 = "sha" + std::to_string(i);
    entry.run_ms = static_cast<double>(i);
    entry.total_ms = 10;
    if (i % 2) entry.warnings = {"broken colour profile"};
    if (i == failed) {
      entry.error = "image cut short";
    } else {
      entry.answer = fake_answer(dataset.image(i)).answer;
    }
    writer.append(entry);
  }
  return path;
}

double value_of(const RunRecord& record, const std::string& name) {
  for (const Metric& metric : record.metrics) {
    if (metric.name == name) return metric.value;
  }
  return std::nan("");
}

TEST_CASE("A journal's figures, by hand") {
  const TemporaryFolder folder;
  const FakeDataset dataset(21);
  RunRecord record = blank();
  score_journal(record, JournalReader(write_journal(folder, 99)), dataset, choose(21, 0, 0));
  CHECK(record.status == "passed");
  CHECK(exit_code(record) == exit_ok);
  CHECK(record.data.listed == 21);
  CHECK(record.data.scored == 21);
  // Images 7 and 14 are answered with class 0 in place of 7 and 4; 0 and 20 are of class 0 anyway:
  // 19 of 21. Of the two, 14 has its class 4 among the five best (0, 1, 2, 3, 4), 7 has not.
  CHECK(value_of(record, "top1") == Approx(19.0 / 21).epsilon(1e-15));
  CHECK(value_of(record, "top5") == Approx(20.0 / 21).epsilon(1e-15));
  // Times are 0, 1, ..., 20 ms: the median (rank 11) is 10, p90 (rank 18.9 -> 19) is 18.
  CHECK(record.speed.median_ms == 10);
  CHECK(record.speed.p90_ms == 18);
  // 21 images of 10 ms on two threads: 105 ms.
  CHECK(record.speed.images_per_second == Approx(200));
  CHECK(record.warnings ==
        std::vector<std::string>{"broken colour profile in 10 images (first: image 1)"});
}

TEST_CASE("Failed and missing images are counted, and the run is no pass") {
  const TemporaryFolder folder;
  const FakeDataset dataset(21);
  RunRecord record = blank();
  score_journal(record, JournalReader(write_journal(folder, 3)), dataset, choose(21, 0, 0));
  CHECK(record.status == "failed");
  CHECK(exit_code(record) == exit_bad_data);
  CHECK(record.data.scored + record.data.skipped + record.data.failed == record.data.listed);
  REQUIRE(record.failures.size() == 1);
  CHECK(record.failures[0].id == "image 3");
  CHECK(record.failures[0].message == "image cut short");

  const TemporaryFolder second;
  RunRecord part = blank();
  score_journal(part, JournalReader(write_journal(second, 3, 15)), dataset, choose(21, 0, 0));
  CHECK(part.status == "incomplete");
  CHECK(part.data.skipped == 6);
  CHECK(part.data.scored + part.data.skipped + part.data.failed == part.data.listed);
}

TEST_CASE("A subset says so") {
  const TemporaryFolder folder;
  RunRecord record = blank();
  record.data.limit = 5;
  score_journal(record, JournalReader(write_journal(folder, 99)), FakeDataset(21),
                choose(21, 5, 1));
  CHECK(record.status == "passed");
  CHECK(record.data.scored == 5);
  REQUIRE_FALSE(record.warnings.empty());
  CHECK(record.warnings[0] ==
        "a subset: 5 of 21 images; its figures are not those of the whole data set");
}

TEST_CASE("Answers from elsewhere: an image without one has failed") {
  const FakeDataset dataset(21);
  std::map<std::string, Answer> answers;
  for (std::size_t i = 0; i < 20; ++i) {
    answers[dataset.id(i)] = fake_answer(dataset.image(i)).answer;
  }
  RunRecord record = blank();
  score_answers(record, answers, dataset, choose(21, 0, 0));
  CHECK(record.status == "failed");
  CHECK(record.data.failed == 1);
  CHECK(record.failures[0].message == "image 20: no prediction");
  CHECK(exit_code(record) == exit_bad_data);
  CHECK(std::isnan(record.speed.images_per_second));
}

TEST_CASE("Against another journal: only what both answered, by hand") {
  const FakeDataset dataset(21);
  const TemporaryFolder folder, second;
  const std::string before = write_journal(folder, 3);  // image 3 failed
  const std::string path = second.path() / "b.journal";
  {
    JournalWriter writer(path, {{{"model", "other"}}, "{}"});
    for (std::size_t i = 0; i < 21; ++i) {
      JournalEntry entry;
      entry.index = i;
      entry.id = dataset.id(i);
      ClassScores answer = std::get<ClassScores>(fake_answer(dataset.image(i)).answer);
      for (ScoredClass& one : answer.best) one.score /= 2;  // the same classes ...
      if (i == 1 || i == 2) answer.best[0].label = 999;     // ... but for these: lost
      if (i == 14) std::swap(answer.best[0].label, answer.best[4].label);  // 0 -> 4: gained
      if (i == 7) answer.best[0].label = 999;                              // wrong before and after
      entry.answer = answer;
      writer.append(entry);
    }
  }
  RunRecord record = blank(), reference = blank();
  reference.name = "fake.float";
  const auto against = compare_journals(record, JournalReader(path), reference,
                                        JournalReader(before), dataset, choose(21, 0, 0));
  CHECK(against.name == "fake.float");
  CHECK(against.images == 20);
  CHECK(against.changed == 4);
  CHECK(against.lost == 2);
  CHECK(against.gained == 1);
  REQUIRE_FALSE(against.differences.empty());
  CHECK(against.differences[0].metric == "top1");
  CHECK(against.differences[0].value == Approx(-1.0 / 20));
  const auto itself = compare_journals(record, JournalReader(before), reference,
                                       JournalReader(before), dataset, choose(21, 0, 0));
  CHECK(itself.changed == 0);
  CHECK(itself.differences[0].value == 0);
}

TEST_CASE("Another data set's journal is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  JournalEntry entry;
  entry.id = "somebody else";
  entry.answer = Embedding{{1}};
  { JournalWriter(path, {{}, ""}).append(entry); }
  RunRecord record = blank();
  CHECK_THROWS_WITH(score_journal(record, JournalReader(path), FakeDataset(3), choose(3, 0, 0)),
                    Catch::Contains("somebody else") && Catch::Contains("another data set"));
}

TEST_CASE("Nothing scored gives no figures, not a division by zero") {
  RunRecord record = blank();
  score_answers(record, {}, FakeDataset(2), choose(2, 0, 0));
  CHECK(record.metrics.empty());
  CHECK(record.status == "failed");
}

TEST_CASE("The fingerprint names what the answers depend on") {
  RunRecord record = blank();
  record.data.seed = 7;
  const auto fields = journal_header(record).fingerprint;
  std::string names;
  for (const auto& [name, value] : fields) names += name + "; ";
  CHECK(names ==
        "data set; data digest; limit; seed; graph; preparation; decoder; backend; recipe; "
        "calibration images; requantization; binary engine; backend library; instruction set; "
        "program version; ");
  record.data.seed = 8;  // means nothing without a limit
  CHECK(journal_header(record).fingerprint == fields);
  record.speed.threads = 9;
  record.data.root = "elsewhere";
  CHECK(journal_header(record).fingerprint == fields);
}

}  // namespace
}  // namespace bench
