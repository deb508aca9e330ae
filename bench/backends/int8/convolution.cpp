#include "bench/backends/int8/convolution.h"

#include <algorithm>
#include <cstdlib>
#include <variant>

#include "bench/backends/int8/layer_kinds.h"

namespace bench::int8 {
namespace {

Kernels kernels_of(InstructionSet set) {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512_vnni) return avx512_vnni_kernels();
  if (set == InstructionSet::avx2) return avx2_kernels();
#endif
  return portable_kernels();
}

using Kind = std::variant<DotLayer, DepthwiseLayer>;

Kind kind_for(const integer::Layer& layer, const Convolution::Options& options) {
  if (is_depthwise(layer)) return DepthwiseLayer(layer, options);
  return DotLayer(layer, options);
}

// Calls see(w - zero point of w) for each weight of a channel.
template <class See>
void each_weight(const integer::Layer& layer, std::int64_t channel, const See& see) {
  const auto count = static_cast<std::size_t>(layer.weight.size() / layer.weight.dim(0));
  const auto weights = layer.weight.data<std::int8_t>();
  const std::int32_t zero_point = weight_zero_point(layer, channel);
  for (const std::int32_t w : weights.subspan(static_cast<std::size_t>(channel) * count, count)) {
    see(w - zero_point);
  }
}

}  // namespace

bool is_depthwise(const integer::Layer& layer) {
  return !layer.linear && layer.groups > 1 && layer.weight.dim(1) == 1;
}

std::int32_t weight_zero_point(const integer::Layer& layer, std::int64_t channel) {
  if (layer.weight_zero_point.empty()) return 0;
  const bool shared = layer.weight_zero_point.size() == 1;
  return layer.weight_zero_point[shared ? 0 : static_cast<std::size_t>(channel)];
}

// Sums over weights stay within 32 bits, as `lower` has seen to it that the layer's own do.

std::int32_t folded_bias(const integer::Layer& layer, std::int64_t channel,
                         std::int32_t zero_point) {
  const std::int64_t bias = layer.bias.empty() ? 0 : layer.bias[static_cast<std::size_t>(channel)];
  std::int32_t sum = 0;
  each_weight(layer, channel, [&](std::int32_t w) { sum += w; });
  return static_cast<std::int32_t>(bias - std::int64_t{zero_point} * sum);
}

std::int64_t largest_sum(const integer::Layer& layer, std::int32_t zero_point) {
  const std::int64_t largest_input = std::max(zero_point, 255 - zero_point);
  std::int64_t largest = 0;
  for (std::int64_t c = 0; c < layer.weight.dim(0); ++c) {
    const std::int64_t bias = layer.bias.empty() ? 0 : layer.bias[static_cast<std::size_t>(c)];
    std::int32_t sum = 0;
    each_weight(layer, c, [&](std::int32_t w) { sum += std::abs(w); });
    largest = std::max(largest, std::abs(bias) + largest_input * sum);
  }
  return largest;
}

struct Convolution::Compiled {
  Kind kind;
  InstructionSet instruction_set;
  Kernels kernels;
};

Convolution::Convolution(const integer::Layer& layer, const Options& options)
    : compiled_(std::make_unique<const Compiled>(Compiled{kind_for(layer, options),
                                                          options.instruction_set,
                                                          kernels_of(options.instruction_set)})) {}

Convolution::~Convolution() = default;
Convolution::Convolution(Convolution&&) noexcept = default;
Convolution& Convolution::operator=(Convolution&&) noexcept = default;

Map Convolution::result(const Map& input) const {
  return std::visit([&](const auto& kind) { return kind.geometry().result(input); },
                    compiled_->kind);
}

std::size_t Convolution::scratch_bytes(const Map& input) const {
  return std::visit([&](const auto& kind) { return kind.scratch_bytes(input); }, compiled_->kind);
}

void Convolution::run(const Map& input, const Tensors& tensors) const {
  std::visit([&](const auto& kind) { kind.run(input, tensors, compiled_->kernels); },
             compiled_->kind);
}

std::int64_t Convolution::weight_bytes() const {
  return std::visit([](const auto& kind) { return kind.weight_bytes(); }, compiled_->kind);
}

std::string Convolution::implementation() const {
  const bool dot = std::holds_alternative<DotLayer>(compiled_->kind);
  return std::string(dot ? "int8:dot:" : "int8:depthwise:") +
         std::string(name_of(compiled_->instruction_set));
}

}  // namespace bench::int8
