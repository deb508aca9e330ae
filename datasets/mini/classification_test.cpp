#include "datasets/mini/classification.h"

#include <catch2/catch.hpp>
#include <map>

#include "datasets/imagenet.h"
#include "datasets/mini/checks.h"
#include "datasets/testing.h"

namespace bench::mini {
namespace {

using namespace bench::testing;

TEST_CASE("drawn classification: ImageNet's reader opens it, every class is there") {
  TemporaryFolder folder;
  draw_task("classification", {.out = folder.path() / "a", .seed = 3, .images = 48});
  const auto data = open_imagenet({.root = (folder.path() / "a").string()});
  REQUIRE(data->size() == 48);
  CHECK(is_drawn((folder.path() / "a").string()));
  CHECK(is_drawn((folder.path() / "a/val").string()));
  CHECK_FALSE(is_drawn(folder.path().string()));
  CHECK(data->class_names()[0] == "red disc");
  CHECK(data->class_names()[23] == "magenta star");
  CHECK(data->class_names()[24] == "(unused)");
  std::map<int, int> seen;
  for (std::size_t i = 0; i < data->size(); ++i) {
    ++seen[std::get<ClassLabel>(data->truth(i)).index];
  }
  REQUIRE(seen.size() == 24);
  for (const auto& [label, count] : seen) CHECK((label < 24 && count == 2));
  check_images(*data, [](int width, int height) { return width == 96 && height == 96; });
}

TEST_CASE("drawn classification: the seed decides every byte") {
  check_seeds("classification", 24, 24);
}

}  // namespace
}  // namespace bench::mini
