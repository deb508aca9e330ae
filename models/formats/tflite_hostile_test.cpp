// Damaged and hostile TFLite files.
#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "models/error.h"
#include "models/formats/flatbuffer_testing.h"
#include "models/formats/read_file.h"
#include "models/testing.h"

namespace bench {
namespace {

using testing::Flat;
using testing::TfliteModel;
using testing::Whole;

/// A small network that touches most of the reader.
std::string specimen() {
  TfliteModel model({1, 4, 4, 2}, {TfliteTensor::uint8, {.5f}, {128}});
  const int weight = model.parameter("w", {2, 3, 3, 2}, std::vector<std::int8_t>(36, 3),
                                     {TfliteTensor::int8, {.5f, .25f}, {0, 0}, 0});
  const int bias =
      model.parameter("b", {2}, Whole{8, -8}, {TfliteTensor::int32, {.25f, .125f}, {0, 0}, 0});
  const Flat window =
      Flat().number<std::int8_t>(0, 0).number(1, 2).number(2, 2).number<std::int8_t>(3, 3);
  const int conv =
      model.op(3, {0, weight, bias}, window, {1, 2, 2, 2}, {TfliteTensor::uint8, {.1f}, {3}});
  const int sizes =
      model.parameter("p", {4, 2}, Whole{0, 0, 0, 1, 0, 1, 0, 0}, {TfliteTensor::int32});
  const int padded = model.op(34, {conv, sizes});
  const int size = model.whole("size", {2, 2});
  const int resized = model.op(23, {padded, size});
  const int sum = model.op(0, {resized, model.real("c", {2}, {1, 2})});
  const int joined = model.op(2, {sum, conv}, Flat().number(0, 3));
  const int axes = model.whole("axes", {1, 2});
  const int mean = model.op(40, {joined, axes});
  const int row = model.whole("row", {1, 2, 2});
  const int reshaped = model.op(22, {mean, row});
  model.op(25, {reshaped}, Flat().number(0, 1.f));
  return model.file();
}

/// Whether `bytes` is a network. Anything but an Error ends the test.
bool reads(const std::string& bytes) {
  try {
    const Graph graph = read_tflite(bytes, "specimen").graph;
    Shape shape = std::get<Input>(graph.nodes[0].op).shape;
    if (shape[0] < 0) shape[0] = 1;
    infer_shapes(graph, shape);
    return true;
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::StartsWith("specimen: ") || Catch::Contains("node '"));
    return false;
  }
}

TEST_CASE("TFLite: a file cut short anywhere is refused") {
  const std::string whole = specimen();
  REQUIRE(reads(whole));
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(reads(whole.substr(0, length)));
  }
}

TEST_CASE("TFLite: damaged bytes give an Error or a network, nothing else") {
  const std::string whole = specimen();
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole;
    const int flips = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < flips; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    }
    accepted += reads(bytes);
  }
  CHECK(accepted > 1000);  // names, weights
}

TEST_CASE("TFLite: real files cut short or damaged") {
  for (const char* name :
       {"mobilenet_v1_0.25_128_quant.tflite", "tinymaix/mbnet128_0.25_f.tflite"}) {
    const auto path = testing::real_data(std::string("voc_imagenet/models/tflite/") + name);
    if (!path) return;
    const std::string whole = read_file(*path, 1 << 24);
    REQUIRE(reads(whole));
    std::mt19937 random(2);
    for (int round = 0; round < 60; ++round) reads(whole.substr(0, random() % whole.size()));
    // The tables lie at the end.
    for (int round = 0; round < 100; ++round) {
      std::string bytes = whole;
      for (int i = 0; i < 8; ++i) {
        bytes[bytes.size() - 1 - random() % 50'000] = static_cast<char>(random() % 256);
      }
      reads(bytes);
    }
  }
}

TEST_CASE("TFLite: a small file cannot unfold into a large network") {
  // 3,000 operators that all add the same 100,000 numbers: 1.2 GB if each had its own.
  TfliteModel model({1, 1, 1, 100'000});
  const int numbers = model.real("c", {100'000}, testing::Numbers(100'000, 1));
  for (int i = 0, x = 0; i < 3000; ++i) x = model.op(0, {x, numbers});
  CHECK_THROWS_WITH(model.read(), Catch::Contains("many times the file's size"));
}

TEST_CASE("TFLite: files are known by what they hold") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "network.bin";
  std::ofstream(path, std::ios::binary) << specimen();
  CHECK(load_network(path).format == "tflite, int8 weights");
  std::ofstream(path, std::ios::binary) << std::string("\0\0\0\0TFL3", 8);
  CHECK_THROWS_WITH(load_network(path), Catch::Contains(path));
}

}  // namespace
}  // namespace bench
