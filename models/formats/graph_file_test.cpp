#include "models/formats/graph_file.h"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "models/conformance.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/formats/safetensors.h"
#include "models/graph_digest.h"
#include "models/reference.h"

namespace bench {
namespace {

using Catch::Contains;

/// One convolution with a grid per channel, an activation without an upper bound, a dynamic grid.
Graph example() {
  Graph graph;
  const NodeId image = graph.add("image", Input{{-1, 1, -1, -1}});
  Conv2d conv{.weight = Tensor::of({2, 1, 1, 1}, {0.5f, -3})};
  conv.pad = {1, 0, 2, 0};
  conv.weight_grid = Grid{.bits = 4, .scale = {0.25f, 0.5f}, .zero_point = {0, -2}, .axis = 0};
  const NodeId a = graph.add("conv", conv, {image});
  const float infinity = std::numeric_limits<float>::infinity();
  const NodeId b = graph.add("clip", Activation{Activation::Kind::clip, -0.0f, infinity}, {a});
  graph.outputs = {{"out", graph.add("edge", FakeQuantize{DynamicGrid{}}, {b})}};
  return graph;
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void check_same(const Graph& got, const Graph& wanted) {
  CHECK(digest(got) == digest(wanted));
  REQUIRE(got.nodes.size() == wanted.nodes.size());
  for (std::size_t i = 0; i < got.nodes.size(); ++i) {
    CHECK(got.nodes[i].name == wanted.nodes[i].name);
  }
}

TEST_CASE("graph file: every conformance graph comes back as it was") {
  for (const auto& cases : {conformance_cases(1), quantized_conformance_cases(1),
                            integer_conformance_cases(1), binary_conformance_cases(1)}) {
    for (const ConformanceCase& c : cases) {
      CAPTURE(c.name);
      const auto bytes = write_graph_file(c.graph, {{"case", c.name}});
      const GraphFile got = read_graph_file(bytes, "net");
      check_same(got.graph, c.graph);
      CHECK(got.notes == std::map<std::string, std::string>{{"case", c.name}});
      CHECK(write_graph_file(got.graph, got.notes) == bytes);
    }
  }
}

TEST_CASE("graph file: what comes back computes the same") {
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    CAPTURE(c.name);
    const Graph got = read_graph_file(write_graph_file(c.graph), "net").graph;
    const Tensor input = conformance_input(c, 2);
    const Tensor a = evaluate(got, input)[0], b = evaluate(c.graph, input)[0];
    CHECK(std::ranges::equal(a.bytes(), b.bytes()));
  }
}

TEST_CASE("graph file: the digest would see a field left out") {
  const Graph graph = example();
  check_same(read_graph_file(write_graph_file(graph), "net").graph, graph);
  Graph odd = graph;
  std::get<Activation>(odd.nodes[2].op).alpha = std::bit_cast<float>(0xffc00123u);  // a NaN
  check_same(read_graph_file(write_graph_file(odd), "net").graph, odd);
}

TEST_CASE("graph file: other programs find parameters by name") {
  const NamedTensors file = read_safetensors(write_graph_file(example()), "net");
  CHECK(file.tensors.at("conv.weight").shape() == Shape{2, 1, 1, 1});
  CHECK(file.tensors.at("conv.weight_grid.scale").data<float>()[1] == 0.5f);
  CHECK(file.tensors.size() == 3);
  CHECK_THAT(file.notes.at("quantbench.graph"), Contains("\"0x7f800000\""));
}

TEST_CASE("graph file: names whose tensors would be called the same are kept apart") {
  Graph graph;
  const NodeId image = graph.add("image", Input{{1, 1, 1, 1}});
  Conv2d conv{.weight = Tensor::of({1, 1, 1, 1}, {2})};
  conv.weight_grid = Grid{};
  const NodeId a = graph.add("a", conv, {image});
  FakeQuantize edge{Grid{.bits = 4}};  // "a.weight_grid" + ".grid.scale"
  const NodeId b = graph.add("a.weight_grid", edge, {a});
  const NodeId c = graph.add("a.weight", PRelu{Tensor::of({1}, {1})}, {b});
  graph.outputs = {{"out", graph.add("a.weight.slope", Constant{Tensor::of({}, {7})})}, {"c", c}};
  check_same(read_graph_file(write_graph_file(graph), "net").graph, graph);
}

TEST_CASE("graph file: load_network knows it by its content") {
  const auto folder = std::filesystem::temp_directory_path() / "quantbench_graph_file";
  std::filesystem::create_directories(folder);
  const std::string path = folder / "network.bin";
  std::ofstream(path, std::ios::binary) << text_of(write_graph_file(example()));
  const LoadedNetwork network = load_network(path);
  check_same(network.graph, example());
  CHECK(network.format == "quantbench");
  CHECK(network.files == std::vector<std::string>{path});

  const NamedTensors other{{{"x", Tensor({1})}}, {}};
  std::ofstream(path, std::ios::binary) << text_of(write_safetensors(other));
  CHECK_THROWS_WITH(load_network(path), path +
                                            ": safetensors without a graph: there is no note "
                                            "'quantbench.graph'");
  std::filesystem::remove_all(folder);
}

TEST_CASE("graph file: a name that is not UTF-8 is refused") {
  Graph graph = example();
  graph.nodes[1].name = "conv\xff";
  CHECK_THROWS_WITH(write_graph_file(graph), "node 'conv?' is not UTF-8");
  CHECK_THROWS_WITH(write_graph_file(example(), {{"a", "\xff"}}), Contains("is not UTF-8"));
}

// ---- hostile files ----

/// The example's file with one piece of its JSON replaced.
std::vector<std::byte> with(const std::string& from, const std::string& to) {
  NamedTensors file = read_safetensors(write_graph_file(example()), "net");
  std::string& json = file.notes.at("quantbench.graph");
  const std::size_t at = json.find(from);
  REQUIRE(at != json.npos);
  json.replace(at, from.size(), to);
  return write_safetensors(file);
}

std::string fault(const std::vector<std::byte>& bytes) {
  try {
    read_graph_file(bytes, "net");
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

std::string fault(const std::string& from, const std::string& to) { return fault(with(from, to)); }

TEST_CASE("graph file: a hostile structure is turned down, with its field") {
  const std::string at = "net: quantbench.graph: ";
  CHECK(fault("\"op\": \"Conv2d\"", "\"op\": \"Conv3d\"")
            .starts_with(at + "nodes[1].op: unknown operation 'Conv3d'; did you mean 'Conv2d'?"));
  CHECK(fault("\"kind\": \"clip\"", "\"kind\": \"clap\"")
            .starts_with(at + "nodes[2].kind: unknown kind 'clap'; did you mean 'clip'?"));
  CHECK(fault("\"groups\": 1", "\"groups\": 4294967297") ==
        at + "nodes[1].groups: 4294967297 is out of range");
  CHECK(fault("\"groups\": 1", "\"groups\": 1, \"group\": 2")
            .starts_with(at + "nodes[1].group: unknown key"));
  CHECK(fault("\"groups\"", "\"group\"") == at + "nodes[1].groups: is missing");
  CHECK(fault("\"groups\": 1", "\"groups\": 1e999").find("net: quantbench.graph: ") == 0);
  CHECK(fault("\"alpha\": -0.0", "\"alpha\": 1e300") ==
        at + "nodes[2].alpha: a number that no float holds");
  CHECK(fault("\"0x7f800000\"", "\"7f800000\"").starts_with(at + "nodes[2].beta: expected"));
  CHECK(fault("\"0x7f800000\"", "\"0x7f8000001\"").starts_with(at + "nodes[2].beta: expected"));
  CHECK(fault("\"version\": 1", "\"version\": 2") ==
        "net: has a graph of version 2; version 1 can be read");
  CHECK(fault("\"conv.weight\"", "\"conv.wait\"") ==
        at + "nodes[1].weight: tensor 'conv.wait' is not in the file, or a field before has it");
  CHECK(fault("\"conv.weight\"", "null") == "net: tensor 'conv.weight' belongs to no node");
  CHECK(fault("\"conv.weight_grid.zero_point\"", "\"conv.weight_grid.scale\"") ==
        at + "nodes[1].weight_grid.zero_point: tensor 'conv.weight_grid.scale' is not in the file, "
             "or a field before has it");
  CHECK(fault("\"stride\": [", "\"stride\": [7,") == at + "nodes[1].stride: wanted 2 numbers");
  CHECK(fault("\"node\": 3", "\"node\": 4") ==
        "net: output 'out' is node number 4, which does not exist");
  CHECK(fault("\"dynamic_grid\"", "\"grim\"").starts_with(at + "nodes[3].grid.grid: is missing"));
  CHECK(fault("\"name\": \"clip\"", "\"name\": \"conv\"").find("another node has the same name") !=
        std::string::npos);
}

TEST_CASE("graph file: a fixed image that the layers do not fit") {
  Graph graph = example();
  std::get<Input>(graph.nodes[0].op).shape = {-1, 3, 8, 8};
  CHECK(fault(write_graph_file(graph)).starts_with("net: node 'conv' (Conv2d): "));
}

TEST_CASE("graph file: nodes in a circle, or reading beyond the graph") {
  const std::string inputs = "\"inputs\": [\n        0\n      ]";
  const auto reading = [&](const std::string& id) {
    return fault(inputs, "\"inputs\": [" + id + "]");
  };
  const std::string why = ", which does not come before it (number 1)";
  CHECK(reading("3") == "net: node 'conv' (Conv2d): reads node number 3" + why);
  CHECK(reading("1") == "net: node 'conv' (Conv2d): reads node number 1" + why);
  CHECK(reading("-1") == "net: node 'conv' (Conv2d): reads node number -1" + why);
  CHECK(reading("4294967296").find("nodes[1].inputs: 4294967296 is no node") != std::string::npos);
  CHECK(reading("\"conv\"").find("nodes[1].inputs: expected a list of whole numbers") !=
        std::string::npos);
}

TEST_CASE("graph file: tensors of another shape or kind, and scales that are none") {
  const auto with_tensor = [](const std::string& name, Tensor tensor) {
    NamedTensors file = read_safetensors(write_graph_file(example()), "net");
    file.tensors.at(name) = std::move(tensor);
    return fault(write_safetensors(file));
  };
  const std::string scale = "conv.weight_grid.scale";
  CHECK(with_tensor("conv.weight", Tensor({2}))
            .starts_with("net: node 'conv' (Conv2d): weight has shape 2"));
  CHECK(with_tensor("conv.weight", Tensor({3, 1, 1, 1})).find("a grid of 2 scales") !=
        std::string::npos);
  CHECK(with_tensor(scale, Tensor({2}, DType::i8)) ==
        "net: quantbench.graph: nodes[1].weight_grid.scale: a tensor of type i8, wanted f32");
  for (const float bad : {NAN, INFINITY, 0.0f, -1.0f}) {
    CAPTURE(bad);
    CHECK(with_tensor(scale, Tensor::of({2}, {1, bad}))
              .starts_with("net: node 'conv' (Conv2d): weight"));
  }
  CHECK(with_tensor(scale, Tensor({0})).starts_with("net: node 'conv' (Conv2d): weight"));
}

TEST_CASE("graph file: any byte changed gives a sound graph or one Error") {
  const auto bytes = write_graph_file(example());
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const char put : {'9', '"', '-', 'e', ' '}) {
      auto changed = bytes;
      changed[i] = static_cast<std::byte>(put);
      try {
        validate(read_graph_file(changed, "net").graph);
      } catch (const Error& error) {
        CHECK(std::string_view(error.what()).starts_with("net: "));
        ++refused;
      }
    }
  }
  CHECK(refused > static_cast<int>(bytes.size()));
}

TEST_CASE("graph file: a file cut anywhere is refused") {
  const auto bytes = write_graph_file(example());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_THROWS_AS(read_graph_file(std::span(bytes).first(length), "net"), Error);
  }
}

}  // namespace
}  // namespace bench
