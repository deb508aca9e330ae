// Times requantisation: 10^8 int32 sums to int8 in every mode, channel after channel and with
// channels innermost. Sums and results are 64 K at a time, so that memory is not what is measured.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/random.h"
#include "models/requantize.h"

namespace {

using namespace bench;

constexpr std::size_t channels = 64, count = 1 << 16;
constexpr int rounds = 100'000'000 / count + 1;

void time_mode(benchmark::State& state, Requantization mode, bool interleaved) {
  Random random(1);
  std::vector<double> multipliers(channels);
  for (double& m : multipliers) m = random.uniform(0.0001f, 0.01f);
  std::vector<std::int32_t> sums(count);
  for (std::int32_t& sum : sums) sum = random.integer(-100'000, 100'000);
  std::vector<std::int8_t> results(count);
  const Requantizer requantizer(mode, multipliers, {5, -128, 127}, "layer");
  for (auto _ : state) {
    for (int round = 0; round < rounds; ++round) {
      if (interleaved) {
        requantizer.apply_interleaved<std::int8_t>(sums, results);
      } else {
        requantizer.apply<std::int8_t>(sums, static_cast<std::size_t>(round) % channels, results);
      }
      benchmark::DoNotOptimize(results.data());
      benchmark::ClobberMemory();
    }
  }
  state.counters["s_per_value"] = benchmark::Counter(
      static_cast<double>(count) * rounds,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const auto& [name, about, mode] : requantizations()) {
    for (const bool interleaved : {false, true}) {
      const std::string title = std::string(name) + (interleaved ? "/interleaved" : "/plane");
      benchmark::RegisterBenchmark(title.c_str(), time_mode, mode, interleaved)
          ->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
}
