// Times whole networks and single layers on the float backend, one thread, untrained weights, and
// says what share of the core's multiply-add peak they reach. The peak is measured right before and
// right after each benchmark, and the better of the two counts.
//
//   float_networks [Google Benchmark's options]
//   float_networks --layers NETWORK [BATCH]     every layer of one network, by itself
//
// ONEDNN_MAX_CPU_ISA=AVX2 (or SSE41) shows what older processors do.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "bench/backend.h"
#include "bench/onednn/program.h"
#include "bench/onednn/thread_clock.h"
#include "bench/peaks.h"
#include "models/audit.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/zoo/zoo.h"

namespace {

using namespace bench;

struct Layer {
  const char* name;
  int in, out, size, kernel, stride, groups;
};

// Layers that make up most of the time of VGG16, ResNet50 and MobileNetV2.
constexpr Layer layers[] = {
    {"vgg16/3x3_64_64_at_224", 64, 64, 224, 3, 1, 1},
    {"vgg16/3x3_256_256_at_56", 256, 256, 56, 3, 1, 1},
    {"vgg16/3x3_512_512_at_28", 512, 512, 28, 3, 1, 1},
    {"vgg16/3x3_512_512_at_14", 512, 512, 14, 3, 1, 1},
    {"resnet50/stem_7x7", 3, 64, 224, 7, 2, 1},
    {"resnet50/3x3_64_at_56", 64, 64, 56, 3, 1, 1},
    {"resnet50/3x3_256_at_14", 256, 256, 14, 3, 1, 1},
    {"resnet50/3x3_512_at_7", 512, 512, 7, 3, 1, 1},
    {"resnet50/1x1_256_64_at_56", 256, 64, 56, 1, 1, 1},
    {"resnet50/1x1_64_256_at_56", 64, 256, 56, 1, 1, 1},
    {"resnet50/1x1_1024_256_at_14", 1024, 256, 14, 1, 1, 1},
    {"mobilenet-v2/stem_3x3", 3, 32, 224, 3, 2, 1},
    {"mobilenet-v2/1x1_16_96_at_112", 16, 96, 112, 1, 1, 1},
    {"mobilenet-v2/1x1_384_64_at_14", 384, 64, 14, 1, 1, 1},
    {"mobilenet-v2/dw3x3_144_at_56", 144, 144, 56, 3, 1, 144},
    {"mobilenet-v2/dw3x3_384_at_14", 384, 384, 14, 3, 1, 384},
    {"mobilenet-v2/dw3x3_960_at_7", 960, 960, 7, 3, 1, 960},
};

Graph layer_graph(const Layer& layer) {
  Random random(1);
  Graph graph;
  const int pad = layer.kernel / 2;
  const Shape weight{layer.out, layer.in / layer.groups, layer.kernel, layer.kernel};
  const NodeId image = graph.add("image", Input{{-1, layer.in, -1, -1}});
  const NodeId conv = graph.add("conv",
                                Conv2d{random.tensor(weight, -0.1f, 0.1f),
                                       random.tensor({layer.out}, -1, 1),
                                       {layer.stride, layer.stride},
                                       {pad, pad, pad, pad},
                                       {1, 1},
                                       layer.groups},
                                {image});
  graph.outputs.push_back({"out", graph.add("relu", Activation{}, {conv})});
  return graph;
}

Shape with_batch(Shape shape, int batch) {
  shape[0] = batch;
  return shape;
}

Shape image_shape(const Graph& graph, int batch) {
  return with_batch(std::get<Input>(graph.nodes[0].op).shape, batch);
}

// Runs `work` until the benchmark has had enough and reports its median time.
template <class Work>
void measure(benchmark::State& state, std::int64_t macs, const Work& work) {
  const Peak before = measure_fma_peak();
  std::vector<double> seconds;
  for (auto _ : state) {
    const double start = thread_seconds();
    work();
    seconds.push_back(thread_seconds() - start);
  }
  const Peak after = measure_fma_peak();
  const double gflops = 2e-9 * static_cast<double>(macs) / median(seconds);
  state.counters["GFLOP/s"] = gflops;
  state.counters["peak"] = std::max(before.gflops, after.gflops);
  state.counters["share_of_peak_%"] = 100 * gflops / std::max(before.gflops, after.gflops);
}

void time_network(benchmark::State& state, MakeNetwork make, int batch) {
  const Graph graph = fold_batch_norm(simplify(make(1)));
  const auto program = find_backend("float").compile(graph, {});
  const auto session = program->open_session();
  const Shape shape = image_shape(graph, batch);
  const Tensor input = Random(2).tensor(shape, -1, 1);
  session->run(input);
  measure(state, audit(graph, shape).macs, [&] { benchmark::DoNotOptimize(session->run(input)); });
  state.counters["img/s"] = benchmark::Counter(static_cast<double>(state.iterations() * batch),
                                               benchmark::Counter::kIsRate);
}

// The layer without the reorders an image and a result need: those belong to the network's ends.
std::size_t layer_index(const onednn::Plan& plan, const std::string& node) {
  const auto found = std::ranges::find_if(plan.layers, [&](const onednn::Layer& layer) {
    return layer.fact.node == node && layer.fact.op != "reorder";
  });
  return static_cast<std::size_t>(found - plan.layers.begin());
}

void time_layer(benchmark::State& state, const Layer& layer) {
  const Graph graph = layer_graph(layer);
  const Shape shape{1, layer.in, layer.size, layer.size};
  const onednn::ThreadCount threads(1);
  const onednn::OneDnnProgram program(graph, {});
  onednn::Memory memory;
  onednn::BoundPlan bound(program.plan(shape), program.engine(), memory);
  bound.run(Random(2).tensor(shape, -1, 1));
  const std::size_t index = layer_index(bound.plan(), "relu");
  measure(state, audit(graph, shape).macs, [&] { bound.run_layer(index); });
  state.SetLabel(bound.plan().layers[index].fact.implementation + " " +
                 bound.plan().layers[index].fact.layout);
}

double layer_seconds(onednn::BoundPlan& bound, std::size_t index) {
  std::vector<double> seconds;
  for (int i = 0; i < 25; ++i) {
    const double start = thread_seconds();
    bound.run_layer(index);
    seconds.push_back(thread_seconds() - start);
  }
  return median(std::move(seconds));
}

// Every layer of a network by itself, with the implementation that computes it.
void print_layers(const char* network, int batch) {
  const Graph graph = fold_batch_norm(simplify(find(zoo(), "network", network).make(1)));
  const Shape shape = image_shape(graph, batch);
  const onednn::ThreadCount threads(1);
  const onednn::OneDnnProgram program(graph, {});
  onednn::Memory memory;
  onednn::BoundPlan bound(program.plan(shape), program.engine(), memory);
  const Tensor input = Random(2).tensor(shape, -1, 1);
  for (int i = 0; i < 3; ++i) bound.run(input);
  double total = 0;
  for (std::size_t i = 0; i < bound.plan().layers.size(); ++i) {
    const LayerFact& fact = bound.plan().layers[i].fact;
    const double seconds = layer_seconds(bound, i);
    total += seconds;
    fmt::print("{:9.4f} ms  {:28} {:34} {:36} {}\n", seconds * 1e3, fact.node, fact.op,
               fact.implementation, fact.layout);
  }
  fmt::print("{:9.4f} ms  in all\n", total * 1e3);
}

void register_all() {
  using benchmark::RegisterBenchmark;
  for (const auto& entry : zoo()) {
    for (const int batch : {1, 8}) {
      const std::string name = fmt::format("network/{}/batch:{}", entry.name, batch);
      RegisterBenchmark(name.c_str(), time_network, entry.make, batch)
          ->Unit(benchmark::kMillisecond);
    }
  }
  for (const Layer& layer : layers) {
    RegisterBenchmark((std::string("layer/") + layer.name).c_str(), time_layer, layer)
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 3 && std::strcmp(argv[1], "--layers") == 0) {
    print_layers(argv[2], argc > 3 ? std::atoi(argv[3]) : 1);
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const auto facts =
      find_backend("float").compile(layer_graph(layers[5]), {})->facts({1, 64, 8, 8});
  const Peak before = measure_fma_peak(0.2);
  benchmark::AddCustomContext("cpu", cpu_name());
  benchmark::AddCustomContext("library", facts.library + ", " + facts.isa);
  benchmark::AddCustomContext("f32 FMA peak, one thread, before",
                              fmt::format("{:.1f} GFLOP/s ({})", before.gflops, before.kernel));
  register_all();
  benchmark::RunSpecifiedBenchmarks();
  const Peak after = measure_fma_peak(0.2);
  fmt::print(stderr, "f32 FMA peak, one thread, after: {:.1f} GFLOP/s ({})\n", after.gflops,
             after.kernel);
}
