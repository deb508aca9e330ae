// Times whole networks on several backends side by side: untrained weights, one image, one thread,
// every backend once per round so that all see the same machine. All run the same graph, quantised
// by a recipe that is shown two random images. What counts is the ratio to the first backend, of
// medians of CPU time: how many times its time another one takes.
//
//   quantized_networks [--backends=float,fake-quant,int8] [--networks=resnet50,vgg16,mobilenet-v2]
//                      [--recipe=int8] [--rounds=9] [Google Benchmark's options]
//   quantized_networks --layers=NETWORK [--backends=...]    what computes every layer
//
// Backends that this build has not got are left out, with a line that says so.
// ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI (AVX2, SSE41) shows what other processors do.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bench/backend.h"
#include "bench/onednn/thread_clock.h"
#include "bench/peaks.h"
#include "bench/recipe.h"
#include "bench/run_showing.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/zoo/zoo.h"

namespace {

using namespace bench;

struct Options {
  std::vector<std::string> backends{"float", "fake-quant", "int8"};
  std::vector<std::string> networks{"resnet50", "vgg16", "mobilenet-v2"};
  std::string recipe = "int8";
  std::string layers;
  int rounds = 9;
};

Shape image_of(const Graph& graph) {
  Shape shape = std::get<Input>(graph.nodes[0].op).shape;
  for (std::int64_t& size : shape) size = std::max<std::int64_t>(size, 1);
  return shape;
}

Graph quantized(const std::string& network, const Options& options) {
  Graph graph = simplify(find(zoo(), "network", network).make(1));
  CalibrationInputs inputs;
  inputs.images = 2;
  inputs.load = [shape = image_of(graph)](std::size_t image) {
    return std::vector<Tensor>{Random(11 + image).tensor(shape, -1, 1)};
  };
  inputs.runner = [](const Graph& shown) { return run_showing(find_backend("float"), shown); };
  return apply(parse_recipe(options.recipe), std::move(graph), inputs, network).graph;
}

bool is_known(const std::string& backend) {
  const auto known = backends();
  return std::ranges::any_of(known, [&](const Backend* b) { return b->name() == backend; });
}

struct Contestant {
  std::string name;
  std::unique_ptr<Program> program;
  std::unique_ptr<Session> session;
  std::vector<double> seconds;
};

std::vector<Contestant> contestants(const Graph& graph, const std::vector<std::string>& names) {
  std::vector<Contestant> all;
  for (const std::string& name : names) {
    Contestant one{name, find_backend(name).compile(graph, {}), nullptr, {}};
    one.session = one.program->open_session();
    all.push_back(std::move(one));
  }
  return all;
}

void run_round(std::vector<Contestant>& all, const Tensor& input) {
  for (Contestant& one : all) {
    const double start = thread_seconds();
    benchmark::DoNotOptimize(one.session->run(input));
    one.seconds.push_back(thread_seconds() - start);
  }
}

void time_network(benchmark::State& state, const std::string& network, const Options& options) {
  const Graph graph = quantized(network, options);
  const Tensor input = Random(2).tensor(image_of(graph), -1, 1);
  std::vector<Contestant> all = contestants(graph, options.backends);
  run_round(all, input);
  for (Contestant& one : all) one.seconds.clear();
  for (auto _ : state) run_round(all, input);
  const double base = median(all.front().seconds);
  for (const Contestant& one : all) {
    const double seconds = median(one.seconds);
    state.counters[one.name + "_ms"] = 1e3 * seconds;
    if (&one == &all.front()) continue;
    state.counters[fmt::format("{}:{}", one.name, all.front().name)] = seconds / base;
  }
}

void print_layers(const Options& options) {
  const Graph graph = quantized(options.layers, options);
  for (const std::string& name : options.backends) {
    const auto facts = find_backend(name).compile(graph, {})->facts(image_of(graph));
    fmt::print("{}: {} on {}, weights {:.1f} MB, activations {:.1f} MB\n", name, facts.library,
               facts.isa, 1e-6 * static_cast<double>(facts.weight_bytes),
               1e-6 * static_cast<double>(facts.activation_bytes));
    for (const LayerFact& fact : facts.layers) {
      fmt::print("  {:32} {:34} {:36} {}\n", fact.node, fact.op, fact.implementation, fact.layout);
    }
  }
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

// Takes this program's own options out of the command line.
Options parse(int& argc, char** argv) {
  Options options;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string key = argument.substr(0, argument.find('='));
    const std::string value = argument.substr(std::min(key.size() + 1, argument.size()));
    if (key == "--backends") {
      options.backends = split(value);
    } else if (key == "--networks") {
      options.networks = split(value);
    } else if (key == "--recipe") {
      options.recipe = value;
    } else if (key == "--layers") {
      options.layers = value;
    } else if (key == "--rounds") {
      options.rounds = std::max(std::stoi(value), 1);
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  const auto absent = [](const std::string& name) {
    if (!is_known(name)) fmt::print(stderr, "no backend '{}' in this build: left out\n", name);
    return !is_known(name);
  };
  std::erase_if(options.backends, absent);
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv) || options.backends.empty()) return 2;
  if (!options.layers.empty()) {
    print_layers(options);
    return 0;
  }
  benchmark::AddCustomContext("cpu", cpu_name());
  for (const std::string& network : options.networks) {
    benchmark::RegisterBenchmark(network.c_str(), time_network, network, options)
        ->Iterations(options.rounds)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
