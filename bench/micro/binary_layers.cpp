// Single 1-bit layers (3x3, as many outputs as inputs, padding -1, batch 1) in one thread, beside
// the same layer in oneDNN's f32 (direct and Winograd) and in int8: this project's kernels (VNNI or
// AVX2) and oneDNN's (AMX where the processor has it); and beside the other engine of 1-bit, signs
// as bytes, from bits to bits, where VNNI or AMX makes it exact. Every iteration runs each of them
// once, so that all see the same machine. CPU time, medians, caches warm; sizes are
// channels@pixels.
//
//   binary_layers [512@14 64@56 ...] [Google Benchmark's options]
//
// layer_us is the whole 1-bit layer from bits to bits, and what GOPS, peak_% and the ratios
// (to_direct: how many times faster than that) are about. Its parts: pad_us and kernel_us; and what
// stands at the ends of a row of such layers: pack_us (f32 to bits), to_f32_us (the kernel with f32
// out, scaled) and unpack_us (bits to f32). peak_% is the share of the core's own peak of XOR +
// popcount + addition, measured before and after each layer; two words counted at a time (see
// paired_weights.h) can exceed it, as they need 5 instead of 6 operations.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <variant>

#include "bench/backends/one_bit/convolution.h"
#include "bench/backends/one_bit/glue.h"
#include "bench/micro/single_layers.h"
#include "bench/peaks.h"

namespace {

using namespace bench;

template <class T>
using Aligned = std::vector<T, AlignedAllocator<T>>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

one_bit::BinaryLayer binary_layer(const SingleLayer& layer, one_bit::Result result) {
  Random random(1);
  one_bit::BinaryLayer binary{.outputs = layer.out, .inputs = layer.in};
  binary.kernel_h = binary.kernel_w = layer.kernel;
  const int pad = layer.kernel / 2;
  binary.pad = {pad, pad, pad, pad};
  binary.weights.resize(
      index(layer.out * layer.kernel * layer.kernel * one_bit::words_of(layer.in)));
  for (auto& word : binary.weights) word = static_cast<one_bit::Word>(random.next());
  binary.result = std::move(result);
  return binary;
}

// The parts of a 1-bit layer, each with its own buffers.
class BinaryParts {
 public:
  explicit BinaryParts(const SingleLayer& layer)
      : pad_(binary_layer(layer, one_bit::ToSums{}).pad),
        map_{1, layer.size, layer.size, layer.in, 1},
        padded_map_(laid_out(map_, pad_, 1)),
        values_(index(map_.pixels() * layer.in)),
        limits_(std::vector<one_bit::Threshold<float>>(index(layer.in))),
        bits_(index(map_.words())),
        padded_(index(padded_map_.words())),
        result_(index(map_.words())),
        floats_(values_.size()) {
    Random random(2);
    for (float& x : values_) x = random.uniform(-1, 1);
    one_bit::ToBits to_bits;
    to_bits.thresholds.resize(index(layer.out));
    const one_bit::Tail scale{{one_bit::tail::Scale{std::vector<float>(index(layer.out), 0.5f)}}};
    bits_kernel_ = one_bit::make_xnor_convolution(binary_layer(layer, to_bits))->bind(padded_map_);
    float_kernel_ = one_bit::make_xnor_convolution(binary_layer(layer, one_bit::ToFloat{scale}))
                        ->bind(padded_map_);
    std::size_t scratch = std::max(bits_kernel_->scratch_bytes(), float_kernel_->scratch_bytes());
    if (onednn::int8_is_exact()) {
      expanded_ =
          one_bit::make_expanded_convolution(binary_layer(layer, to_bits))->bind(padded_map_);
      scratch = std::max(scratch, expanded_->scratch_bytes());
    }
    scratch_.resize(scratch);
    pack(), pad(), kernel(), kernel_to_f32(), unpack(), expanded();
  }

  void pack() { one_bit::pack(values_.data(), limits_, map_, bits_.data()); }
  void pad() { lay_out(bits_.data(), map_, pad_, one_bit::PadValue::minus_one, 1, padded_.data()); }
  void kernel() { run(*bits_kernel_, result_.data()); }
  void kernel_to_f32() { run(*float_kernel_, floats_.data()); }
  void unpack() { one_bit::unpack(result_.data(), map_, 0.5f, floats_.data()); }
  void expanded() {
    if (expanded_) run(*expanded_, result_.data());
  }
  bool has_expanded() const { return expanded_ != nullptr; }
  std::string implementation() const { return bits_kernel_->implementation(); }
  std::string expanded_implementation() const {
    return expanded_ ? expanded_->implementation() : "expanded: none";
  }

 private:
  void run(const one_bit::BoundConvolution& convolution, void* result) {
    convolution.run({.input = padded_.data(), .result = result, .scratch = scratch_.data()});
  }

  Padding pad_;
  one_bit::BitMap map_, padded_map_;
  Aligned<float> values_;
  one_bit::PackLimits limits_;
  Aligned<one_bit::Word> bits_, padded_, result_;
  Aligned<float> floats_;
  Aligned<std::byte> scratch_;
  std::unique_ptr<const one_bit::BoundConvolution> bits_kernel_, float_kernel_, expanded_;
};

// A part as something to be timed.
struct Part {
  BinaryParts& parts;
  void (BinaryParts::*work)();
  void run() { (parts.*work)(); }
};

// oneDNN's layer, or why there is none.
struct MaybeOneDnn {
  MaybeOneDnn(const SingleLayer& layer, OneDnnKind kind) {
    try {
      layer_.emplace(layer, kind);
    } catch (const dnnl::error& error) {
      missing_ = std::string("none: ") + error.what();
    }
  }
  void run() {
    if (layer_) layer_->run();
  }
  bool is_there() const { return layer_.has_value(); }
  std::string implementation() const { return layer_ ? layer_->implementation() : missing_; }

 private:
  std::optional<OneDnnLayer> layer_;
  std::string missing_;
};

void time_layer(benchmark::State& state, const SingleLayer& layer) {
  const onednn::ThreadCount threads(1);
  BinaryParts parts(layer);
  Part pack{parts, &BinaryParts::pack}, pad{parts, &BinaryParts::pad},
      kernel{parts, &BinaryParts::kernel}, to_f32{parts, &BinaryParts::kernel_to_f32},
      unpack{parts, &BinaryParts::unpack}, expanded{parts, &BinaryParts::expanded};
  MaybeOneDnn direct(layer, OneDnnKind::f32), winograd(layer, OneDnnKind::winograd),
      integers(layer, OneDnnKind::int8);
  OurInt8Layer ours(layer);
  direct.run(), winograd.run(), integers.run(), ours.run();
  const double before = measure_xnor_peak().gflops;
  std::vector<double> pack_s, pad_s, kernel_s, to_f32_s, unpack_s, layer_s;
  std::vector<double> direct_s, winograd_s, integers_s, ours_s, expanded_s;
  for (auto _ : state) {
    time(direct_s, direct), time(winograd_s, winograd);
    time(integers_s, integers), time(ours_s, ours);
    time(pack_s, pack), time(pad_s, pad), time(kernel_s, kernel);
    layer_s.push_back(pad_s.back() + kernel_s.back());
    time(expanded_s, expanded);
    expanded_s.back() += pad_s.back();
    time(to_f32_s, to_f32), time(unpack_s, unpack);
  }
  const double peak = std::max(before, measure_xnor_peak().gflops);
  const double gops = 2e-9 * static_cast<double>(ours.macs(layer));
  const double seconds = median(layer_s);
  auto& counters = state.counters;
  counters["GOPS"] = gops / seconds;
  if (peak > 0) counters["peak_%"] = 100 * gops / seconds / peak;
  if (peak > 0) counters["kernel_peak_%"] = 100 * gops / median(kernel_s) / peak;
  counters["layer_us"] = 1e6 * seconds;
  counters["pack_us"] = 1e6 * median(pack_s);
  counters["pad_us"] = 1e6 * median(pad_s);
  counters["kernel_us"] = 1e6 * median(kernel_s);
  counters["to_f32_us"] = 1e6 * median(to_f32_s);
  counters["unpack_us"] = 1e6 * median(unpack_s);
  const auto compare = [&](const char* name, const std::vector<double>& with) {
    counters[std::string(name) + "_us"] = 1e6 * median(with);
    counters[std::string("to_") + name] = median(with) / seconds;
  };
  if (direct.is_there()) compare("direct", direct_s);
  if (winograd.is_there()) compare("winograd", winograd_s);
  compare("int8", ours_s);
  if (integers.is_there()) compare("onednn_int8", integers_s);
  if (parts.has_expanded()) compare("expanded", expanded_s);
  state.SetLabel(fmt::format("{} | {} | direct {} | winograd {} | int8 {} | onednn_int8 {}",
                             parts.implementation(), parts.expanded_implementation(),
                             direct.implementation(), winograd.implementation(),
                             ours.implementation(), integers.implementation()));
}

// "512@14": channels and pixels along a side.
std::optional<SingleLayer> parse(const char* text) {
  SingleLayer layer{text, 0, 0, 0, 3, 1, 1};
  int used = 0;
  if (std::sscanf(text, "%d@%d%n", &layer.in, &layer.size, &used) != 2 || text[used] != 0 ||
      layer.in < 1 || layer.size < 1 || layer.in > 1 << 16 || layer.size > 1 << 12) {
    return std::nullopt;
  }
  layer.out = layer.in;
  return layer;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<const char*> names(argv + 1, argv + argc);
  if (names.empty()) names = {"512@14", "512@28", "256@56", "256@14", "128@28", "512@7", "64@56"};
  for (const char* name : names) {
    const auto layer = parse(name);
    if (!layer) {
      fmt::print(stderr, "'{}': expected CHANNELS@PIXELS, such as 512@14\n", name);
      return 2;
    }
    benchmark::RegisterBenchmark(name, time_layer, *layer)->Unit(benchmark::kMillisecond);
  }
  const Peak peak = measure_xnor_peak(0.3);
  benchmark::AddCustomContext("cpu", cpu_name());
  benchmark::AddCustomContext("threads", "1 (CPU time, medians, all interleaved)");
  benchmark::AddCustomContext("baseline", "oneDNN f32 direct, the same layer with ReLU");
  benchmark::AddCustomContext(
      "AMX", __builtin_cpu_supports("amx-int8") ? "onednn_int8 uses it" : "not on this processor");
  benchmark::AddCustomContext("XNOR peak, GOP/s",
                              fmt::format("{:.0f} ({})", peak.gflops, peak.kernel));
  benchmark::AddCustomContext("f32 multiply-add peak, GFLOP/s",
                              fmt::format("{:.1f}", measure_fma_peak(0.2).gflops));
  benchmark::AddCustomContext("u8 x s8 dot product peak, GOP/s",
                              fmt::format("{:.1f}", measure_dot_peak(0.2).gflops));
  benchmark::RunSpecifiedBenchmarks();
}
