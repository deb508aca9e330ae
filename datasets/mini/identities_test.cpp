#include "datasets/mini/identities.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "datasets/lfw.h"
#include "datasets/lfw_pairs.h"
#include "datasets/mini/checks.h"
#include "datasets/testing.h"

namespace bench::mini {
namespace {

using namespace bench::testing;

std::string person_of(const std::string& id) { return id.substr(0, id.find('/')); }

TEST_CASE("drawn persons: LFW's reader opens them") {
  TemporaryFolder folder;
  const auto root = folder.path() / "a";
  draw_task("lfw", {.out = root, .seed = 3, .images = 90});  // 20 persons, 4 pictures each
  const auto data = open_lfw({.root = root.string()});
  CHECK(data->size() <= 80);
  CHECK(data->size() > 40);
  check_images(*data, [](int width, int height) { return width == 112 && height == 112; });
  const auto pairs = read_lfw_pairs(root / "pairs.txt");
  REQUIRE(pairs.size() == 160);
  std::map<std::string, int> fold_of;
  std::map<int, int> same;
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& pair : pairs) {
    CHECK(pair.same == (person_of(pair.first) == person_of(pair.second)));
    CHECK(pair.first < pair.second);
    CHECK(seen.emplace(pair.first, pair.second).second);
    same[pair.fold] += pair.same;
    for (const auto& id : {pair.first, pair.second}) {
      CHECK(fold_of.emplace(person_of(id), pair.fold).first->second == pair.fold);
    }
  }
  REQUIRE(same.size() == 10);
  for (const auto& [fold, count] : same) CHECK(count == 8);
  CHECK(fold_of.size() == 20);
}

TEST_CASE("drawn persons: too few images for ten folds") {
  TemporaryFolder folder;
  const auto message = error_of(Fault::usage, [&] {
    draw_task("lfw", {.out = folder.path() / "a", .seed = 3, .images = 79});
  });
  CHECK(message.find("--images 80 or more") != std::string::npos);
}

TEST_CASE("drawn persons: the seed decides every byte") { check_seeds("lfw", 80, 400); }

}  // namespace
}  // namespace bench::mini
