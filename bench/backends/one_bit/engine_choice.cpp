#include "bench/backends/one_bit/engine_choice.h"

#include <mutex>
#include <string_view>
#include <utility>

#include "bench/backends/one_bit/expanded_convolution.h"
#include "bench/backends/one_bit/targets.h"
#include "bench/onednn/onednn.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

constexpr std::int64_t least_pixels = 100, most_products_of_vnni = 512;

std::int64_t places(std::int64_t size, std::int64_t kernel, int stride, int dilation) {
  return (size - (kernel - 1) * dilation - 1) / stride + 1;
}

std::int64_t output_pixels(const BinaryLayer& layer, const BitMap& input) {
  return input.batch * places(input.height, layer.kernel_h, layer.stride.h, layer.dilation.h) *
         places(input.width, layer.kernel_w, layer.stride.w, layer.dilation.w);
}

bool may_expand(const BinaryLayer& layer, const Units& units) {
  if (!suits_expanded(layer)) return false;
  const std::int64_t products = layer.inputs / layer.groups * layer.kernel_h * layer.kernel_w;
  return units.amx || (units.vnni && !units.vpopcntdq && products <= most_products_of_vnni);
}

std::string names_of(const Units& units) {
  std::string names;
  const auto add = [&](bool has, std::string_view name) {
    if (has) names += (names.empty() ? "" : ", ") + std::string(name);
  };
  add(units.amx, "AMX");
  add(units.vnni, "VNNI");
  add(units.vpopcntdq, "VPOPCNTDQ");
  return names.empty() ? "none of these" : names;
}

// Makes each engine when the first map for it comes. The packed weights are kept for the other one.
class ByRule : public Convolution {
 public:
  ByRule(std::shared_ptr<const BinaryLayer> layer, const Units& units)
      : layer_(std::move(layer)), units_(units) {}

  std::unique_ptr<const BoundConvolution> bind(const BitMap& input) const override {
    const Engine chosen = choose_engine(*layer_, input, units_);
    try {
      return engine(chosen).bind(input);
    } catch (const Error& error) {  // oneDNN has no fast kernel for it
      if (chosen == Engine::xnor || error.fault() != Fault::unsupported) throw;
      return engine(Engine::xnor).bind(input);
    }
  }

  std::int64_t weight_bytes() const override {
    const std::lock_guard lock(mutex_);
    const auto packed = static_cast<std::int64_t>(layer_->weights.size() * sizeof(Word));
    return (expanded_ ? expanded_->weight_bytes() : packed) + (xnor_ ? xnor_->weight_bytes() : 0);
  }

 private:
  const Convolution& engine(Engine chosen) const {
    const std::lock_guard lock(mutex_);
    if (chosen == Engine::expanded) {
      if (!expanded_) expanded_ = make_expanded_convolution(layer_);
      return *expanded_;
    }
    if (!xnor_) xnor_ = make_xnor_convolution(*layer_);
    return *xnor_;
  }

  std::shared_ptr<const BinaryLayer> layer_;
  Units units_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<Convolution> xnor_, expanded_;
};

}  // namespace

Units units_here() {
  return {onednn::isa_name() == "avx512_core_amx", onednn::int8_is_exact(),
          name_of(best_target()) == "AVX3_DL"};
}

Engine choose_engine(const BinaryLayer& layer, const BitMap& input, const Units& units) {
  const bool expand = may_expand(layer, units) && output_pixels(layer, input) >= least_pixels;
  return expand ? Engine::expanded : Engine::xnor;
}

std::string engine_rule(BinaryEngine wanted, const Units& units) {
  if (wanted == BinaryEngine::xnor) return "xnor, as asked for";
  if (wanted == BinaryEngine::expanded) {
    return "expanded, as asked for; xnor for groups of fewer than 32 inputs";
  }
  return "expanded with AMX, or with VNNI but no VPOPCNTDQ up to " +
         std::to_string(most_products_of_vnni) + " products to a sum, for layers of " +
         std::to_string(least_pixels) +
         " output pixels or more (and 32 inputs to a group); else xnor. Here: " + names_of(units);
}

std::unique_ptr<Convolution> make_convolution(BinaryLayer layer, BinaryEngine wanted,
                                              const Units& units) {
  if (wanted == BinaryEngine::expanded) {
    auto expanded = make_expanded_convolution(std::make_shared<const BinaryLayer>(layer));
    return suits_expanded(layer) ? std::move(expanded) : make_xnor_convolution(std::move(layer));
  }
  if (wanted == BinaryEngine::xnor || !may_expand(layer, units)) {
    return make_xnor_convolution(std::move(layer));
  }
  return std::make_unique<ByRule>(std::make_shared<const BinaryLayer>(std::move(layer)), units);
}

}  // namespace bench::one_bit
