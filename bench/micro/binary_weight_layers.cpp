// Layers of which only the weights are binary, one thread: our kernels, which hold the weights as
// bits, and oneDNN's f32 (direct convolution or inner product, ReLU, in the memory layout it likes
// best), side by side: every iteration runs both once. CPU time, medians.
//
//   binary_weight_layers [Google Benchmark's options]
//
// _peak_% are shares of the core's f32 multiply-add peak, measured before and after each layer.
// Ours may be above 100: four products take one lookup and one addition.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "bench/backends/one_bit/real_input.h"
#include "bench/micro/single_layers.h"

namespace {

using namespace bench;

struct Layer {
  const char* name;
  int batch, in, out, height, width, kernel, stride;
};

constexpr Layer layers[] = {
    {"vgg16/3x3_64_64_at_224", 1, 64, 64, 224, 224, 3, 1},
    {"vgg16/3x3_64_128_at_112", 1, 64, 128, 112, 112, 3, 1},
    {"vgg16/3x3_128_128_at_112", 1, 128, 128, 112, 112, 3, 1},
    {"vgg16/3x3_256_256_at_56", 1, 256, 256, 56, 56, 3, 1},
    {"vgg16/3x3_512_512_at_28", 1, 512, 512, 28, 28, 3, 1},
    {"vgg16/3x3_512_512_at_14", 1, 512, 512, 14, 14, 3, 1},
    {"faster-rcnn/3x3_512_512_at_37x62", 1, 512, 512, 37, 62, 3, 1},
    {"resnet50/1x1_256_64_at_56", 1, 256, 64, 56, 56, 1, 1},
    {"resnet50/1x1_512_2048_at_7", 1, 512, 2048, 7, 7, 1, 1},
    {"vgg16/3x3_3_64_at_224", 1, 3, 64, 224, 224, 3, 1},
    {"vgg16/fc_4096_4096", 1, 4096, 4096, 1, 1, 1, 1},
    {"vgg16/fc_25088_4096", 1, 25088, 4096, 1, 1, 1, 1},
    {"vgg16/fc_25088_4096_batch_8", 8, 25088, 4096, 1, 1, 1, 1},
};

int pad_of(const Layer& layer) { return layer.kernel / 2; }
int outputs(const Layer& layer, int size) {
  return (size + 2 * pad_of(layer) - layer.kernel) / layer.stride + 1;
}
double macs(const Layer& layer) {
  return static_cast<double>(layer.batch) * layer.in * layer.out * layer.kernel * layer.kernel *
         outputs(layer, layer.height) * outputs(layer, layer.width);
}

template <class T>
using Aligned = std::vector<T, AlignedAllocator<T>>;

Aligned<float> numbers(std::int64_t count) {
  Random random(2);
  Aligned<float> values(static_cast<std::size_t>(count));
  for (float& x : values) x = random.uniform(0, 1);
  return values;
}

class Ours {
 public:
  explicit Ours(const Layer& layer)
      : convolution_(one_bit::make_real_input_convolution(binary_layer(layer))),
        bound_(convolution_->bind({layer.batch, layer.height, layer.width, layer.in})),
        input_(numbers(std::int64_t{1} * layer.batch * layer.height * layer.width * layer.in)),
        result_(static_cast<std::size_t>(layer.batch * outputs(layer, layer.height) *
                                         outputs(layer, layer.width) * layer.out)),
        scratch_(bound_->scratch_bytes()) {}

  std::string implementation() const { return bound_->implementation(); }
  std::int64_t weight_bytes() const { return convolution_->weight_bytes(); }
  void run() {
    bound_->run({.input = input_.data(), .result = result_.data(), .scratch = scratch_.data()});
  }

 private:
  static one_bit::BinaryLayer binary_layer(const Layer& layer) {
    Random random(1);
    const int pad = pad_of(layer);
    const auto words = static_cast<std::size_t>(layer.out * layer.kernel * layer.kernel *
                                                one_bit::words_of(layer.in));
    const float infinity = std::numeric_limits<float>::infinity();
    one_bit::BinaryLayer binary{.weights = std::vector<one_bit::Word>(words),
                                .outputs = layer.out,
                                .inputs = layer.in,
                                .kernel_h = layer.kernel,
                                .kernel_w = layer.kernel,
                                .stride = {layer.stride, layer.stride},
                                .pad = {pad, pad, pad, pad}};
    for (auto& word : binary.weights) word = static_cast<one_bit::Word>(random.next());
    one_bit::Tail tail;
    const std::vector<float> scales(static_cast<std::size_t>(layer.out), 0.125f);
    tail.ops.push_back(one_bit::tail::Scale{scales});
    tail.ops.push_back(one_bit::tail::Clip{0, infinity});
    binary.result = one_bit::ToFloat{tail};
    return binary;
  }

  std::unique_ptr<one_bit::RealInputConvolution> convolution_;
  std::unique_ptr<const one_bit::BoundRealInput> bound_;
  Aligned<float> input_, result_;
  Aligned<std::byte> scratch_;
};

class Theirs : public OneDnnPrimitive {
 public:
  explicit Theirs(const Layer& layer) {
    constexpr auto f32 = dnnl::memory::data_type::f32;
    const auto inference = dnnl::prop_kind::forward_inference;
    const int pad = pad_of(layer);
    if (layer.height == 1) {
      make<dnnl::inner_product_forward>({inference, any({layer.batch, layer.in}, f32),
                                         any({layer.out, layer.in}, f32),
                                         any({layer.batch, layer.out}, f32)});
      return;
    }
    make<dnnl::convolution_forward>(
        {inference,
         dnnl::algorithm::convolution_direct,
         any({layer.batch, layer.in, layer.height, layer.width}, f32),
         any({layer.out, layer.in, layer.kernel, layer.kernel}, f32),
         any({layer.batch, layer.out, outputs(layer, layer.height), outputs(layer, layer.width)},
             f32),
         {layer.stride, layer.stride},
         {pad, pad},
         {pad, pad}});
  }
};

void time_layer(benchmark::State& state, const Layer& layer) {
  const onednn::ThreadCount threads(1);
  Ours ours(layer);
  Theirs theirs(layer);
  ours.run(), theirs.run();
  const double before = measure_fma_peak().gflops;
  std::vector<double> ours_s, theirs_s;
  for (auto _ : state) {
    time(ours_s, ours);
    time(theirs_s, theirs);
  }
  const double peak = std::max(before, measure_fma_peak().gflops);
  const double gops = 2e-9 * macs(layer);
  state.counters["ours"] = gops / median(ours_s);
  state.counters["onednn_f32"] = gops / median(theirs_s);
  state.counters["ours_us"] = 1e6 * median(ours_s);
  state.counters["ours_peak_%"] = 100 * gops / median(ours_s) / peak;
  state.counters["f32_peak_%"] = 100 * gops / median(theirs_s) / peak;
  state.counters["to_f32"] = median(theirs_s) / median(ours_s);
  state.counters["weight_kB"] = 1e-3 * static_cast<double>(ours.weight_bytes());
  state.SetLabel(ours.implementation() + " " + theirs.implementation());
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("cpu", cpu_name());
  benchmark::AddCustomContext("f32 multiply-add peak, GFLOP/s",
                              fmt::format("{:.1f}", measure_fma_peak(0.2).gflops));
  for (const Layer& layer : layers) {
    benchmark::RegisterBenchmark(layer.name, time_layer, layer)->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
