#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "bench/commands/testing.h"
#include "bench/files.h"
#include "models/formats/onnx_writer.h"
#include "models/testing.h"
#include "models/zoo/untrained.h"

namespace bench {
namespace {

using namespace testing;

// A file of a network with a layer of each kind, called small.onnx.
class SmallNetwork {
 public:
  SmallNetwork() {
    Untrained net({.seed = 1}, {1, 3, 16, 16});
    net.conv("conv1", {.outputs = 8, .kernel = 3, .stride = 2, .pad = 1});
    net.batch_norm("norm1");
    net.relu("relu1");
    net.conv("conv2", {.outputs = 16, .kernel = 3, .pad = 1});
    net.batch_norm("norm2");
    net.relu("relu2");
    net.conv("depthwise", {.outputs = 16, .kernel = 3, .pad = 1, .groups = 16, .bias = true});
    net.max_pool("pool", 2, 2, 0);
    net.flatten("flatten", 16);
    net.linear("fc1", 32);
    net.relu("relu3");
    net.linear("fc2", 10);
    write_file(file(), write_onnx(std::move(net).finish("logits")));
  }
  std::string file() const { return (folder_.path() / "small.onnx").string(); }
  std::string folder() const { return folder_.path().string() + "/"; }

 private:
  testing::TemporaryFolder folder_;
};

TEST_CASE("What recipes make of a network's size is as approved") {
  const SmallNetwork network;
  const auto approve = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.begin(), {"audit", network.file()});
    Ran ran = bench(more);
    INFO(ran.err);
    CHECK(ran.code == exit_ok);
    for (std::size_t at; (at = ran.out.find(network.folder())) != ran.out.npos;) {
      ran.out.erase(at, network.folder().size());
    }
    const std::string path = BENCH_SOURCE_DIR "/bench/commands/golden/" + name + ".txt";
    if (std::getenv("BENCH_APPROVE")) write_file(path, ran.out);  // then read the difference
    CHECK(ran.out == read_file(path));
  };
  approve("audit", {});
  approve("audit", {"--quantize", "none"});
  approve("audit_int8", {"--quantize", "int8"});
  approve("audit_xnor", {"--quantize", "xnor"});
  approve("audit_xnor_csv", {"--quantize", "xnor", "--format", "csv"});
  approve("audit_learned_scales", {"--quantize", "learned-scales:first_last=true"});
}

TEST_CASE("A zoo's network is audited without a file, a quantised file without a recipe") {
  const Ran untrained =
      bench({"audit", "mobilenet-v2", "--untrained", "--quantize", "max127-dynamic"});
  CHECK(untrained.code == exit_ok);
  CHECK(contains(untrained.out, "mobilenet-v2 (untrained), max127-dynamic"));
  const char* row = "| numbers of 8 bits                          | 3469760";
  CHECK(contains(untrained.out, row));

  const testing::TemporaryFolder folder;
  const std::string file = (folder.path() / "int8.onnx").string();
  REQUIRE(
      bench({"convert", "mobilenet-v2", "--untrained", "--quantize", "int8", "--out", file}).code ==
      exit_ok);
  const Ran quantised = bench({"audit", file});
  CHECK(contains(quantised.out, "int8.onnx (onnx opset 17), quantised"));
  CHECK(contains(quantised.out, row));
}

TEST_CASE("The audit of a network file") {
  const TinyRun run;
  const Ran ran = bench({"audit", run.file("tiny.onnx")});
  CHECK(ran.code == exit_ok);
  CHECK(contains(ran.out, "| input                    | 1x3x112x112"));
  CHECK(bench({"audit", run.file("tiny.onnx"), "--input", "3x4"}).code == exit_usage);
  CHECK(bench({"audit", run.file("tiny.onnx"), "--input", "1x3x112x112x"}).code == exit_usage);
  CHECK(bench({"audit", run.file("tiny.onnx"), "--input", "1x3x9x9"}).code == exit_bad_data);
}

// The document's column "weight compressing", and the weights that each step has made binary.
TEST_CASE("Document 4's steps save what it says they save") {
  const std::pair<const char*, const char*> wanted[] = {{"258048", "0.18"},
                                                        {"1732608", "1.22"},
                                                        {"7630848", "5.39"},
                                                        {"14708736", "10.39"},
                                                        {"117469184", "83.02"}};
  int step = 0;
  for (const auto& [numbers, percent] : wanted) {
    const std::string recipe = "binary-steps:step=" + std::to_string(++step);
    const Ran ran = bench({"audit", "faster-rcnn-vgg16", "--untrained", "--quantize", recipe});
    INFO(recipe);
    CHECK(ran.code == exit_ok);
    const auto has = [&](const std::string& row) { CHECK(contains(ran.out, "| " + row)); };
    has("numbers of 1 bit                           | " + std::string(numbers) + " ");
    has("weight compressing, as document 4 has it   | " + std::string(percent) + " %");
  }
}

TEST_CASE("What an audit cannot do is said") {
  const SmallNetwork network;
  const auto says = [&](const std::string& recipe, const char* part) {
    const Ran ran = bench({"audit", network.file(), "--quantize", recipe});
    CHECK(ran.code == exit_usage);
    CHECK(contains(ran.err, part));
  };
  says("xnorr", "did you mean 'xnor'");
  says("xnor:layers=conv3", "did you mean 'conv");
  says("xnor:layers=relu*", "no rule makes any layer");
  CHECK(bench({"audit", "vgg1", "--untrained"}).code == exit_usage);
}

}  // namespace
}  // namespace bench
