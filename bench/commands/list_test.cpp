#include <catch2/catch.hpp>

#include "bench/commands/testing.h"
#include "models/json.h"

namespace bench {
namespace {

using namespace testing;

TEST_CASE("The list names everything, as text and as data") {
  const Ran ran = bench({"list"});
  CHECK(ran.code == exit_ok);
  for (const char* name : {"widerface", "rfb-320", "float", "face-verification", "ultraface-320",
                           "yolo-darknet", "voc-segmentation"}) {
    CHECK(contains(ran.out, name));
  }
  const Json json = parse_json(bench({"list", "models", "--format", "json"}).out, "list");
  CHECK_FALSE(JsonFields(json, "list").objects("models").empty());
  CHECK(contains(bench({"list", "suites", "--format", "csv"}).out, "suite,data,evaluator"));
}

}  // namespace
}  // namespace bench
