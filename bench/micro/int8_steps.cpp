// Every step of a quantised network by itself: the CPU time it takes and what computes it; then the
// whole. One image of random numbers, one thread.
//
//   int8_steps resnet50|vgg16|mobilenet-v2|FILE [ROUNDS [REQUANTIZATION [onednn]]]
//
// `onednn`: layers that suit oneDNN are computed by it also where it has no matrix units to use.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/backends/int8/program.h"
#include "bench/onednn/thread_clock.h"
#include "bench/peaks.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/integer_graph.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/zoo/zoo.h"

namespace {

using namespace bench;

template <class Work>
double milliseconds(int rounds, const Work& work) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    const double start = thread_seconds();
    work();
    seconds.push_back(thread_seconds() - start);
  }
  return 1e3 * median(std::move(seconds));
}

Graph network_of(const std::string& name) {
  if (name.find('/') != std::string::npos) return simplify(load_network(name).graph);
  return find(zoo(), "network", name).make.numbers(1);
}

Shape image_of(const Graph& graph) {
  Shape shape = std::get<Input>(graph.nodes[0].op).shape;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] < 0) shape[axis] = axis == 0 ? 1 : 224;
  }
  return shape;
}

void print_steps(const std::string& network, int rounds, Requantization mode,
                 int8::OneDnnUse onednn) {
  Graph graph = network_of(network);
  const Tensor image = Random(2).tensor(image_of(graph), -1, 1);
  const int8::Int8Program program(lower(std::move(graph), mode), {},
                                  int8::fastest_instruction_set(), onednn);
  const onednn::ThreadCount threads(1);
  onednn::Memory memory;
  int8::BoundPlan bound(program, program.plan(image.shape()), memory);
  bound.run(image);
  const std::vector<int8::Step>& steps = bound.plan().steps;
  double sum = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double ms = milliseconds(rounds, [&] { bound.run_step(i); });
    sum += ms;
    const LayerFact& fact = steps[i].fact;
    fmt::print("{:9.4f} ms  {:28} {:50} {:28} {}\n", ms, fact.node, fact.op, fact.implementation,
               fact.layout);
  }
  const double whole = milliseconds(rounds, [&] { bound.run(image); });
  fmt::print("{:9.4f} ms  in all; {:.4f} ms in one go\n", sum, whole);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 5) {
    fmt::print(stderr, "usage: int8_steps NETWORK [ROUNDS [REQUANTIZATION [onednn]]]\n");
    return 2;
  }
  try {
    print_steps(argv[1], argc > 2 ? std::stoi(argv[2]) : 25,
                find(requantizations(), "requantization", argc > 3 ? argv[3] : "float-scale").make,
                argc > 4 ? int8::OneDnnUse::all : int8::best_onednn_use());
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
