// `bench compare` on prediction sets of all 3,226 images of WIDER FACE, where they are at hand.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "bench/commands/testing.h"

namespace bench {
namespace {

using namespace testing;

// Thousands of small files: in memory where that can be had.
std::filesystem::path scratch() {
  return std::filesystem::is_directory("/dev/shm") ? "/dev/shm"
                                                   : std::filesystem::temp_directory_path();
}

class Sets {
 public:
  /// The run folder of a set; nothing, with the reason why the test is skipped, where it is absent.
  std::optional<std::string> scored(const std::string& archive, const std::string& name) const {
    const auto file = real_data(archive), truth = real_data("face/gt");
    if (!file || !truth) return std::nullopt;
    const std::string set = (folder_.path() / name).string();
    make_folder(set);
    if (std::system(("tar -xf '" + *file + "' -C '" + set + "' 2>/dev/null").c_str()) != 0) {
      std::cout << "SKIPPED: tar or xz is not here\n";
      return std::nullopt;
    }
    const Ran ran = bench({"score", "--suite", "widerface", "--data", *truth, "--predictions", set,
                           "--bootstrap", "0", "--out", set + ".run"});
    INFO(ran.err);
    REQUIRE(ran.code == exit_ok);
    return set + ".run";
  }
  Ran compare(const std::string& before, const std::string& after) const {
    return bench({"compare", before, after, "--resamples", "500"});
  }

 private:
  testing::TemporaryFolder folder_{scratch()};
};

TEST_CASE("real: predictions in another order are other answers that count alike") {
  const Sets sets;
  const auto given = sets.scored("face/golden/wider/cons_A_jitter.tar.xz", "given");
  const auto shuffled = sets.scored("face/golden/wider/cons_D_shuffled.tar.xz", "shuffled");
  if (!given || !shuffled) return;
  const Ran ran = sets.compare(*given, *shuffled);
  INFO(ran.out << ran.err);
  CHECK(ran.code == exit_ok);
  CHECK(contains(ran.out, "0 of 3226"));
  CHECK(contains(ran.out, "the answers differ, but nothing counts otherwise"));
  CHECK(contains(ran.out, "1 unchanged: passed"));
  CHECK(contains(sets.compare(*given, *given).out, "1 identical: passed"));
}

TEST_CASE("real: two trainings of one detector are told apart, figure by figure") {
  const Sets sets;
  const auto one = sets.scored("face/preds/own_rfb320.txt.tar.xz", "one");
  const auto twin = sets.scored("face/preds/real_face5_RFB_320.txt.tar.xz", "twin");
  if (!one || !twin) return;
  const Ran ran = sets.compare(*one, *twin);
  INFO(ran.out << ran.err);
  CHECK(ran.code == exit_failed);
  CHECK(contains(ran.out, "| 0.7855 | 0.8148 | +0.0293 ["));
  CHECK(contains(ran.out, "| 0.4337 | 0.3631 | -0.0706 ["));
  CHECK(contains(ran.out, "1 regressed; 1 gate missed: failed"));
  const Ran back = sets.compare(*twin, *one);
  CHECK(back.code == exit_failed);  // easy and medium lose what they had gained
  CHECK(contains(back.out, "1 regressed; 2 gates missed: failed"));
}

}  // namespace
}  // namespace bench
