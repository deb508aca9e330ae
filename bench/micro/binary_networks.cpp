// Whole 1-bit networks beside the same networks in float and in int8: untrained weights, one image,
// one thread, every way of computing once per round so that all see the same machine. What counts
// is how many times faster than float, and the bytes of the weights.
//
//   binary_networks [--networks=vgg16,resnet18] [--ways=float,float:winograd,int8,1-bit]
//   [--rounds=9]
//                   [--layers]
//
// Ways are float and float:winograd; int8, with the preset of that name; fake-quant, the simulation
// of the signs in float; 1-bit, or 1-bit:xnor and 1-bit:expanded for one of its engines. --layers:
// also the time of every layer.
//
// float and int8 have the networks as published, ReLU and all. The 1-bit ones have the sign of a
// batch norm where those have a ReLU, as binary networks do (behind a ReLU all signs are equal),
// and pad with -1. First and last layers are float.
//   vgg16     conv1_2 to conv5_3, fc6 and fc7 are binary, scaled by mean |w|
//   resnet18  both convolutions of every block are binary, each with a sum around it (Bi-Real Net,
//             Liu et al. 2018); shortcuts that change the shape are float
//
// ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI (AVX2, SSE41) shows what other processors do.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/calibration.h"
#include "bench/network.h"
#include "bench/profile.h"
#include "models/error.h"
#include "models/passes/binarize.h"
#include "models/random.h"
#include "models/zoo/untrained.h"
#include "models/zoo/zoo.h"

namespace {

using namespace bench;

const Shape image{1, 3, 224, 224};

// What stands between two layers.
void end_layer(Untrained& net, const std::string& name, bool binary) {
  net.batch_norm("bn" + name);
  if (!binary) net.relu("relu" + name);
}

Graph vgg16_before_signs() {
  struct Block {
    int convolutions, channels;
  };
  Untrained net({}, image);
  int block = 0;
  for (const auto& [convolutions, channels] :
       {Block{2, 64}, Block{2, 128}, Block{3, 256}, Block{3, 512}, Block{3, 512}}) {
    ++block;
    for (int i = 1; i <= convolutions; ++i) {
      const std::string place = fmt::format("{}_{}", block, i);
      net.conv("conv" + place, {.outputs = channels, .kernel = 3, .pad = 1});
      end_layer(net, place, true);
    }
    net.max_pool(fmt::format("pool{}", block), 2, 2, 0);
  }
  net.flatten("flatten", 7 * 7);
  for (const std::string name : {"6", "7"}) {
    net.linear("fc" + name, 4096);
    end_layer(net, name, name == "6");
  }
  net.linear("fc8", 1000);
  return std::move(net).finish("logits");
}

struct Residual {
  int width, stride;
  bool binary;
};

NodeId shortcut(Untrained& net, const std::string& name, const Residual& r) {
  const NodeId input = net.here();
  const int channels = net.channels();
  if (channels == r.width && r.stride == 1) return input;
  net.conv(name + ".downsample", {.outputs = r.width, .stride = r.stride});
  const NodeId result = net.batch_norm(name + ".downsample.bn");
  net.go_to(input, channels);
  return result;
}

void binary_half(Untrained& net, const std::string& name, const Residual& r) {
  const NodeId around = shortcut(net, name, r);
  net.conv(name + ".conv", {.outputs = r.width, .kernel = 3, .stride = r.stride, .pad = 1});
  net.batch_norm(name + ".bn", 0.3f);
  net.add(name + ".add", around);
}

void basic_block(Untrained& net, const std::string& name, const Residual& r) {
  if (r.binary) {
    binary_half(net, name + ".1", r);
    return binary_half(net, name + ".2", {r.width, 1, true});
  }
  const NodeId around = shortcut(net, name, r);
  net.conv(name + ".1.conv", {.outputs = r.width, .kernel = 3, .stride = r.stride, .pad = 1});
  net.batch_norm(name + ".1.bn");
  net.relu(name + ".1.relu");
  net.conv(name + ".2.conv", {.outputs = r.width, .kernel = 3, .pad = 1});
  net.batch_norm(name + ".2.bn", 0.3f);
  net.add(name + ".add", around);
  net.relu(name + ".relu");
}

Graph resnet18(bool binary) {
  Untrained net({}, image);
  net.conv("conv1", {.outputs = 64, .kernel = 7, .stride = 2, .pad = 3});
  end_layer(net, "1", binary);
  net.max_pool("maxpool", 3, 2, 1);
  for (int stage = 1; stage <= 4; ++stage) {
    for (int block = 0; block < 2; ++block) {
      basic_block(net, fmt::format("layer{}.{}", stage, block),
                  {32 << stage, stage > 1 && block == 0 ? 2 : 1, binary});
    }
  }
  net.global_average_pool("avgpool");
  net.linear("fc", 1000);
  return std::move(net).finish("logits");
}

Graph with_signs(Graph graph, const std::vector<std::string>& in_float) {
  const BinaryScheme scheme{.padding = BinaryScheme::Padding::minus_one};
  std::vector<BinarizeRule> rules{{{}, scheme}};
  for (const std::string& name : in_float) rules.push_back({{.name = name}, std::nullopt});
  return binarize(std::move(graph), rules).graph;
}

// One network as published, or with signs.
Graph network(const std::string& name, bool binary) {
  if (name == "vgg16") {
    if (!binary) return find(zoo(), "network", "vgg16").make(1);
    return with_signs(vgg16_before_signs(), {"conv1_1", "fc8"});
  }
  if (name != "resnet18") throw Error(Fault::usage, name + ": expected vgg16 or resnet18");
  if (!binary) return resnet18(false);
  return with_signs(resnet18(true), {"conv1", "*.downsample", "fc"});
}

CalibrationInputs noise() {
  CalibrationInputs inputs = inputs_for(nullptr, image);
  inputs.images = 2;
  inputs.load = [](std::size_t i) {
    return std::vector<Tensor>{Random(11 + i).tensor(image, -1, 1)};
  };
  return inputs;
}

Contestant contestant(const std::string& way, const std::string& name) {
  const std::string backend = way.substr(0, way.find(':'));
  const bool binary = backend != "float" && backend != "int8";
  const Recipe recipe = backend == "int8" ? parse_recipe("int8") : Recipe{};
  const auto make_graph = [=] {
    return prepare_graph(network(name, binary), recipe, noise(), name).graph;
  };
  Contestant one{way, find_backend(backend), make_graph};
  const std::string option = way.substr(std::min(backend.size() + 1, way.size()));
  one.compile.winograd = option == "winograd";
  if (!option.empty() && !one.compile.winograd) {
    one.compile.binary_engine = find(binary_engines(), "binary engine", option).make;
  }
  return one;
}

struct Options {
  std::vector<std::string> networks{"vgg16", "resnet18"};
  std::vector<std::string> ways{"float", "float:winograd", "int8", "1-bit"};
  int rounds = 9;
  bool layers = false;
};

void print_ratios(const Profile& profile) {
  const ProfiledCase& base = profile.cases.front();
  for (const ProfiledCase& one : profile.cases) {
    if (&one == &base) continue;
    fmt::print("{}: {:.2f} times as fast as {}, weights 1/{:.1f}\n", one.name,
               base.whole_ms / one.whole_ms, base.name,
               static_cast<double>(base.weight_bytes) / static_cast<double>(one.weight_bytes));
  }
  fmt::print("\n");
}

void time_network(const std::string& name, const Options& options) {
  std::vector<Contestant> contestants;
  for (const std::string& way : options.ways) contestants.push_back(contestant(way, name));
  const Tensor input = Random(2).tensor(image, -1, 1);
  const Profile result =
      profile(name, std::move(contestants), input, {.rounds = options.rounds, .warm_up = 2});
  const std::vector<Table> all = tables(result);
  const std::size_t shown = options.layers ? all.size() : 2;  // circumstances and parts come first
  for (std::size_t i = 0; i < shown; ++i) fmt::print("{}\n", to_markdown(all[i]));
  print_ratios(result);
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string key = argument.substr(0, argument.find('='));
    const std::string value = argument.substr(std::min(key.size() + 1, argument.size()));
    if (key == "--networks") {
      options.networks = split(value);
    } else if (key == "--ways") {
      options.ways = split(value);
    } else if (key == "--rounds") {
      options.rounds = std::max(std::stoi(value), 1);
    } else if (key == "--layers") {
      options.layers = true;
    } else {
      throw Error(Fault::usage, "unknown option " + argument);
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) try {
  const Options options = parse(argc, argv);
  for (const std::string& name : options.networks) time_network(name, options);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "binary_networks: {}\n", error.what());
  return 2;
}
