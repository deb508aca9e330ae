#include "models/registry.h"

#include <array>
#include <catch2/catch.hpp>

namespace bench {
namespace {

std::string answer(const std::string& name, const std::vector<std::string>& known) {
  return unknown_name("model", name, known);
}

TEST_CASE("an unknown name is answered with the nearest known one") {
  const std::vector<std::string> known = {"slim-320", "rfb-320", "yunet-n"};
  CHECK(answer("slim-302", known) ==
        "unknown model 'slim-302'; did you mean 'slim-320'? known: slim-320 rfb-320 yunet-n");
  CHECK(answer("yuent-n", known) ==  // a swap of neighbours counts once
        "unknown model 'yuent-n'; did you mean 'yunet-n'? known: slim-320 rfb-320 yunet-n");
}

TEST_CASE("of equally near names the one that begins alike is meant") {
  // --limt: one letter changed gives --list, one letter added gives --limit.
  CHECK_THAT(answer("--limt", {"--list", "--limit"}), Catch::Contains("did you mean '--limit'?"));
  CHECK_THAT(answer("--limt", {"--limit", "--list"}), Catch::Contains("did you mean '--limit'?"));
}

TEST_CASE("nothing is suggested where nothing is near") {
  CHECK(answer("resnet", {"slim-320"}) == "unknown model 'resnet'; known: slim-320");
  CHECK(answer("x", {}) == "unknown model 'x' (none is known)");
}

TEST_CASE("find gives the entry, or a usage error") {
  constexpr std::array<Entry<int>, 2> list = {{{"one", "the first", 1}, {"two", "the second", 2}}};
  CHECK(find(list, "number", "two").make == 2);
  try {
    find(list, "number", "tow");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::usage);
    CHECK_THAT(error.what(), Catch::Contains("did you mean 'two'?"));
  }
}

}  // namespace
}  // namespace bench
