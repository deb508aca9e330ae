// How much memory a quantised network takes, from its weights to its answers: the peak resident set
// of a process that does nothing else. The network is made of random numbers, compiled for integers
// and run three times.
//
//   int8_memory resnet50|vgg16|mobilenet-v2 [MB]    fails if it takes more than that

#include <fmt/format.h>

#include <fstream>
#include <string>

#include "bench/backends/int8/program.h"
#include "models/error.h"
#include "models/integer_graph.h"
#include "models/random.h"
#include "models/zoo/zoo.h"

namespace {

using namespace bench;

// In MB (10^6), as Linux counts it.
double peak_resident_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024e-6;
  }
  return 0;
}

// The peak.
double run(const std::string& network) {
  const auto& make = find(zoo(), "network", network).make;
  const double before = peak_resident_megabytes();
  const int8::Int8Program program(lower(make.numbers(1), Requantization::float_scale), {});
  const double compiled = peak_resident_megabytes();
  const auto session = program.open_session();
  for (int image = 0; image < 3; ++image) {
    session->run(Random(2).tensor({1, 3, 224, 224}, -1, 1));
  }
  const ProgramFacts facts = program.facts({1, 3, 224, 224});
  const double peak = peak_resident_megabytes();
  fmt::print("{}: peak {:.1f} MB ({:.1f} before, {:.1f} compiled)\n", network, peak, before,
             compiled);
  fmt::print("weights {:.1f} MB, arena {:.1f} MB, {}\n",
             1e-6 * static_cast<double>(facts.weight_bytes),
             1e-6 * static_cast<double>(facts.activation_bytes), facts.isa);
  return peak;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    fmt::print(stderr, "usage: int8_memory NETWORK [MB]\n");
    return 2;
  }
  try {
    const double peak = run(argv[1]);
    return argc == 3 && peak > std::stod(argv[2]) ? 1 : 0;
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
