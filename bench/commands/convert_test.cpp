#include <catch2/catch.hpp>
#include <filesystem>

#include "bench/commands/testing.h"
#include "bench/files.h"

namespace bench {
namespace {

using namespace testing;

TEST_CASE("A network is written as ONNX, and not over another file") {
  const TinyRun run;
  const std::string file = run.file("written.onnx");
  const Ran ran = bench({"convert", run.file("tiny.onnx"), "--out", file});
  CHECK(ran.code == exit_ok);
  CHECK(contains(ran.out, file + ": ONNX opset 17, "));
  CHECK(contains(ran.out, " 0 quantised edges"));
  CHECK(bench({"audit", file}).code == exit_ok);

  const std::string bytes = read_file(file);
  const Ran again = bench({"convert", run.file("tiny.onnx"), "--out", file});
  CHECK(again.code == exit_usage);
  CHECK(contains(again.err, "--force writes over it"));
  CHECK(bench({"convert", file, "--out", file, "--force"}).code == exit_ok);
  CHECK(read_file(file) == bytes);
  CHECK(bench({"convert", file, "--out", run.file("no/folder/a.onnx")}).code == exit_environment);
}

TEST_CASE("A network is written exactly, with grids that ONNX cannot hold") {
  const TinyRun run;
  const std::string file = run.file("written.safetensors");
  const auto graph_of = [](const std::string& line) { return line.substr(line.find("; graph ")); };
  const Ran ran = bench({"convert", run.file("tiny.onnx"), "--out", file});
  CHECK(ran.code == exit_ok);
  CHECK(contains(ran.out, file + ": Quantbench's own format, "));
  CHECK(bench({"audit", file}).code == exit_ok);
  const Ran again = bench({"convert", file, "--out", file, "--force"});
  CHECK(again.out == ran.out);

  const Ran onnx = bench({"convert", file, "--out", run.file("back.onnx")});
  CHECK(graph_of(onnx.out) == graph_of(ran.out));

  const auto to = [&](const std::string& name) {
    return bench(
        {"convert", "mobilenet-v2", "--untrained", "--quantize", "xnor", "--out", run.file(name)});
  };
  CHECK(to("binary.onnx").code == exit_unsupported);
  const Ran exact = to("binary.safetensors");
  CHECK(exact.code == exit_ok);
  const std::string same = run.file("same.safetensors");
  const Ran read = bench({"convert", run.file("binary.safetensors"), "--out", same});
  CHECK(read.code == exit_ok);
  CHECK(graph_of(read.out) == graph_of(exact.out));
  CHECK(read_file(same) == read_file(run.file("binary.safetensors")));
}

TEST_CASE("A recipe is written as QDQ, or refused by what ONNX cannot say") {
  const TinyRun run;
  const std::string file = run.file("written.onnx");
  const auto convert = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"convert", "mobilenet-v2", "--untrained", "--out", file};
    all.insert(all.end(), more.begin(), more.end());
    return bench(all);
  };
  CHECK(convert({"--quantize", "int9"}).code == exit_usage);
  const Ran halves = convert({"--quantize", "tf-qat"});
  CHECK(halves.code == exit_unsupported);
  CHECK(contains(halves.err, "bench: mobilenet-v2: node 'features.0.relu6.grid' (FakeQuantize): "));
  CHECK(contains(convert({"--quantize", "max127-dynamic"}).err, "made anew for each tensor"));
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(contains(convert({"--quantize", "int8"}).out, "53 of 53 layers with quantised weights"));
  CHECK(bench({"audit", file}).code == exit_ok);
  const Ran again = bench({"convert", file, "--quantize", "int8", "--out", file, "--force"});
  CHECK(again.code == exit_usage);  // it has grids already
  std::vector<std::string> own = {"convert", run.file("tiny.onnx"), "--quantize", "int8"};
  own.insert(own.end(), {"--out", run.file("tiny.int8.onnx")});
  CHECK(contains(bench(own).err, "give --prepare and --dataset"));
  own.insert(own.end(), {"--prepare", "mobilefacenet-112", "--calibration-images", "2"});
  std::vector<std::string> from_data = own, from_folder = own;
  from_data.insert(from_data.end(), {"--dataset", "lfw", "--data", run.file("lfw")});
  CHECK(bench(from_data).code == exit_ok);
  from_folder.insert(from_folder.end(), {"--force", "--calibration-data", run.file("nowhere")});
  CHECK(bench(from_folder).code == exit_missing);
}

}  // namespace
}  // namespace bench
