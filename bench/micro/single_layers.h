#pragma once
// Single layers to be timed: as this project computes them in integers, and as oneDNN does.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/backends/int8/convolution.h"
#include "bench/onednn/onednn.h"
#include "bench/onednn/thread_clock.h"
#include "bench/peaks.h"
#include "models/random.h"

namespace bench {

struct SingleLayer {
  const char* name;
  int in, out, size, kernel, stride, groups;
};

/// The integer kernels of this project: zero point 3 in, ReLU as the lower end of the range.
class OurInt8Layer {
 public:
  explicit OurInt8Layer(const SingleLayer& layer, Requantization mode = Requantization::float_scale)
      : convolution_(integer_layer(layer, mode), {.input = {false, 3}}),
        map_{1, layer.size, layer.size, layer.in},
        input_(static_cast<std::size_t>(map_.size()) + int8::Convolution::slack),
        result_(static_cast<std::size_t>(convolution_.result(map_).size())),
        scratch_(convolution_.scratch_bytes(map_)) {
    Random random(2);
    for (auto& x : input_) x = static_cast<std::uint8_t>(random.integer(0, 255));
  }

  std::string implementation() const { return convolution_.implementation(); }
  std::int64_t macs(const SingleLayer& layer) const {
    return convolution_.result(map_).size() * layer.in / layer.groups * layer.kernel * layer.kernel;
  }
  void run() {
    convolution_.run(
        map_, {.input = input_.data(), .result = result_.data(), .scratch = scratch_.data()});
  }

 private:
  static integer::Layer integer_layer(const SingleLayer& layer, Requantization mode) {
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

/// A primitive of oneDNN with memory of its own.
class OneDnnPrimitive {
 public:
  const std::string& implementation() const { return implementation_; }
  void run() {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

 protected:
  OneDnnPrimitive() : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {}

  static dnnl::memory::desc any(dnnl::memory::dims dims, dnnl::memory::data_type type) {
    return dnnl::memory::desc(std::move(dims), type, dnnl::memory::format_tag::any);
  }

  /// The primitive with ReLU. Throws dnnl::error where oneDNN has none of that sort.
  template <class Primitive>
  void make(const typename Primitive::desc& desc, dnnl::primitive_attr attributes = {}) {
    dnnl::post_ops relu;
    relu.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
    attributes.set_post_ops(relu);
    const typename Primitive::primitive_desc found(desc, attributes, engine_);
    implementation_ = found.impl_info_str();
    primitive_ = Primitive(found);
    arguments_ = {{DNNL_ARG_SRC, filled(found.src_desc())},
                  {DNNL_ARG_WEIGHTS, filled(found.weights_desc())},
                  {DNNL_ARG_DST, filled(found.dst_desc())}};
    if (!found.bias_desc().is_zero()) arguments_[DNNL_ARG_BIAS] = filled(found.bias_desc());
  }

 private:
  // Neither denormal nor infinite.
  dnnl::memory filled(const dnnl::memory::desc& desc) {
    dnnl::memory memory(desc, engine_);
    const bool floats = desc.data_type() == dnnl::memory::data_type::f32;
    auto* bytes = static_cast<std::uint8_t*>(memory.get_data_handle());
    auto* numbers = static_cast<float*>(memory.get_data_handle());
    const std::size_t size = desc.get_size();
    for (std::size_t i = 0; i < size && !floats; ++i) bytes[i] = static_cast<std::uint8_t>(i % 63);
    for (std::size_t i = 0; i < size / 4 && floats; ++i) {
      numbers[i] = static_cast<float>(i % 63) / 64 - 0.5f;
    }
    return memory;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  std::string implementation_;
  dnnl::primitive primitive_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

enum class OneDnnKind { int8, f32, winograd };

/// oneDNN's convolution with ReLU. Throws dnnl::error where it has none of that sort.
class OneDnnLayer : public OneDnnPrimitive {
 public:
  OneDnnLayer(const SingleLayer& layer, OneDnnKind kind) {
    using Type = dnnl::memory::data_type;
    const bool integers = kind == OneDnnKind::int8;
    const Type in = integers ? Type::u8 : Type::f32;
    const Type weight = integers ? Type::s8 : Type::f32;
    const int pad = layer.kernel / 2;
    const int size = (layer.size + 2 * pad - layer.kernel) / layer.stride + 1;
    dnnl::memory::dims weights{layer.out, layer.in, layer.kernel, layer.kernel};
    if (layer.groups > 1) weights = {layer.groups, 1, 1, layer.kernel, layer.kernel};
    dnnl::primitive_attr attributes;
    if (integers) {
      attributes.set_output_scales(2,
                                   std::vector<float>(static_cast<std::size_t>(layer.out), 1e-4f));
    }
    make<dnnl::convolution_forward>(
        {dnnl::prop_kind::forward_inference,
         kind == OneDnnKind::winograd ? dnnl::algorithm::convolution_winograd
                                      : dnnl::algorithm::convolution_direct,
         any({1, layer.in, layer.size, layer.size}, in),
         any(weights, weight),
         any({layer.out}, integers ? Type::s32 : Type::f32),
         any({1, layer.out, size, size}, in),
         {layer.stride, layer.stride},
         {pad, pad},
         {pad, pad}},
        attributes);
  }
};

/// Runs it once and notes the CPU time.
template <class Work>
void time(std::vector<double>& seconds, Work& work) {
  const double start = thread_seconds();
  work.run();
  seconds.push_back(thread_seconds() - start);
}

}  // namespace bench
