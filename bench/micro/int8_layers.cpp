// Single layers in integers, one thread: our kernels, oneDNN's int8 (u8 x s8, ReLU and requantised
// to u8 by one float scale per channel, in the memory layout it likes best) and oneDNN's f32, side
// by side: every iteration runs each of the three once. CPU time, medians.
//
//   int8_layers [Google Benchmark's options]
//
// ours_peak_% is the share of the core's own dot product peak (u8 x s8 into 32 bits), measured
// before and after each layer. ONEDNN_MAX_CPU_ISA=AVX2 shows what older processors do.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "bench/backends/int8/convolution.h"
#include "bench/micro/fma_peak.h"
#include "bench/onednn/onednn.h"
#include "models/random.h"

namespace {

using namespace bench;

struct Layer {
  const char* name;
  int in, out, size, kernel, stride, groups;
};

// Layers that make up most of the time of VGG16, ResNet50 and MobileNetV2.
constexpr Layer layers[] = {
    {"vgg16/3x3_3_64_at_224", 3, 64, 224, 3, 1, 1},
    {"vgg16/3x3_64_64_at_224", 64, 64, 224, 3, 1, 1},
    {"vgg16/3x3_256_256_at_56", 256, 256, 56, 3, 1, 1},
    {"vgg16/3x3_512_512_at_28", 512, 512, 28, 3, 1, 1},
    {"vgg16/3x3_512_512_at_14", 512, 512, 14, 3, 1, 1},
    {"vgg16/fc_25088_4096", 25088, 4096, 1, 1, 1, 1},
    {"resnet50/stem_7x7", 3, 64, 224, 7, 2, 1},
    {"resnet50/3x3_64_at_56", 64, 64, 56, 3, 1, 1},
    {"resnet50/3x3_256_at_14", 256, 256, 14, 3, 1, 1},
    {"resnet50/3x3_512_at_7", 512, 512, 7, 3, 1, 1},
    {"resnet50/1x1_256_64_at_56", 256, 64, 56, 1, 1, 1},
    {"resnet50/1x1_64_256_at_56", 64, 256, 56, 1, 1, 1},
    {"resnet50/1x1_1024_256_at_14", 1024, 256, 14, 1, 1, 1},
    {"resnet50/1x1_512_2048_at_7", 512, 2048, 7, 1, 1, 1},
    {"resnet50/1x1_256_512_at_56_stride_2", 256, 512, 56, 1, 2, 1},
    {"mobilenet-v2/stem_3x3", 3, 32, 224, 3, 2, 1},
    {"mobilenet-v2/1x1_32_16_at_112", 32, 16, 112, 1, 1, 1},
    {"mobilenet-v2/1x1_16_96_at_112", 16, 96, 112, 1, 1, 1},
    {"mobilenet-v2/1x1_144_24_at_56", 144, 24, 56, 1, 1, 1},
    {"mobilenet-v2/1x1_384_64_at_14", 384, 64, 14, 1, 1, 1},
    {"mobilenet-v2/1x1_320_1280_at_7", 320, 1280, 7, 1, 1, 1},
    {"mobilenet-v2/fc_1280_1000", 1280, 1000, 1, 1, 1, 1},
    {"mobilenet-v2/dw3x3_32_at_112", 32, 32, 112, 3, 1, 32},
    {"mobilenet-v2/dw3x3_96_at_112_stride_2", 96, 96, 112, 3, 2, 96},
    {"mobilenet-v2/dw3x3_144_at_56", 144, 144, 56, 3, 1, 144},
    {"mobilenet-v2/dw3x3_384_at_14", 384, 384, 14, 3, 1, 384},
    {"mobilenet-v2/dw3x3_960_at_7", 960, 960, 7, 3, 1, 960},
    {"efficientnet/dw5x5_240_at_28", 240, 240, 28, 5, 1, 240},
};

int8::Map input_map(const Layer& layer) { return {1, layer.size, layer.size, layer.in}; }

// The kernels of this project: zero point 3 in, ReLU as the lower end of the range.
class Ours {
 public:
  explicit Ours(const Layer& layer, Requantization mode = Requantization::float_scale)
      : convolution_(integer_layer(layer, mode), {.input = {false, 3}}),
        map_(input_map(layer)),
        input_(static_cast<std::size_t>(map_.size()) + int8::Convolution::slack),
        result_(static_cast<std::size_t>(convolution_.result(map_).size())),
        scratch_(convolution_.scratch_bytes(map_)) {
    Random random(2);
    for (auto& x : input_) x = static_cast<std::uint8_t>(random.integer(0, 255));
  }

  std::string implementation() const { return convolution_.implementation(); }
  std::int64_t macs(const Layer& layer) const {
    return convolution_.result(map_).size() * layer.in / layer.groups * layer.kernel * layer.kernel;
  }
  void run() {
    convolution_.run(
        map_, {.input = input_.data(), .result = result_.data(), .scratch = scratch_.data()});
  }

 private:
  static integer::Layer integer_layer(const Layer& layer, Requantization mode) {
    Random random(1);
    const Shape shape{layer.out, layer.in / layer.groups, layer.kernel, layer.kernel};
    const int pad = layer.kernel / 2;
    integer::Layer result{.weight = Tensor(shape, DType::i8),
                          .weight_zero_point = {0},
                          .bias = std::vector<std::int32_t>(static_cast<std::size_t>(layer.out)),
                          .stride = {layer.stride, layer.stride},
                          .pad = {pad, pad, pad, pad},
                          .groups = layer.groups};
    for (auto& w : result.weight.data<std::int8_t>()) {
      w = static_cast<std::int8_t>(random.integer(-127, 127));
    }
    const std::vector<double> multipliers(static_cast<std::size_t>(layer.out), 1e-4);
    result.requantizer.emplace(mode, multipliers, TargetRange{5, 5, 255}, layer.name);
    return result;
  }

  template <class T>
  using Aligned = std::vector<T, AlignedAllocator<T>>;
  int8::Convolution convolution_;
  int8::Map map_;
  Aligned<std::uint8_t> input_, result_;
  Aligned<std::byte> scratch_;
};

// oneDNN's convolution with ReLU, in int8 or f32.
class Theirs {
 public:
  Theirs(const Layer& layer, bool integers)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    using Type = dnnl::memory::data_type;
    const Type in = integers ? Type::u8 : Type::f32;
    const Type weight = integers ? Type::s8 : Type::f32;
    const auto any = [](dnnl::memory::dims dims, Type type) {
      return dnnl::memory::desc(std::move(dims), type, dnnl::memory::format_tag::any);
    };
    const int pad = layer.kernel / 2;
    const int size = (layer.size + 2 * pad - layer.kernel) / layer.stride + 1;
    dnnl::memory::dims weights{layer.out, layer.in, layer.kernel, layer.kernel};
    if (layer.groups > 1) weights = {layer.groups, 1, 1, layer.kernel, layer.kernel};
    const dnnl::convolution_forward::desc desc(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
        any({1, layer.in, layer.size, layer.size}, in), any(weights, weight),
        any({layer.out}, integers ? Type::s32 : Type::f32), any({1, layer.out, size, size}, in),
        {layer.stride, layer.stride}, {pad, pad}, {pad, pad});
    dnnl::primitive_attr attributes;
    dnnl::post_ops relu;
    relu.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
    attributes.set_post_ops(relu);
    if (integers) {
      attributes.set_output_scales(2,
                                   std::vector<float>(static_cast<std::size_t>(layer.out), 1e-4f));
    }
    const dnnl::convolution_forward::primitive_desc found(desc, attributes, engine_);
    implementation_ = found.impl_info_str();
    primitive_ = dnnl::convolution_forward(found);
    arguments_ = {{DNNL_ARG_SRC, filled(found.src_desc())},
                  {DNNL_ARG_WEIGHTS, filled(found.weights_desc())},
                  {DNNL_ARG_BIAS, filled(found.bias_desc())},
                  {DNNL_ARG_DST, filled(found.dst_desc())}};
  }

  const std::string& implementation() const { return implementation_; }
  void run() {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  // Ones of some sort: neither denormal nor infinite.
  dnnl::memory filled(const dnnl::memory::desc& desc) {
    dnnl::memory memory(desc, engine_);
    auto* bytes = static_cast<std::uint8_t*>(memory.get_data_handle());
    for (std::size_t i = 0; i < desc.get_size(); ++i) bytes[i] = static_cast<std::uint8_t>(i % 63);
    return memory;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  std::string implementation_;
  dnnl::primitive primitive_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

template <class Work>
void time(std::vector<double>& seconds, Work& work) {
  const double start = thread_seconds();
  work.run();
  seconds.push_back(thread_seconds() - start);
}

void time_layer(benchmark::State& state, const Layer& layer) {
  const onednn::ThreadCount threads(1);
  Ours ours(layer);
  Theirs integers(layer, true), floats(layer, false);
  Ours fixed(layer, Requantization::fixed_point), tflite(layer, Requantization::tflite);
  ours.run(), integers.run(), floats.run(), fixed.run(), tflite.run();
  const double before = measure_dot_peak().gflops;
  std::vector<double> ours_s, integers_s, floats_s, fixed_s, tflite_s;
  for (auto _ : state) {
    time(ours_s, ours);
    time(integers_s, integers);
    time(floats_s, floats);
    time(fixed_s, fixed);
    time(tflite_s, tflite);
  }
  const double peak = std::max(before, measure_dot_peak().gflops);
  const double gops = 2e-9 * static_cast<double>(ours.macs(layer));
  state.counters["ours"] = gops / median(ours_s);
  state.counters["fixed_point"] = gops / median(fixed_s);
  state.counters["tflite"] = gops / median(tflite_s);
  state.counters["onednn_int8"] = gops / median(integers_s);
  state.counters["onednn_f32"] = gops / median(floats_s);
  state.counters["ours_us"] = 1e6 * median(ours_s);
  if (peak > 0) state.counters["ours_peak_%"] = 100 * gops / median(ours_s) / peak;
  state.counters["to_int8"] = median(integers_s) / median(ours_s);
  state.counters["to_f32"] = median(floats_s) / median(ours_s);
  state.SetLabel(ours.implementation() + " " + integers.implementation() + " " +
                 floats.implementation());
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("cpu", cpu_name());
  benchmark::AddCustomContext("f32 multiply-add peak, GFLOP/s",
                              fmt::format("{:.1f}", measure_fma_peak(0.2).gflops));
  benchmark::AddCustomContext("u8 x s8 dot product peak, GOP/s",
                              fmt::format("{:.1f}", measure_dot_peak(0.2).gflops));
  for (const Layer& layer : layers) {
    benchmark::RegisterBenchmark(layer.name, time_layer, layer)->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
