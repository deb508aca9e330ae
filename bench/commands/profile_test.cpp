#include <catch2/catch.hpp>

#include "bench/commands/testing.h"
#include "bench/files.h"
#include "bench/tiny_lfw.h"
#include "models/json.h"

namespace bench {
namespace {

using namespace testing;

TEST_CASE("The profile of a network file, as text and as data") {
  const TinyRun run;
  std::vector<std::string> command = {
      "profile",         "--model", run.file("tiny.onnx"), "--rounds",  "2",
      "--backend",       "float",   "--backend",           "int8=int8", "--out",
      run.file("p.json")};
  const Ran ran = bench(command);
  REQUIRE(ran.code == exit_ok);
  CHECK(contains(ran.out, "### layers of int8, int8"));
  CHECK(contains(ran.out, "| float : this |"));
  const Json json = parse_json(read_file(run.file("p.json")), "p.json");
  JsonFields data(json, "p.json");
  CHECK(data.integer("rounds") == 2);
  CHECK(data.integers("input") == std::vector<std::int64_t>{1, 3, 112, 112});
  CHECK(data.objects("cases").size() == 2);

  write_file(run.file("a.png"), testing::tiny_png(10, 20, 30, 1));
  command.insert(command.end(), {"--image", run.file("a.png")});
  CHECK(contains(bench(command).err, "needs --prepare"));
  command.insert(command.end(), {"--winograd", "--backend", "1-bit", "--binary-engine", "xnor"});
  command.insert(command.end(), {"--prepare", "mobilefacenet-112", "--format", "json"});
  const Ran shown = bench(command);
  CHECK(shown.code == exit_ok);
  const Json printed = parse_json(shown.out, "stdout");
  CHECK(JsonFields(printed, "stdout").text("clock") == "thread CPU time");
  std::string names;
  for (JsonFields& one : JsonFields(printed, "stdout").objects("cases"))
    names += one.text("name") + "; ";
  CHECK(names == "float; float, Winograd; int8, int8; 1-bit, engine xnor; ");
}

}  // namespace
}  // namespace bench
