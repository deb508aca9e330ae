#include "models/requantize.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "models/random.h"

#ifdef BENCH_HAVE_GEMMLOWP
#include <gemmlowp/fixedpoint/fixedpoint.h>
#endif

namespace bench {
namespace {

constexpr std::int32_t int_min = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t int_max = std::numeric_limits<std::int32_t>::max();

// ---- The definitions once more, by other means: exact arithmetic in 128 bits or long double.

__extension__ using Wide = __int128;

std::int32_t saturated(Wide value) {
  return static_cast<std::int32_t>(std::clamp<Wide>(value, int_min, int_max));
}

Wide floor_divided(Wide value, Wide divisor) {
  const Wide quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

// floor(x * m / 2^(31 - shift) + 1/2) = floor((2 x m + 2^(31 - shift)) / 2^(32 - shift))
std::int32_t exact_tflite(std::int32_t x, FixedMultiplier m) {
  const Wide divisor = Wide{1} << (31 - m.shift);
  return saturated(floor_divided(Wide{2} * x * m.mantissa + divisor, 2 * divisor));
}

// A product of two floats has 48 bits and is exact in long double; only then it becomes a float.
std::int32_t exact_float(std::int32_t x, float m) {
  const auto value = static_cast<float>(static_cast<long double>(x));
  const auto product = static_cast<float>(static_cast<long double>(value) * m);
  const double below = std::floor(static_cast<double>(product));
  const double rest = static_cast<double>(product) - below;
  const bool up = rest > 0.5 || (rest == 0.5 && std::fmod(below, 2.0) != 0);
  return static_cast<std::int32_t>(
      std::clamp(up ? below + 1 : below, double{int_min}, double{int_max}));
}

// Two roundings: half up at 2^31, then half away from zero.
std::int32_t exact_fixed_point(std::int32_t x, FixedMultiplier m) {
  const std::int32_t shifted = saturated(Wide{x} * (Wide{1} << std::max(m.shift, 0)));
  const std::int32_t high =
      saturated(floor_divided(Wide{2} * shifted * m.mantissa + (Wide{1} << 31), Wide{1} << 32));
  const Wide divisor = Wide{1} << std::max(-m.shift, 0);
  const Wide magnitude = (2 * (high < 0 ? -Wide{high} : Wide{high}) + divisor) / (2 * divisor);
  return saturated(high < 0 ? -magnitude : magnitude);
}

#ifdef BENCH_HAVE_GEMMLOWP
template <int... shifts>
std::int32_t gemmlowp_left(std::int32_t x, int shift, std::integer_sequence<int, shifts...>) {
  std::int32_t result = 0;
  ((shift == shifts ? void(result = gemmlowp::SaturatingRoundingMultiplyByPOT<shifts>(x)) : void()),
   ...);
  return result;
}

std::int32_t gemmlowp_fixed_point(std::int32_t x, FixedMultiplier m) {
  if (m.shift > 0) x = gemmlowp_left(x, m.shift, std::make_integer_sequence<int, 31>{});
  return gemmlowp::RoundingDivideByPOT(gemmlowp::SaturatingRoundingDoublingHighMul(x, m.mantissa),
                                       std::max(-m.shift, 0));
}
#endif

// ---- Values to try

constexpr std::int32_t edges[] = {int_min,
                                  int_min + 1,
                                  -(1 << 30) - 1,
                                  -(1 << 30),
                                  -65537,
                                  -3,
                                  -2,
                                  -1,
                                  0,
                                  1,
                                  2,
                                  3,
                                  65536,
                                  1 << 24,
                                  (1 << 24) + 1,
                                  1 << 30,
                                  (1 << 30) + 1,
                                  int_max - 1,
                                  int_max};

// Of every magnitude alike, so that small sums and ties are among them.
std::int32_t any_sum(Random& random) {
  const std::uint64_t bits = random.next();
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits)) >> ((bits >> 32) % 31);
}

FixedMultiplier any_multiplier(Random& random) {
  const int shift = random.integer(-31, 30);
  switch (random.integer(0, 3)) {
    case 0: return {1 << 30, shift};  // a power of two: every tie is one
    case 1: return {int_max - random.integer(0, 1), shift};
    default: return {random.integer(1 << 30, int_max - 1), shift};
  }
}

double value_of(FixedMultiplier m) { return std::ldexp(m.mantissa, m.shift - 31); }

// Every mode by itself and in a Requantizer's loops, on `count` sums, against `exact`.
void compare_with_definitions(std::size_t count) {
  Random random(7);
  constexpr std::size_t per_multiplier = 4096;
  std::vector<std::int32_t> sums(per_multiplier), results(per_multiplier);
  std::size_t wrong = 0;
  for (std::size_t done = 0; done < count; done += per_multiplier) {
    const FixedMultiplier fixed = any_multiplier(random);
    const double real = std::min(value_of(fixed), std::nextafter(0x1p30, 0));
    const auto scale = static_cast<float>(real);
    for (std::int32_t& sum : sums) sum = any_sum(random);
    std::copy(std::begin(edges), std::end(edges), sums.begin());
    const TargetRange target{random.integer(-128, 127), -random.integer(0, 128),
                             random.integer(0, 127)};
    for (const auto& [name, about, mode] : requantizations()) {
      const double multipliers[] = {real};
      const Requantizer requantizer(mode, multipliers, target, "layer");
      requantizer.apply<std::int32_t>(sums, 0, results);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::int32_t sum = sums[i];
        std::int32_t given = 0, expected = 0;
        if (mode == Requantization::float_scale) {
          given = multiply_float(sum, scale);
          expected = exact_float(sum, scale);
        } else if (mode == Requantization::tflite) {
          given = multiply_tflite(sum, fixed);
          expected = exact_tflite(sum, fixed);
        } else {
          given = multiply_fixed_point(sum, fixed);
          expected = exact_fixed_point(sum, fixed);
#ifdef BENCH_HAVE_GEMMLOWP
          wrong += expected != gemmlowp_fixed_point(sum, fixed);
#endif
        }
        const std::int64_t moved = std::int64_t{expected} + target.zero_point;
        const auto clamped = std::clamp<std::int64_t>(moved, target.lowest, target.highest);
        wrong += given != expected || results[i] != clamped || requantizer.apply(sum, 0) != clamped;
      }
    }
    INFO("after " << done << " sums, shift " << fixed.shift);
    REQUIRE(wrong == 0);
  }
}

// ----

TEST_CASE("a real multiplier becomes a mantissa of 31 bits and a shift") {
  CHECK(fixed_multiplier(0.5) == FixedMultiplier{1 << 30, 0});
  CHECK(fixed_multiplier(1) == FixedMultiplier{1 << 30, 1});
  CHECK(fixed_multiplier(0.75) == FixedMultiplier{3 << 29, 0});
  // 0.0003 = 0.6144 * 2^-11; 0.6144 * 2^31 = 1319413953.3
  CHECK(fixed_multiplier(0.0003) == FixedMultiplier{1319413953, -11});
  // (1 - 2^-40) * 2^31 rounds to 2^31, which is the next power's 2^30.
  CHECK(fixed_multiplier(1 - 0x1p-40) == FixedMultiplier{1 << 30, 1});
  // A mantissa at a tie is rounded away from zero: (2^30 + 1/2) / 2^31.
  CHECK(fixed_multiplier((0x1p30 + 0.5) / 0x1p31) == FixedMultiplier{(1 << 30) + 1, 0});
  CHECK(fixed_multiplier(0x1p-32) == FixedMultiplier{1 << 30, -31});
  CHECK(fixed_multiplier(std::nextafter(0x1p-33, 1)) == FixedMultiplier{0, 0});
  CHECK(fixed_multiplier(std::nextafter(0x1p30, 0)) == FixedMultiplier{int_max, 30});
}

TEST_CASE("the parts of double rounding") {
  // 3 * 2^30 / 2^31 = 1.5 -> 2; -1.5 -> -1 (half up)
  CHECK(doubling_high_product(3, 1 << 30) == 2);
  CHECK(doubling_high_product(-3, 1 << 30) == -1);
  CHECK(doubling_high_product(int_min, int_min) == int_max);
  CHECK(doubling_high_product(int_min, int_max) == -int_max);
  // 6 / 4 = 1.5 -> 2; -1.5 -> -2 (away from zero)
  CHECK(divide_by_power_of_two(6, 2) == 2);
  CHECK(divide_by_power_of_two(-6, 2) == -2);
  CHECK(divide_by_power_of_two(-5, 2) == -1);
  CHECK(divide_by_power_of_two(int_min, 0) == int_min);
  CHECK(divide_by_power_of_two(int_max, 31) == 1);
  CHECK(divide_by_power_of_two((1 << 30) - 1, 31) == 0);
}

TEST_CASE("one sum, three modes, three answers") {
  // 5 * 0.1: 0.5 exactly in none, but 5/2 = 2.5 and -5/2 = -2.5 are ties in all three.
  const FixedMultiplier half{1 << 30, 0};
  CHECK(multiply_fixed_point(5, half) == 3);    // the product rounds 2.5 up
  CHECK(multiply_fixed_point(-5, half) == -2);  // and -2.5 up
  CHECK(multiply_tflite(5, half) == 3);
  CHECK(multiply_tflite(-5, half) == -2);
  CHECK(multiply_float(5, 0.5f) == 2);
  CHECK(multiply_float(-5, 0.5f) == -2);

  // A quarter: -2.5 is a tie of the division, away from zero, where one rounding goes up.
  const FixedMultiplier quarter{1 << 30, -1};
  CHECK(multiply_fixed_point(-10, quarter) == -3);
  CHECK(multiply_tflite(-10, quarter) == -2);

  // 9 / 4 = 2.25 -> 2 in one step, 9 / 2 = 4.5 -> 5, 5 / 2 = 2.5 -> 3 in two.
  CHECK(multiply_fixed_point(9, quarter) == 3);
  CHECK(multiply_tflite(9, quarter) == 2);
  CHECK(multiply_float(9, 0.25f) == 2);

  // 2^24 + 1 is no float.
  CHECK(multiply_float((1 << 24) + 1, 1) == 1 << 24);
  CHECK(multiply_float(int_max, 1) == int_max);
  CHECK(multiply_float(int_min, 1) == int_min);
  // Left shifts saturate.
  CHECK(multiply_fixed_point(int_max, {1 << 30, 10}) == 1 << 30);
  CHECK(multiply_tflite(int_max, {1 << 30, 10}) == int_max);
  CHECK(multiply_tflite(int_min, {int_max, 30}) == int_min);
}

TEST_CASE("every mode equals its definition") { compare_with_definitions(1'000'000); }

TEST_CASE("every mode equals its definition on 10^8 sums", "[.slow]") {
  compare_with_definitions(100'000'000);
}

TEST_CASE("channels have their own multipliers, innermost or in planes") {
  Random random(3);
  constexpr std::size_t channels = 700, rows = 5;
  std::vector<double> multipliers(channels);
  for (double& m : multipliers) m = std::ldexp(random.uniform(0.5f, 1), random.integer(-20, 3));
  std::vector<std::int32_t> sums(channels * rows);
  for (std::int32_t& sum : sums) sum = any_sum(random);
  for (const auto& [name, about, mode] : requantizations()) {
    const Requantizer requantizer(mode, multipliers, {3, 0, 255}, "layer");
    std::vector<std::uint8_t> interleaved(sums.size()), plane(sums.size());
    requantizer.apply_interleaved<std::uint8_t>(sums, interleaved);
    requantizer.apply<std::uint8_t>(sums, 1, plane);
    bool same = true;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      same &= interleaved[i] == requantizer.apply(sums[i], i % channels);
      same &= plane[i] == requantizer.apply(sums[i], 1);
    }
    CHECK(same);
  }
}

TEST_CASE("an activation is a narrower clamp") {
  // ReLU6 at scale 6/255, zero point -128: -128 .. 127. Here 1/2: zero point 10 and at most 22.
  const double half[] = {0.5};
  const Requantizer relu6(Requantization::float_scale, half, {10, 10, 22}, "relu6");
  CHECK(relu6.apply(-7, 0) == 10);
  CHECK(relu6.apply(7, 0) == 14);  // 3.5 -> 4
  CHECK(relu6.apply(1000, 0) == 22);
}

TEST_CASE("multipliers come from scales, in double") {
  const float weights[] = {0.5f, 0.1f};
  const auto multipliers = real_multipliers(0.25f, weights, 2.0f);
  CHECK(multipliers[0] == 0.0625);
  CHECK(multipliers[1] == 0.25 * double{0.1f} / 2);
}

TEST_CASE("a multiplier that makes no sense is an error that names layer and channel") {
  const auto with = [](double multiplier, TargetRange target) {
    const double multipliers[] = {0.5, multiplier};
    return Requantizer(Requantization::tflite, multipliers, target, "conv1");
  };
  using Catch::Contains;
  for (const double bad : {0.0, -1.0, 0x1p30, HUGE_VAL, std::nan("")}) {
    CHECK_THROWS_WITH(with(bad, {}), Contains("conv1: channel 1"));
  }
  CHECK_THROWS_WITH(with(1, {0, 5, 4}), Contains("conv1") && Contains("5 .. 4"));
  CHECK_THROWS_WITH(with(1, {1 << 20, 0, 4}), Contains("beyond 16 bits"));
  CHECK_THROWS_WITH(Requantizer(Requantization::tflite, {}, {}, "conv2"), Contains("conv2"));
}

}  // namespace
}  // namespace bench
