#include "bench/backends/int8/onednn_convolution.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "models/error.h"
#include "models/every_isa.h"

namespace bench::int8 {
namespace {

using onednn::Desc;
using DataType = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

Desc nhwc(const Map& map, DataType type) {
  return Desc({map.batch, map.channels, map.height, map.width}, type, Tag::nhwc);
}

// oneDNN counts dilation from 0.
dnnl::convolution_forward::desc describe(const Desc& source, const Desc& weights, const Desc& sums,
                                         Pair stride, Pair dilation, const Padding& pad) {
  return {dnnl::prop_kind::forward_inference,
          dnnl::algorithm::convolution_direct,
          source,
          weights,
          sums,
          {stride.h, stride.w},
          {dilation.h - 1, dilation.w - 1},
          {pad.top, pad.left},
          {pad.bottom, pad.right}};
}

BENCH_FOR_EVERY_ISA
void add_bias(const std::int32_t* sums, const std::int32_t* bias, std::size_t pixels,
              std::size_t channels, std::int32_t* result) {
  for (std::size_t p = 0; p < pixels; ++p, sums += channels, result += channels) {
    for (std::size_t c = 0; c < channels; ++c) result[c] = sums[c] + bias[c];
  }
}

// A target range before its zero point is added, in float, and how a number is cut to it. Within
// +-2^22, adding 1.5 * 2^23 leaves a float no bit below 1: it rounds half to even.
struct FloatRange {
  explicit FloatRange(const TargetRange& target)
      : low(static_cast<float>(target.lowest - target.zero_point)),
        high(static_cast<float>(target.highest - target.zero_point)),
        zero_point(target.zero_point) {}
  [[gnu::always_inline]] float round(float x) const {
    constexpr float rounder = 0x1.8p23f;
    return (std::min(std::max(x, low), high) + rounder) - rounder;
  }
  [[gnu::always_inline]] std::uint8_t byte(float whole) const {
    return static_cast<std::uint8_t>(static_cast<std::int32_t>(whole) + zero_point);
  }
  float low, high;
  std::int32_t zero_point;
};

// float-scale in one go: from sums to bytes.
BENCH_FOR_EVERY_ISA
void finish_in_float(const std::int32_t* sums, const std::int32_t* bias, const float* scale,
                     std::size_t pixels, std::size_t channels, const FloatRange& range,
                     std::uint8_t* result) {
  const FloatRange to = range;
  for (std::size_t p = 0; p < pixels; ++p, sums += channels, result += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      result[c] = to.byte(to.round(static_cast<float>(sums[c] + bias[c]) * scale[c]));
    }
  }
}

// What RescaledAdd does in float-scale, seen from the layer's side. Zero points are bytes.
struct FloatAdd {
  float layer_ratio, other_ratio;
  std::int32_t layer_zero, other_zero;
};

BENCH_FOR_EVERY_ISA
void finish_and_add_in_float(const std::int32_t* sums, const std::int32_t* bias, const float* scale,
                             const std::uint8_t* other, std::size_t pixels, std::size_t channels,
                             const FloatRange& range, const FloatRange& sum_range,
                             const FloatAdd& add, std::uint8_t* result) {
  const FloatRange own = range, to = sum_range;
  const float moved = static_cast<float>(own.zero_point - add.layer_zero);
  const float layer_ratio = add.layer_ratio, other_ratio = add.other_ratio;
  const std::int32_t other_zero = add.other_zero;
  for (std::size_t p = 0; p < pixels;
       ++p, sums += channels, other += channels, result += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      const float layer = own.round(static_cast<float>(sums[c] + bias[c]) * scale[c]) + moved;
      const float that = static_cast<float>(std::int32_t{other[c]} - other_zero);
      result[c] = to.byte(to.round(layer * layer_ratio + that * other_ratio));
    }
  }
}

std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

bool onednn_is_exact() { return onednn::int8_is_exact(); }

OneDnnUse best_onednn_use() {
  return onednn::isa_name() == "avx512_core_amx" ? OneDnnUse::long_sums : OneDnnUse::none;
}

bool OneDnnConvolution::suits(const integer::Layer& layer, OneDnnUse use) {
  if (use == OneDnnUse::none || layer.linear || !onednn_is_exact()) return false;
  const Shape& weight = layer.weight.shape();
  if (use == OneDnnUse::long_sums && weight[1] * weight[2] * weight[3] < 64) return false;
  return layer.groups == 1 && layer.requantizer && !layer.negative &&
         std::ranges::all_of(layer.weight_zero_point, [](std::int32_t z) { return z == 0; });
}

OneDnnConvolution::OneDnnConvolution(const integer::Layer& layer,
                                     const Convolution::Options& options)
    : stride_(layer.stride),
      dilation_(layer.dilation),
      pad_(layer.pad),
      engine_(dnnl::engine::kind::cpu, 0),
      zero_byte_(static_cast<std::uint8_t>(options.input.zero_point +
                                           (options.input.is_signed ? 128 : 0))),
      own_offset_(options.result_is_signed ? 128 : 0),
      bias_(layer.bias),
      requantizer_(layer.requantizer->moved_by(own_offset_)),
      weight_sizes_(layer.weight.shape()) {
  for (std::size_t c = 0; c < bias_.size(); ++c) {
    scale_.push_back(requantizer_.scale(requantizer_.channels() == 1 ? 0 : c));
  }
  const auto weights = layer.weight.data<std::int8_t>();
  const std::size_t row = weights.size() / bias_.size();
  for (std::size_t c = 0; c < bias_.size(); ++c) {
    std::uint32_t sum = 0;  // modulo 2^32, as the sums it is taken from
    for (const std::int8_t w : weights.subspan(c * row, row)) sum += static_cast<std::uint32_t>(w);
    bias_[c] = static_cast<std::int32_t>(static_cast<std::uint32_t>(bias_[c]) - zero_byte_ * sum);
  }
  const Desc plain(layer.weight.shape(), DataType::s8, Tag::oihw);
  dnnl::memory memory(plain, engine_);
  std::memcpy(memory.get_data_handle(), weights.data(), weights.size());
  weights_.push_back(memory);
  if (!options.add) return;
  const FusedAdd& add = *options.add;
  rule_ = add;
  const int other = add.other_is_signed ? 128 : 0;
  add_.emplace(add.rule, add.layer_is_first ? own_offset_ : other,
               add.layer_is_first ? other : own_offset_, add.sum_is_signed ? 128 : 0);
}

dnnl::memory OneDnnConvolution::weights_as(const Desc& wanted) const {
  const std::lock_guard lock(mutex_);
  for (const dnnl::memory& known : weights_) {
    if (known.get_desc() == wanted) return known;
  }
  dnnl::memory made(wanted, engine_), first = weights_.front();
  dnnl::stream stream(engine_);
  dnnl::reorder(first, made).execute(stream, first, made);
  stream.wait();
  if (std::exchange(only_plain_, false)) weights_.clear();
  weights_.push_back(made);
  return made;
}

std::int64_t OneDnnConvolution::weight_bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes =
      (bias_.size() + scale_.size() + 3 * requantizer_.channels()) * sizeof(std::int32_t);
  for (const dnnl::memory& memory : weights_) bytes += memory.get_desc().get_size();
  return static_cast<std::int64_t>(bytes);
}

std::shared_ptr<const OneDnnConvolution::Bound> OneDnnConvolution::bind(const Map& input,
                                                                        const Map& result) const {
  auto bound = std::make_shared<Bound>();
  bound->layer_ = this;
  bound->input_ = bound->padded_ = input;
  bound->result_ = result;
  Padding pad = pad_;
  if (zero_byte_ != 0 && pad != Padding{}) {  // oneDNN pads with 0, which is another number
    bound->padded_.height += pad.top + pad.bottom;
    bound->padded_.width += pad.left + pad.right;
    pad = {};
  }
  bound->source_ = nhwc(bound->padded_, DataType::u8);
  bound->sums_ = nhwc(result, DataType::s32);
  const auto described = describe(bound->source_, Desc(weight_sizes_, DataType::s8, Tag::any),
                                  bound->sums_, stride_, dilation_, pad);
  const auto found =
      onednn::fast<dnnl::convolution_forward>(described, onednn::strict_attributes(), engine_);
  if (!found) {
    throw Error(Fault::unsupported, "oneDNN has no int8 convolution for an input of " +
                                        std::to_string(input.height) + " x " +
                                        std::to_string(input.width));
  }
  bound->primitive_ = dnnl::convolution_forward(*found);
  bound->scratchpad_ = found->scratchpad_desc();
  bound->weights_ = weights_as(found->weights_desc());
  bound->implementation_ = std::string("onednn:") + found->impl_info_str();
  bound->sums_at_ = rounded(bound->scratchpad_.get_size());
  bound->padded_at_ = bound->sums_at_ + rounded(bound->sums_.get_size());
  bound->scratch_bytes_ = bound->padded_at_;
  if (bound->padded_ != input) bound->scratch_bytes_ += rounded(bound->source_.get_size());
  return bound;
}

const std::uint8_t* OneDnnConvolution::Bound::padded(const Convolution::Tensors& tensors) const {
  if (padded_ == input_) return tensors.input;
  auto* const map = reinterpret_cast<std::uint8_t*>(tensors.scratch + padded_at_);
  std::fill_n(map, padded_.size(), layer_->zero_byte_);
  const std::uint8_t* from = tensors.input;
  const std::int64_t line = input_.width * input_.channels;
  for (std::int64_t n = 0; n < input_.batch; ++n) {
    for (std::int64_t y = 0; y < input_.height; ++y, from += line) {
      const std::int64_t row = n * padded_.height + y + layer_->pad_.top;
      std::copy_n(from, line, map + (row * padded_.width + layer_->pad_.left) * input_.channels);
    }
  }
  return map;
}

void OneDnnConvolution::Bound::run(const Convolution::Tensors& tensors) const {
  const dnnl::engine& engine = layer_->engine_;
  dnnl::stream stream(engine);
  auto* const sums = reinterpret_cast<std::int32_t*>(tensors.scratch + sums_at_);
  const dnnl::memory source(source_, engine, const_cast<std::uint8_t*>(padded(tensors)));
  std::unordered_map<int, dnnl::memory> arguments{
      {DNNL_ARG_SRC, source},
      {DNNL_ARG_WEIGHTS, weights_},
      {DNNL_ARG_DST, dnnl::memory(sums_, engine, sums)},
  };
  if (scratchpad_.get_size() > 0) {
    arguments.emplace(DNNL_ARG_SCRATCHPAD, dnnl::memory(scratchpad_, engine, tensors.scratch));
  }
  primitive_.execute(stream, arguments);
  stream.wait();
  finish(sums, tensors);
}

void OneDnnConvolution::Bound::finish(const std::int32_t* sums,
                                      const Convolution::Tensors& tensors) const {
  if (layer_->requantizer_.mode() == Requantization::float_scale) {
    return layer_->finish_in_float(sums, tensors, static_cast<std::size_t>(result_.pixels()));
  }
  // A few pixels at a time, so that they stay in the first cache.
  const auto channels = static_cast<std::size_t>(result_.channels);
  const auto pixels = static_cast<std::size_t>(result_.pixels());
  const std::size_t at_once = std::max<std::size_t>(1, 2048 / channels);
  std::vector<std::int32_t> whole(at_once * channels);
  for (std::size_t p = 0; p < pixels; p += at_once) {
    const std::size_t n = std::min(at_once, pixels - p), size = n * channels;
    std::uint8_t* result = tensors.result + p * channels;
    add_bias(sums + p * channels, layer_->bias_.data(), n, channels, whole.data());
    layer_->requantizer_.apply_interleaved<std::uint8_t>(std::span(whole).first(size),
                                                         {result, size});
    if (!layer_->add_) continue;
    const Bytes own(result, size), other(tensors.other + p * channels, size);
    const bool first = layer_->rule_->layer_is_first;
    (*layer_->add_)(first ? own : other, first ? other : own, result);
  }
}

void OneDnnConvolution::finish_in_float(const std::int32_t* sums,
                                        const Convolution::Tensors& tensors,
                                        std::size_t pixels) const {
  const FloatRange own(requantizer_.target());
  if (!rule_) {
    return int8::finish_in_float(sums, bias_.data(), scale_.data(), pixels, bias_.size(), own,
                                 tensors.result);
  }
  const RescaledAdd& rule = rule_->rule;
  const bool first = rule_->layer_is_first;
  const std::int32_t own_offset = own_offset_, other_offset = rule_->other_is_signed ? 128 : 0;
  const FloatAdd add{first ? rule.float_a() : rule.float_b(),
                     first ? rule.float_b() : rule.float_a(),
                     (first ? rule.a() : rule.b()).zero_point + own_offset,
                     (first ? rule.b() : rule.a()).zero_point + other_offset};
  const FloatRange sum(rule.output().moved_by(rule_->sum_is_signed ? 128 : 0).target());
  finish_and_add_in_float(sums, bias_.data(), scale_.data(), tensors.other, pixels, bias_.size(),
                          own, sum, add, tensors.result);
}

}  // namespace bench::int8
