#include <catch2/catch.hpp>
#include <filesystem>

#include "bench/commands/testing.h"
#include "bench/files.h"

namespace bench {
namespace {

using namespace testing;

TEST_CASE("A quantised network is explained, and again from its journals") {
  const TinyRun run;
  const auto explain = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"explain",
                                    "--dataset",
                                    "lfw",
                                    "--data",
                                    run.file("lfw"),
                                    "--model",
                                    run.file("tiny.onnx"),
                                    "--prepare",
                                    "mobilefacenet-112",
                                    "--decode",
                                    "embedding",
                                    "--bootstrap",
                                    "50",
                                    "--out",
                                    run.file("e")};
    all.insert(all.end(), more.begin(), more.end());
    return bench(all);
  };
  const Ran ran = explain({"--quantize", "tflite", "--sweep"});
  INFO(ran.err);
  REQUIRE(ran.code == exit_ok);
  for (const char* part : {"accuracy with all grids", "| weights     |", "| layer in float",
                           "12 of 12 images, seed 1", "the noisiest layer: "}) {
    CHECK(contains(ran.out, part));
  }
  for (const char* name : {"explain.md", "explain.json", "images.txt"}) {
    CHECK(std::filesystem::exists(run.file("e") + "/" + name));
  }
  CHECK(read_file(run.file("e") + "/explain.md") == ran.out);
  const Ran again = explain({"--quantize", "tflite", "--sweep"});
  CHECK(again.out == ran.out);
  CHECK(contains(again.err, "(12 from before)"));
  CHECK(contains(explain({"--quantize", "tflite", "--format", "csv"}).out, "layer,op,weights"));

  const Ran integers = explain({"--quantize", "tflite", "--backend", "int8", "--limit", "2"});
  INFO(integers.err);
  CHECK(integers.code == exit_ok);
  CHECK(contains(integers.out, "integers are within one grid step"));

  const Ran nothing = explain({});
  CHECK(nothing.code == exit_usage);
  CHECK(contains(nothing.err, "give --quantize RECIPE or a quantised file"));
  CHECK(explain({"--quantize", "tflite", "--backend", "float"}).code == exit_usage);
  const Ran many = explain({"--quantize", "tflite", "--quantize", "max127-dynamic"});
  CHECK(many.code == exit_usage);
  CHECK(contains(many.err, "is about one case, and these are 2"));
}

}  // namespace
}  // namespace bench
