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
#include <vector>

#include "bench/micro/single_layers.h"
#include "bench/peaks.h"

namespace {

using namespace bench;

// Layers that make up most of the time of VGG16, ResNet50 and MobileNetV2.
constexpr SingleLayer layers[] = {
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

void time_layer(benchmark::State& state, const SingleLayer& layer) {
  const onednn::ThreadCount threads(1);
  OurInt8Layer ours(layer);
  OneDnnLayer integers(layer, OneDnnKind::int8), floats(layer, OneDnnKind::f32);
  OurInt8Layer fixed(layer, Requantization::fixed_point), tflite(layer, Requantization::tflite);
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
  for (const SingleLayer& layer : layers) {
    benchmark::RegisterBenchmark(layer.name, time_layer, layer)->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
