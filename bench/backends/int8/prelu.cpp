#include "bench/backends/int8/prelu.h"

#include <algorithm>

#include "models/every_isa.h"

namespace bench::int8 {
namespace {

bool same_range(const TargetRange& a, const TargetRange& b) {
  return a.zero_point == b.zero_point && a.lowest == b.lowest && a.highest == b.highest;
}

// Half to even is the same on both sides of 0, so the sign of a slope can go into its scale.
BENCH_FOR_EVERY_ISA
void prelu_in_float(const std::uint8_t* from, std::size_t pixels, std::size_t channels,
                    std::int32_t zero, float positive, const float* negative,
                    const TargetRange& target, std::uint8_t* result) {
  constexpr float rounder = 0x1.8p23f;  // leaves no bit below 1: rounds half to even
  const auto low = static_cast<float>(target.lowest - target.zero_point),
             high = static_cast<float>(target.highest - target.zero_point);
  const std::int32_t zero_point = target.zero_point;
  for (std::size_t p = 0; p < pixels; ++p, from += channels, result += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::int32_t x = std::int32_t{from[c]} - zero;
      const float product = static_cast<float>(x) * (x >= 0 ? positive : negative[c]);
      const float cut = std::min(std::max(product, low), high);
      result[c] = static_cast<std::uint8_t>(static_cast<std::int32_t>((cut + rounder) - rounder) +
                                            zero_point);
    }
  }
}

}  // namespace

PReluBytes::PReluBytes(const integer::PReluNumbers& op, std::int64_t channels, int zero,
                       int offset_result)
    : channels_(static_cast<std::size_t>(channels)),
      zero_(zero),
      in_float_(op.positive.mode() == Requantization::float_scale &&
                same_range(op.positive.target(), op.negative.target())),
      target_(op.positive.moved_by(offset_result).target()) {
  if (!in_float_) {
    fill_tables(op, offset_result);
    return;
  }
  positive_ = op.positive.scale(0);
  for (std::size_t c = 0; c < channels_; ++c) {
    const std::size_t slope = op.sign.size() == 1 ? 0 : c;
    negative_.push_back(op.negative.scale(slope) * static_cast<float>(op.sign[slope]));
  }
}

void PReluBytes::fill_tables(const integer::PReluNumbers& op, int offset_result) {
  const Requantizer positive = op.positive.moved_by(offset_result),
                    negative = op.negative.moved_by(offset_result);
  tables_.resize(op.sign.size());
  for (std::size_t c = 0; c < tables_.size(); ++c) {
    for (std::int32_t byte = 0; byte < 256; ++byte) {
      const std::int32_t x = byte - zero_;
      tables_[c][static_cast<std::size_t>(byte)] = static_cast<std::uint8_t>(
          x >= 0 ? positive.apply(x, 0) : negative.apply(op.sign[c] * x, c));
    }
  }
}

void PReluBytes::operator()(Bytes from, std::uint8_t* result) const {
  if (in_float_) {
    return prelu_in_float(from.data(), from.size() / channels_, channels_, zero_, positive_,
                          negative_.data(), target_, result);
  }
  if (tables_.size() == 1) return look_up(tables_[0], from, result);
  for (std::size_t i = 0; i < from.size(); ++i) result[i] = tables_[i % channels_][from[i]];
}

}  // namespace bench::int8
