#include "bench/answering.h"

#include <catch2/catch.hpp>
#include <new>
#include <set>
#include <thread>

#include "bench/fake_testing.h"
#include "bench/subset.h"
#include "models/sha256.h"
#include "models/testing.h"

namespace bench {
namespace {

using testing::fake_answer;
using testing::FakeDataset;
using testing::TemporaryFolder;

const JournalHeader header = {{{"model", "fake"}}, "{}"};

struct Outcome {
  bool complete;
  std::string digest;
  Progress last;
};

// Answers `dataset` into `path` with `threads`, stopping after `stop_after` images.
Outcome answer(const FakeDataset& dataset, const std::string& path, int threads,
               std::size_t stop_after = 1000000, AnswerImage how = fake_answer) {
  const auto listed = choose(dataset.size(), 0, 0);
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> count = 0;
  Outcome outcome{};
  const auto counted = [&](const EncodedImage& image) {
    if (++count == stop_after) stop = true;
    return how(image);
  };
  JournalWriter writer(path, header);
  outcome.complete = answer_images({dataset, listed, [&] { return AnswerImage(counted); }, threads,
                                    stop, [&](const Progress& p) { outcome.last = p; }},
                                   JournalReader(path), writer);
  outcome.digest = digest(JournalReader(path), listed);
  return outcome;
}

TEST_CASE("The same digest for 1, 2 and 4 threads, in one go or in pieces") {
  const TemporaryFolder folder;
  const FakeDataset dataset(60);
  std::set<std::string> digests;
  for (const int threads : {1, 2, 4}) {
    const std::string whole = folder.path() / ("whole" + std::to_string(threads));
    const Outcome outcome = answer(dataset, whole, threads);
    CHECK(outcome.complete);
    CHECK(outcome.last.done == 60);
    digests.insert(outcome.digest);

    const std::string pieces = folder.path() / ("pieces" + std::to_string(threads));
    int rounds = 1;
    while (!answer(dataset, pieces, threads, 7).complete) ++rounds;
    CHECK(rounds > 4);
    digests.insert(answer(dataset, pieces, threads).digest);
  }
  CHECK(digests.size() == 1);
}

TEST_CASE("A stopped run finishes the images in hand and keeps them") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  const FakeDataset dataset(50);
  const Outcome outcome = answer(dataset, path, 1, 10);
  CHECK_FALSE(outcome.complete);
  CHECK(JournalReader(path).size() == 10);
  const Outcome rest = answer(dataset, path, 1);
  CHECK(rest.complete);
  CHECK(rest.last.before == 10);
  CHECK(rest.last.done == 40);
}

TEST_CASE("A broken image fails that image only, and is tried again by the next run") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  const FakeDataset dataset(20);
  const auto fussy = [](const EncodedImage& image) {
    if (image.file == "image 7") throw Error(Fault::bad_data, "image 7: cut short");
    return fake_answer(image);
  };
  const Outcome outcome = answer(dataset, path, 2, 1000, fussy);
  CHECK(outcome.complete);
  CHECK(outcome.last.failed == 1);
  const JournalReader journal(path);
  CHECK(journal.size() == 20);
  const JournalEntry failed = journal.entry(7);
  CHECK_FALSE(failed.answer);
  CHECK(failed.error == "image 7: cut short");
  CHECK(failed.image_sha256 == sha256(dataset.image(7).bytes));

  const Outcome repaired = answer(dataset, path, 2);
  CHECK(repaired.last.done == 1);
  const std::string fresh = folder.path() / "b.journal";
  CHECK(repaired.digest == answer(dataset, fresh, 2).digest);
}

TEST_CASE("Any other fault ends the case; answers given before are kept") {
  const TemporaryFolder folder;
  const FakeDataset dataset(40);
  const auto run = [&](const std::string& name, auto thrown) {
    const std::string path = folder.path() / name;
    std::atomic<int> count = 0;
    const auto breaks = [&](const EncodedImage& image) {
      if (++count == 15) throw thrown;
      return fake_answer(image);
    };
    CHECK_THROWS_AS(answer(dataset, path, 2, 1000, breaks), decltype(thrown));
    return JournalReader(path).size();
  };
  CHECK(run("memory", std::bad_alloc()) >= 14);
  CHECK(run("disk", Error(Fault::environment, "disk full")) >= 14);
  CHECK(run("bug", std::logic_error("a bug")) >= 14);
}

TEST_CASE("A worker that cannot be opened ends the case") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  const FakeDataset dataset(5);
  const std::vector<std::size_t> listed = {0, 1};
  const std::atomic<bool> stop = false;
  JournalWriter writer(path, header);
  CHECK_THROWS_WITH(answer_images({dataset, listed,
                                   []() -> AnswerImage {
                                     throw Error(Fault::unsupported, "no such instruction");
                                   },
                                   2, stop, nullptr},
                                  JournalReader(path), writer),
                    "no such instruction");
}

TEST_CASE("A subset is the same everywhere, sorted and without repeats") {
  CHECK(choose(5, 0, 1) == std::vector<std::size_t>{0, 1, 2, 3, 4});
  CHECK(choose(5, 9, 1) == std::vector<std::size_t>{0, 1, 2, 3, 4});
  CHECK(choose(0, 3, 1).empty());
  const auto ten = choose(1000, 10, 7);
  CHECK(ten == std::vector<std::size_t>{158, 201, 212, 285, 487, 580, 720, 727, 813, 842});
  CHECK(choose(1000, 10, 8) != ten);
  std::vector<int> drawn(20);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    for (const std::size_t index : choose(20, 5, seed)) ++drawn[index];
  }
  // 2000 draws of 5 in 20: each index 500 times, give or take 5 standard deviations of 19.4.
  for (const int times : drawn) CHECK(std::abs(times - 500) < 97);
}

}  // namespace
}  // namespace bench
