#include "bench/backends/int8/elementwise.h"

#include <algorithm>

#include "models/every_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bench::int8 {
namespace {

#if defined(__x86_64__)
bool has_byte_permutation() {
  static const bool has =
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw");
  return has;
}

// Two tables of 128 bytes, and the byte's highest bit to choose between them.
__attribute__((target("avx512vbmi,avx512bw"))) void look_up_permuting(const ByteTable& table,
                                                                      Bytes from,
                                                                      std::uint8_t* to) {
  const __m512i t0 = _mm512_loadu_si512(table.data()), t1 = _mm512_loadu_si512(table.data() + 64),
                t2 = _mm512_loadu_si512(table.data() + 128),
                t3 = _mm512_loadu_si512(table.data() + 192);
  for (std::size_t i = 0; i < from.size(); i += 64) {
    const std::size_t n = std::min<std::size_t>(64, from.size() - i);
    const __mmask64 some = ~__mmask64{0} >> (64 - n);
    const __m512i x = _mm512_maskz_loadu_epi8(some, from.data() + i);
    const __m512i lower = _mm512_permutex2var_epi8(t0, x, t1),
                  upper = _mm512_permutex2var_epi8(t2, x, t3);
    const __m512i y = _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), lower, upper);
    _mm512_mask_storeu_epi8(to + i, some, y);
  }
}
#endif

constexpr std::size_t block = 512;
using Sums = std::array<std::int32_t, block>;

// Within +-2^22, adding 1.5 * 2^23 leaves a float no bit below 1: it rounds half to even.
BENCH_FOR_EVERY_ISA
void add_floats(const std::uint8_t* a, const std::uint8_t* b, std::size_t size, std::int32_t zero_a,
                std::int32_t zero_b, float scale_a, float scale_b, const TargetRange& target,
                std::uint8_t* sum) {
  constexpr float rounder = 0x1.8p23f;
  const auto low = static_cast<float>(target.lowest - target.zero_point),
             high = static_cast<float>(target.highest - target.zero_point);
  const std::int32_t zero = target.zero_point;
  for (std::size_t i = 0; i < size; ++i) {
    const float x = static_cast<float>(std::int32_t{a[i]} - zero_a) * scale_a +
                    static_cast<float>(std::int32_t{b[i]} - zero_b) * scale_b;
    const float cut = std::min(std::max(x, low), high);
    sum[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>((cut + rounder) - rounder) + zero);
  }
}

BENCH_FOR_EVERY_ISA
void add_terms(const std::uint8_t* a, const std::uint8_t* b, std::size_t size,
               const std::int32_t* term_a, const std::int32_t* term_b, std::int32_t* sums) {
  for (std::size_t i = 0; i < size; ++i) sums[i] = term_a[a[i]] + term_b[b[i]];
}

BENCH_FOR_EVERY_ISA
void products(const std::uint8_t* a, const std::uint8_t* b, std::size_t size, std::int32_t zero_a,
              std::int32_t zero_b, std::int32_t* sums) {
  for (std::size_t i = 0; i < size; ++i) {
    sums[i] = (std::int32_t{a[i]} - zero_a) * (std::int32_t{b[i]} - zero_b);
  }
}

BENCH_FOR_EVERY_ISA
void products_by_one(const std::uint8_t* a, std::size_t size, std::int32_t zero_a,
                     std::int32_t factor, std::int32_t* sums) {
  for (std::size_t i = 0; i < size; ++i) sums[i] = (std::int32_t{a[i]} - zero_a) * factor;
}

}  // namespace

void look_up(const ByteTable& table, Bytes from, std::uint8_t* to) {
#if defined(__x86_64__)
  if (has_byte_permutation()) return look_up_permuting(table, from, to);
#endif
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = table[from[i]];
}

void requantize(const Requantizer& requantizer, std::span<const std::int32_t> sums,
                std::uint8_t* bytes) {
  requantizer.apply<std::uint8_t>(sums, 0, {bytes, sums.size()});
}

AddBytes::AddBytes(const RescaledAdd& rule, int offset_a, int offset_b, int offset_sum)
    : in_float_(rule.output().mode() == Requantization::float_scale),
      zero_a_(rule.a().zero_point + offset_a),
      zero_b_(rule.b().zero_point + offset_b),
      scale_a_(rule.float_a()),
      scale_b_(rule.float_b()),
      output_(rule.output().moved_by(offset_sum)) {
  for (int i = 0; i < 256; ++i) {
    term_a_[static_cast<std::size_t>(i)] = in_float_ ? 0 : rule.term_a(i - offset_a);
    term_b_[static_cast<std::size_t>(i)] = in_float_ ? 0 : rule.term_b(i - offset_b);
  }
}

void AddBytes::operator()(Bytes a, Bytes b, std::uint8_t* sum) const {
  if (in_float_) {
    return add_floats(a.data(), b.data(), a.size(), zero_a_, zero_b_, scale_a_, scale_b_,
                      output_.target(), sum);
  }
  Sums sums;
  for (std::size_t i = 0; i < a.size(); i += block) {
    const std::size_t n = std::min(block, a.size() - i);
    add_terms(a.data() + i, b.data() + i, n, term_a_.data(), term_b_.data(), sums.data());
    requantize(output_, std::span(sums).first(n), sum + i);
  }
}

MultiplyBytes::MultiplyBytes(const Requantizer& requantizer, int zero_a, int zero_b,
                             int offset_product)
    : zero_a_(zero_a), zero_b_(zero_b), output_(requantizer.moved_by(offset_product)) {}

void MultiplyBytes::operator()(Bytes a, Bytes b, std::uint8_t* product) const {
  Sums sums;
  for (std::size_t i = 0; i < a.size(); i += block) {
    const std::size_t n = std::min(block, a.size() - i);
    if (b.size() == 1) {
      products_by_one(a.data() + i, n, zero_a_, b[0] - zero_b_, sums.data());
    } else {
      products(a.data() + i, b.data() + i, n, zero_a_, zero_b_, sums.data());
    }
    requantize(output_, std::span(sums).first(n), product + i);
  }
}

}  // namespace bench::int8
